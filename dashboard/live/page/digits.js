// The article's network on real digits: rate 0 and the rate chosen, side by side, with units falling silent.

import { axis, basics, makeChart, writeKey } from "page/charts.js";
import { choose, make, one, say } from "page/dom.js";
import { number, t } from "page/texts.js";
import { colours } from "page/theme.js";

const SIDES = ["left", "right"];
const UNITS = 256;
const ENOUGH = 10; // epochs after which both can read

/** Wire the panel; `update` takes the network's messages. */
export function makeDigits(app) {
  const chart = makeChart("#ablation");
  const readers = SIDES.map((side) => makeReader(side));
  one("#readers").append(...readers.map((reader) => reader.element));
  const slider = one("#silence");
  let latest = null;
  let pixels = [];
  let which = 0;
  let previews = [];

  one("#net-play").addEventListener("click", () => app.send({ type: "network", do: latest?.playing ? "pause" : "play" }));
  one("#net-reset").addEventListener("click", () => app.resetNetwork());
  slider.addEventListener("input", () => {
    show();
    app.parts.story.update();
  });
  for (const key of ["net_rate", "label_noise"]) {
    one(`#${key}`).addEventListener("change", (event) => app.set(key, event.target.value, event.target));
  }

  function style() {
    const { soft, ink } = colours();
    chart.setOption({
      ...basics(),
      grid: { left: 44, right: 20, top: 30, bottom: 38 },
      xAxis: axis({ type: "value", min: 0, max: UNITS, interval: 64, name: t("digits.x"), nameLocation: "middle", nameGap: 24, splitLine: { show: false } }),
      yAxis: axis({ type: "value", min: 0, max: 1, name: t("digits.y"), nameTextStyle: { color: soft, fontSize: 11, align: "left", padding: [0, 0, 0, -36] },
        axisLabel: { color: soft, fontSize: 11, formatter: (v) => `${Math.round(100 * v)}%` } }),
      series: SIDES.map((side, k) => ({
        name: rateName(k), type: "line", lineStyle: { color: colours()[side], width: 2.5, type: k ? "dashed" : "solid" },
        itemStyle: { color: colours()[side] }, symbol: k ? "circle" : "rect", symbolSize: 5,
        markLine: k ? undefined : { symbol: "none", silent: true, label: { show: false }, lineStyle: { color: ink, type: "solid", width: 1 }, data: [{ xAxis: 0 }] },
      })),
    }, true);
    writeKey("#ablation-key", [["left.solid", rateName(0)], ["right.dashed", rateName(1)]]);
    if (latest) show(true);
  }

  function rateName(k) {
    const rate = latest ? latest.rates[k] : [0, app.setup.net_rate][k];
    return rate === 0 ? t("digits.no_dropout") : t("digits.rate_is", { rate });
  }

  function write() {
    style();
    if (!latest) say(one("#net-play"), t("digits.play"));
    for (const button of one("#digit-list").children) labelPreview(button);
  }

  function update(message) {
    const other = String(latest?.rates) !== String(message.rates);
    if (message.digits?.some((digit) => digit.pixels)) {
      pixels = message.digits.map((digit) => digit.pixels);
      makePreviews(message.digits);
    }
    latest = { ...message, digits: message.digits ?? latest?.digits ?? [] };
    if (other) style();
    app.setup.epochs = message.epoch;
    show(true);
  }

  function makePreviews(digits) {
    previews = digits.map((digit, i) => {
      const canvas = make("canvas", { width: 32, height: 32, "aria-hidden": "true" });
      const button = make("button.preview", { type: "button", "data-digit": digit.label, "data-number": i + 1, onclick: () => { which = i; show(); } }, canvas);
      labelPreview(button);
      return { button, canvas };
    });
    one("#digit-list").replaceChildren(...previews.map((p) => p.button));
    paintPreviews();
  }

  function labelPreview(button) {
    button.setAttribute("aria-label", t("digits.preview", { number: button.dataset.number, label: button.dataset.digit }));
  }

  function paintPreviews() {
    previews.forEach(({ canvas }, i) => paint(canvas, pixels[i]));
  }

  /** Draw all that hangs on how many units are silent and on which digit is read. */
  function show(curves = false) {
    if (!latest) return;
    const at = Number(slider.value);
    const silent = latest.silent[at];
    const trained = latest.epoch > 0; // before that they guess: nothing to be read off
    slider.disabled = !trained;
    one("#ablation-empty").hidden = trained;
    say(one("#silence-text"), t("digits.silence", { silent, of: UNITS }));
    say(one("#net-play"), t(latest.playing ? "digits.pause" : "digits.play"));
    one("#net-play").disabled = !latest.playing && latest.epoch >= latest.of;
    say(one("#epoch"), t("digits.epoch", { epoch: latest.epoch, of: latest.of }));
    chart.setOption({
      series: SIDES.map((_, k) => ({
        name: rateName(k),
        ...(curves ? { data: trained ? latest.curve[k].map((accuracy, i) => [latest.silent[i], accuracy]) : [] } : {}),
        ...(k ? {} : { markLine: { data: [{ xAxis: silent }] } }),
      })),
    });
    const wrong = number(100 * app.setup.label_noise, 0);
    say(one("#label-note"), wrong === "0" ? t("digits.right") : t("digits.wrong", { percent: wrong }));
    choose(previews.map((p) => p.button), (button) => Number(button.dataset.number) === which + 1);
    const digit = latest.digits[which];
    if (digit) {
      paint(one("#digit"), pixels[which]);
      one("#digit").setAttribute("aria-label", t("digits.image", { label: digit.label }));
      say(one("#digit-label"), t("digits.label", { label: digit.label }));
    }
    readers.forEach((reader, k) => reader.update(rateName(k), trained, latest.curve[k][at], digit?.probs[k][at], digit?.label));
  }

  function paint(canvas, image) {
    if (!image) return;
    const context = canvas.getContext("2d");
    const cell = canvas.width / 8;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = colours().ink;
    image.forEach((value, i) => {
      context.globalAlpha = value / 16;
      context.fillRect((i % 8) * cell, Math.floor(i / 8) * cell, cell + 0.5, cell + 0.5);
    });
    context.globalAlpha = 1;
  }

  return {
    write,
    style() {
      style();
      paintPreviews();
    },
    update,
    /** How far the training is, and how both networks read with the units that are silent now. */
    state() {
      if (!latest) return { playing: false, trained: false };
      const at = Number(slider.value);
      return {
        playing: latest.playing, trained: latest.epoch >= ENOUGH && !latest.playing,
        silent: latest.silent[at], accuracy: latest.curve.map((curve) => curve[at]),
      };
    },
    /** Let a part of all hidden units fall silent. */
    silence(part) {
      slider.value = Math.round(part * slider.max);
      slider.dispatchEvent(new Event("input"));
    },
    forget() {
      latest = null;
    },
  };
}

