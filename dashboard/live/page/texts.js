// The page's words, in the language that is chosen, and its numbers.

import { all } from "page/dom.js";
import { TEXTS } from "page/resources.js";

let texts = {};

/** Choose the language, and write every text that the document marks with data-text or data-label. */
export function setLanguage(language) {
  texts = TEXTS[language];
  document.documentElement.lang = language;
  document.title = t("title");
  for (const element of all("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of all("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}

/** A text by its key, its {blanks} filled. */
export function t(key, blanks = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(blanks[name]));
}

/** A number with a real minus sign; an en dash where there is none. What is too large to be read is said to be that. */
export function number(value, digits = 2) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 1e5) return value > 0 ? "> 10⁵" : "< −10⁵";
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** A tiny number as people write it: 1.1 × 10⁻¹⁵. */
export function tiny(value) {
  if (value === 0) return "0";
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const [digits, power] = value.toExponential(1).split("e");
  const raised = [...String(Number(power))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]));
  return `${digits} × 10${raised.join("")}`;
}

/** A whole number with its thousands set apart. */
export const whole = (value) => value.toLocaleString("en");
