// The fields of the setup: numbers, choices and switches, by the table of settings.

import { SETUP, holds, typed } from "page/address.js";
import { make, one, say } from "page/dom.js";
import { textOfWord } from "page/in_words.js";
import { notice } from "page/notices.js";
import { t } from "page/texts.js";

const STEPS = { noise: 0.05, learning_rate: 0.005, trust: 0.01, momentum: 0.1, weight_decay: 0.01 };
const BESIDE_THE_DIGITS = ["net_rate", "label_noise"];

/** All fields that stand together above the teams: those that hold at once, and those that start both teams anew. */
export function makeFields(session) {
  const keys = Object.keys(SETUP).filter((key) => {
    const { kind, resets } = SETUP[key];
    return resets !== undefined && kind !== "law" && !BESIDE_THE_DIGITS.includes(key);
  });
  return keys.map((key) => {
    const { element, ...field } = makeField(session, key);
    one(SETUP[key].resets ? "#fields-reset" : "#fields-at-once").append(element);
    return field;
  });
}

function makeField(session, key) {
  const { kind } = SETUP[key];
  if (kind === "word") return makeChoice(session, key);
  if (kind === "flag") return makeSwitch(session, key);
  return makeNumber(session, key);
}

/** A number with its name and its bounds. */
function makeNumber(session, key) {
  const { kind, least, most, above } = SETUP[key];
  const input = make("input", { id: `field-${key}`, type: "number", min: least, max: most,
    step: STEPS[key] ?? (kind === "whole" ? "1" : "any"), inputmode: "decimal" });
  const bounds = make("small");
  wireNumber(session, input, key);
  return {
    element: make("label", {}, make("span", { "data-text": `field.${key}` }), input, bounds),
    style: () => say(bounds, t(above ? "field.bounds_above" : "field.bounds", { least, most })),
    show() {
      if (document.activeElement !== input) input.value = session.now[key];
      input.removeAttribute("aria-invalid");
    },
  };
}

/** One of several words. */
function makeChoice(session, key) {
  const options = SETUP[key].words.map((word) => make("option", { value: word, "data-text": textOfWord(key, word) }));
  const select = make("select", { id: `field-${key}` }, ...options);
  const note = make("small");
  select.addEventListener("change", () => session.set(key, select.value));
  return {
    element: make("label", {}, make("span", { "data-text": `field.${key}` }), select, note),
    style() {},
    show() {
      select.value = session.now[key];
      say(note, t(`${textOfWord(key, select.value)}.note`));
    },
  };
}

/** On or off. */
function makeSwitch(session, key) {
  const input = make("input", { id: `field-${key}`, type: "checkbox" });
  input.addEventListener("change", () => session.set(key, input.checked));
  return {
    element: make("label", {}, make("span", { "data-text": `field.${key}` }), input, make("small", { "data-text": `field.${key}.note` })),
    style() {},
    show: () => (input.checked = session.now[key]),
  };
}

/** Set a key of the setup by what is typed in a field, or mark the field and say what is wrong. */
export function wireNumber(session, input, key) {
  input.addEventListener("change", () => {
    const text = input.value.trim();
    const good = holds(SETUP[key], text, session.setup.presenters);
    input.setAttribute("aria-invalid", String(!good));
    if (good) session.set(key, typed(SETUP[key], text));
    else notice("field", t("field.wrong", { field: t(`field.${key}`), value: text || t("field.empty"), ...SETUP[key] }));
  });
}
