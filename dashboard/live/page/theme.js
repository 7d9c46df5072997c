// Light and dark, and the colours that canvases need as plain values.

import { isPrinting } from "page/printing.js";

const NAMES = ["paper", "card", "ink", "soft", "line", "left", "right", "left-text", "right-text"];
const current = {};
let family = "sans-serif";

/** Follow the system ('auto'), or be light or dark whatever it says. */
export function setTheme(theme) {
  document.documentElement.dataset.theme = isPrinting() ? "light" : theme;
  // A canvas cannot read light-dark(): let the browser resolve each variable on an element.
  const probe = document.body.appendChild(document.createElement("span"));
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    current[name] = getComputedStyle(probe).color;
  }
  family = getComputedStyle(probe).fontFamily;
  probe.remove();
}

/** Colours by name, as the theme has them now. */
export const colours = () => current;

/** The page's font, for what is drawn. */
export const font = () => family;

/** Call back when the system turns light or dark. */
export function onSystemTheme(callback) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}

/** Whether the system asks for stillness. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
