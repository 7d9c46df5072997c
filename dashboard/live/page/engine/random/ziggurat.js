// Normal numbers (Marsaglia & Tsang, "The ziggurat method for generating random variables", 2000): the curve is covered
// by 256 layers of the same area, and a word of 64 bits says which layer, which sign and how far into the layer.

import { LIMITS, WIDTHS } from "./ziggurat_tables.js";

const FRACTION = 2 ** 52;
const TAIL = WIDTHS[255]; // where the lowest layer has its tail
const STEPS = WIDTHS.map((width) => width / FRACTION);
const HEIGHTS = WIDTHS.map((width, layer) => (layer ? Math.exp(-0.5 * width * width) : 1)); // of the curve

/**
 * @param {Pcg64} bits
 * @returns {number} A normal number of mean 0 and standard deviation 1.
 */
export function normal(bits) {
  for (;;) {
    bits.next();
    const { high, low } = bits;
    const layer = low & 0xff;
    const fraction = (high & 0x1fffffff) * 2 ** 23 + (low >>> 9);
    const size = fraction * STEPS[layer];
    const number = low & 0x100 ? -size : size;
    if (fraction < LIMITS[layer]) return number;
    if (layer === 0) return low & 0x20000 ? -beyond(bits) : beyond(bits);
    const height = (HEIGHTS[layer - 1] - HEIGHTS[layer]) * bits.double() + HEIGHTS[layer];
    if (height < Math.exp(-0.5 * size * size)) return number;
  }
}

/** A number of the tail: exponential, and kept with the chance that makes it normal (Marsaglia 1964). */
function beyond(bits) {
  for (;;) {
    const further = -Math.log1p(-bits.double()) * (1 / TAIL);
    const level = -Math.log1p(-bits.double());
    if (2 * level > further * further) return TAIL + further;
  }
}
