// Small helpers for the document. Text only ever goes in as text, never as markup.

/** The one element that a selector names. */
export const one = (selector, root = document) => root.querySelector(selector);

/** All elements that a selector names, as an array. */
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Build an element.
 * @param {string} tag may carry a class: 'p.key'
 * @param {Object} attributes those with an `on` prefix are listeners, `text` is its text
 * @param {...Node} children
 */
export function make(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** The same in SVG. */
export function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Set text, and touch the document only where it differs: this runs at every tick. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Mark which of several buttons is the one chosen. */
export function choose(buttons, isChosen) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(isChosen(button)));
}
