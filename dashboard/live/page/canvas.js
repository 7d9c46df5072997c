// Canvases and charts: their size without asking for a layout, and whether anybody can see them.

import { isPrinting } from "page/printing.js";

const MOST_DENSE = 2; // device pixels a CSS pixel of the screen; more is not seen, and costs

const sizes = new WeakMap();
const visible = new WeakSet();
let redraw = () => {};

// Asking an element for its size in the middle of a tick makes the browser lay the page out there and then.
const resizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) sizes.set(target, [contentRect.width, contentRect.height]);
  redraw();
});

const views = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) visible.add(target);
    else visible.delete(target);
  }
  if (entries.some((entry) => entry.isIntersecting)) redraw();
});

/** Call back when something comes into view or has another size: it must be drawn again. */
export function onRedraw(callback) {
  redraw = callback;
}

/** Keep an eye on an element's size and on whether it is in view. */
export function watch(element) {
  resizes.observe(element);
  views.observe(element);
  return element;
}

/** Whether a watched element is in view, or on paper. */
export const onScreen = (element) => isPrinting() || visible.has(element);

/** Clear a watched canvas for drawing in CSS pixels; null where it cannot be seen. */
export function cleared(canvas) {
  const [width, height] = sizes.get(canvas) ?? [0, 0];
  if (width === 0 || !onScreen(canvas)) return null;
  const density = Math.min(window.devicePixelRatio || 1, MOST_DENSE) * (canvas.currentCSSZoom ?? 1);
  const [across, down] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