/** What one network reads: its accuracy, and how sure it is of each of the ten digits. */
function makeReader(side) {
  const title = make("span");
  const accuracy = make("b");
  const reads = make("p.reads");
  const bars = Array.from({ length: 10 }, (_, label) => {
    const fill = make("i");
    return { element: make("div.bar10", {}, make("span.column", {}, fill), make("small", { text: String(label) })), fill };
  });
  const element = make(`div.reader.${side}`, {}, make("p", {}, title, accuracy),
    make("div.bars10", { "aria-hidden": "true" }, ...bars.map((bar) => bar.element)), reads);
  return {
    element,
    update(name, trained, correct, probabilities, label) {
      say(title, name);
      say(accuracy, trained ? `${number(100 * correct, 1)}%` : "–");
      if (!probabilities) return;
      bars.forEach(({ element: bar, fill }, i) => {
        fill.style.transform = `scaleY(${trained ? probabilities[i].toFixed(3) : 0})`;
        bar.classList.toggle("wanted", i === label);
      });
      if (!trained) return say(reads, t("digits.untrained"));
      const guess = probabilities.indexOf(Math.max(...probabilities));
      const mark = guess === label ? "✓" : "✗";
      say(reads, t("digits.reads", { mark, guess, sure: number(100 * probabilities[guess], 0) }));
    },
  };
}
