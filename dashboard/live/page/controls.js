// Play, step, speed, reset, presets, and every number of the setup.

import { SETUP, holds, typed } from "page/address.js";
import { all, choose, make, one, say } from "page/dom.js";
import { t, whole } from "page/texts.js";

const AT_ONCE = ["learning_rate", "trust"];
const RESETTING = ["seed", "presenters", "abilities", "questions", "practice", "noise", "head_start"];
const TICKS = 30; // a second, at most; at each so many rehearsals are held as the speed says
const STEPS = { noise: 0.05, learning_rate: 0.005, trust: 0.01 };

/** Wire all controls above the teams. */
export function makeControls(app, presets) {
  const fields = {};
  const buttons = presets.map(({ name }) =>
    make("button", { type: "button", "data-preset": name, onclick: () => app.loadPreset(name) }));
  one("#preset-buttons").append(...buttons);
  for (const key of [...AT_ONCE, ...RESETTING]) {
    fields[key] = makeField(key);
    one(AT_ONCE.includes(key) ? "#fields-at-once" : "#fields-reset").append(fields[key].element);
  }

  one("#play").addEventListener("click", () => app.play(!app.playing));
  one("#step").addEventListener("click", () => app.send({ type: "step" }));
  one("#reset").addEventListener("click", () => app.reset());
  one("#speed").addEventListener("input", (event) => app.setSpeed(Number(event.target.value)));
  one("#scrub").addEventListener("input", (event) => app.source.scrub(Number(event.target.value)));
  for (const button of all("[data-arrows]")) {
    button.addEventListener("click", () => app.setView("arrows", button.dataset.arrows));
  }

  function makeField(key) {
    const spec = SETUP[key];
    const input = make("input", { id: `field-${key}`, type: "number", min: spec.least, max: spec.most,
      step: spec.kind === "whole" ? "1" : "any", inputmode: "decimal" });
    if (STEPS[key]) input.step = STEPS[key];
    const title = make("span");
    const bounds = make("small");
    input.addEventListener("change", () => app.set(key, input.value, input));
    return { element: make("label", {}, title, input, bounds), input, title, bounds };
  }

  function write() {
    for (const [key, field] of Object.entries(fields)) {
      say(field.title, t(`field.${key}`));
      const { least, most, above } = SETUP[key];
      say(field.bounds, t(above ? "field.bounds_above" : "field.bounds", { least, most }));
    }
    for (const button of buttons) say(button, t(`preset.${button.dataset.preset}`));
    show();
  }

  /** Show the state as it is: what is set, what is pressed. */
  function show() {
    for (const [key, field] of Object.entries(fields)) {
      if (document.activeElement !== field.input) field.input.value = app.now[key];
      field.input.removeAttribute("aria-invalid");
    }
    for (const key of ["net_rate", "label_noise"]) one(`#${key}`).value = app.setup[key];
    choose(buttons, (button) => button.dataset.preset === app.view.preset);
    choose(all("[data-arrows]"), (button) => button.dataset.arrows === app.view.arrows);
    say(one("#preset-text"), app.view.preset ? t(`preset.${app.view.preset}.text`) : "");
    one("#speed").value = app.view.speed;
    say(one("#speed-value"), t("speed.value", { rate: whole(TICKS * app.view.speed) }));
    say(one("#legend-arrow"), t(`legend.${app.view.arrows}`));
    showPlaying();
  }

  function showPlaying() {
    say(one("#play"), t(app.playing ? "pause" : "play"));
  }

  return { write, show, showPlaying };
}

/** Take a value typed for a key: the typed value, or null and a mark on the field. */
export function taken(key, text, field, n) {
  const spec = SETUP[key];
  const good = holds(spec, text.trim(), n);
  field?.setAttribute("aria-invalid", String(!good));
  return good ? typed(spec, text.trim()) : null;
}
