// Play, step, speed, reset, presets, language and theme, and every number of the setup.

import { SETUP, holds, typed } from "page/address.js";
import { all, choose, make, one, say } from "page/dom.js";
import { notice } from "page/notices.js";
import { t, whole } from "page/texts.js";

const AT_ONCE = ["learning_rate", "trust"];
const RESETTING = ["seed", "presenters", "abilities", "questions", "practice", "noise", "head_start"];
const TICKS = 30; // a second, at most; at each so many rehearsals are held as the speed says
const STEPS = { noise: 0.05, learning_rate: 0.005, trust: 0.01 };

/** Wire all controls above the teams. */
export function makeControls(session, presets) {
  const fields = [...AT_ONCE, ...RESETTING].map((key) => makeField(session, key));
  const buttons = presets.map((preset) =>
    make("button", { type: "button", "data-preset": preset.name, "data-text": `preset.${preset.name}`, onclick: () => session.loadPreset(preset) }));
  one("#preset-buttons").append(...buttons);
  one("#play").addEventListener("click", () => session.play(!session.playing));
  one("#step").addEventListener("click", () => session.send("step"));
  one("#reset").addEventListener("click", () => session.reset());
  one("#speed").addEventListener("input", (event) => session.setView("speed", Number(event.target.value)));
  one("#scrub").addEventListener("input", (event) => session.source.scrub(Number(event.target.value)));
  one("#theme").addEventListener("change", (event) => session.setView("theme", event.target.value));
  one("#settings").addEventListener("toggle", ({ target }) => session.setView("settings", target.open));
  for (const button of all("[data-arrows]")) {
    button.addEventListener("click", () => session.setView("arrows", button.dataset.arrows));
  }
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => {
      one("#notices").replaceChildren(); // they are in the other language
      session.setView("lang", button.dataset.language);
    });
  }

  function showPlaying() {
    say(one("#play"), t(session.playing ? "pause" : "play"));
  }

  return {
    style() {
      for (const field of fields) field.style();
    },
    /** Show the state as it is: what is set, what is pressed. */
    show() {
      const { view } = session;
      for (const field of fields) field.show();
      choose(buttons, (button) => button.dataset.preset === view.preset);
      choose(all("[data-arrows]"), (button) => button.dataset.arrows === view.arrows);
      choose(all("[data-language]"), (button) => button.dataset.language === view.lang);
      one("#theme").value = view.theme;
      one("#settings").open = view.settings;
      say(one("#preset-text"), view.preset ? t(`preset.${view.preset}.text`) : "");
      one("#speed").value = view.speed;
      say(one("#speed-value"), t("speed.value", { rate: whole(TICKS * view.speed) }));
      say(one("#legend-arrow"), t(`legend.${view.arrows}`));
      showPlaying();
    },
    draw({ rehearsal }) {
      const { source, target } = session;
      say(one("#rehearsals"), whole(rehearsal));
      say(one("#busy"), target > rehearsal ? t("busy", { target: whole(target) }) : "");
      if (source.recorded) Object.assign(one("#scrub"), { max: source.length - 1, value: source.at });
      showPlaying();
    },
  };
}

/** A number of the setup with its name and its bounds. */
function makeField(session, key) {
  const { kind, least, most, above } = SETUP[key];
  const input = make("input", { id: `field-${key}`, type: "number", min: least, max: most,
    step: STEPS[key] ?? (kind === "whole" ? "1" : "any"), inputmode: "decimal" });
  const [title, bounds] = [make("span", { "data-text": `field.${key}` }), make("small")];
  one(AT_ONCE.includes(key) ? "#fields-at-once" : "#fields-reset").append(make("label", {}, title, input, bounds));
  wireNumber(session, input, key);
  return {
    style: () => say(bounds, t(above ? "field.bounds_above" : "field.bounds", { least, most })),
    show() {
      if (document.activeElement !== input) input.value = session.now[key];
      input.removeAttribute("aria-invalid");
    },
  };
}

/** Set a key of the setup by what is typed in a field, or mark the field and say what is wrong. */
export function wireNumber(session, input, key) {
  input.addEventListener("change", () => {
    const text = input.value.trim();
    const good = holds(SETUP[key], text, session.setup.presenters);
    input.setAttribute("aria-invalid", String(!good));
    if (good) session.set(key, typed(SETUP[key], text));
    else notice("field", t("field.wrong", { field: t(`field.${key}`), value: text, ...SETUP[key] }));
  });
}
