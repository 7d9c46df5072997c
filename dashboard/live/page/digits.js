// The article's network on real digits: rate 0 and the rate chosen, side by side, with units falling silent.

import { SIDES } from "page/address.js";
import { MARKS, makeLines } from "page/chart.js";
import { writeKey } from "page/charts.js";
import { choose, make, one, say } from "page/dom.js";
import { wireNumber } from "page/fields.js";
import { number, t } from "page/texts.js";
import { colours } from "page/theme.js";

const FIELDS = ["net_rate", "label_noise"];
const UNITS = 256;
const ENOUGH = 10; // epochs after which both can read

/** Wire the panel; `onSilence` is called when another number of units is silent, or another digit is read. */
export function makeDigits(session, onSilence) {
  const chart = makeLines("#ablation");
  const readers = SIDES.map((side) => makeReader(side));
  one("#readers").append(...readers.map((reader) => reader.element));
  const slider = one("#silence");
  let drawn = null; // the last message of the networks
  let previews = [];

  one("#net-play").addEventListener("click", () => session.send("network", { do: session.network?.playing ? "pause" : "play" }));
  one("#net-reset").addEventListener("click", () => session.resetNetwork());
  slider.addEventListener("input", () => {
    session.view.silent = Number(slider.value);
    read();
    onSilence();
  });
  for (const key of FIELDS) wireNumber(session, one(`#${key}`), key);

  function style() {
    const share = (digits) => (value) => `${number(100 * value, digits)}%`;
    chart.style({
      lines: SIDES.map((side, k) => ({ side, dashed: k === 1, dots: true, name: rateName(k), short: rateName(k) })),
      x: { name: t("digits.x"), format: String, step: UNITS / 4 },
      y: { name: t("digits.y"), format: share(0), figure: share(1) },
    });
    writeKey("#ablation-key", SIDES.map((side, k) => [side, k ? "dashed" : "solid", `${MARKS[side]} ${rateName(k)}`]));
    say(one("#net-play"), t("digits.play"));
    if (!session.network) return;
    previews.forEach(({ button, canvas }, i) => {
      const { label, pixels } = session.network.digits[i];
      button.setAttribute("aria-label", t("digits.preview", { number: i + 1, label }));
      paint(canvas, pixels);
    });
    read();
  }

  function rateName(k) {
    const rate = session.network?.rates[k] ?? [0, session.setup.net_rate][k];
    return rate === 0 ? t("digits.no_dropout") : t("digits.rate_is", { rate });
  }

  function makePreviews(digits) {
    previews = digits.map(({ label }, i) => {
      const canvas = make("canvas", { width: 32, height: 32, "aria-hidden": "true" });
      const choice = () => {
        session.view.digit = i;
        read();
        onSilence();
      };
      return { canvas, button: make("button.preview", { type: "button", "data-digit": label, onclick: choice }, canvas) };
    });
    one("#digit-list").replaceChildren(...previews.map(({ button }) => button));
  }

  /** Draw all that hangs on how many units are silent and on which digit is read. */
  function read() {
    const { network } = session;
    if (!network) return;
    const at = Number(slider.value);
    const silent = network.silent[at];
    const trained = network.epoch > 0; // before that they guess: nothing to be read off
    slider.disabled = !trained;
    one("#ablation-empty").hidden = trained;
    say(one("#silence-text"), t("digits.silence", { silent, of: UNITS }));
    say(one("#net-play"), t(network.playing ? "digits.pause" : "digits.play"));
    one("#net-play").disabled = !network.playing && network.epoch >= network.of;
    say(one("#epoch"), t("digits.epoch", { epoch: network.epoch, of: network.of }));
    chart.draw(trained ? network.silent.map((units, i) => [units, ...network.curve.map((accuracy) => accuracy[i])]) : [], silent);
    const wrong = number(100 * session.setup.label_noise, 0);
    say(one("#label-note"), wrong === "0" ? t("digits.right") : t("digits.wrong", { percent: wrong }));
    choose(previews.map(({ button }) => button), (button) => button === previews[session.view.digit].button);
    const { label, pixels, probs } = network.digits[session.view.digit];
    paint(one("#digit"), pixels);
    one("#digit").setAttribute("aria-label", t("digits.image", { label }));
    say(one("#digit-label"), t("digits.label", { label }));
    readers.forEach((reader, k) => reader.draw(rateName(k), trained, network.curve[k][at], probs[k][at], label));
  }

  return {
    style,
    show() {
      for (const key of FIELDS) one(`#${key}`).value = session.setup[key];
      slider.value = session.view.silent;
      read();
    },
    draw() {
      const { network } = session;
      if (!network || network === drawn) return;
      const before = drawn;
      drawn = network;
      const others = network.digits[0].pixels !== before?.digits[0].pixels;
      if (others) makePreviews(network.digits);
      if (others || String(network.rates) !== String(before.rates)) style();
      else read();
    },
    /** How far the training is, and how both networks read with the units that are silent now. */
    state() {
      const { network } = session;
      if (!network) return { playing: false, trained: false };
      const { playing, epoch, silent, curve } = network;
      const at = Number(slider.value);
      return { playing, trained: epoch >= ENOUGH && !playing, silent: silent[at], accuracy: curve.map((values) => values[at]) };
    },
    /** Let a part of all hidden units fall silent. */
    silence(part) {
      slider.value = Math.round(part * slider.max);
      slider.dispatchEvent(new Event("input"));
    },
  };
}

/** A digit of 8 x 8 pixels, each 0 to 16. */
function paint(canvas, pixels) {
  const context = canvas.getContext("2d");
  const cell = canvas.width / 8;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours().ink;
  pixels.forEach((value, i) => {
    context.globalAlpha = value / 16;
    context.fillRect((i % 8) * cell, Math.floor(i / 8) * cell, cell + 0.5, cell + 0.5);
  });
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
  const element = make(`div.reader.${side}`, {}, make("p", {}, title, accuracy, make("small", { "data-text": "digits.y" })),
    make("div.bars10", { "aria-hidden": "true" }, ...bars.map((bar) => bar.element)), reads);
  return {
    element,
    draw(name, trained, correct, probabilities, label) {
      say(title, name);
      say(accuracy, trained ? `${number(100 * correct, 1)}%` : "–");
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
