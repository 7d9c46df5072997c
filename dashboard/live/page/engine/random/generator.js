// What is drawn from a stream, draw for draw as NumPy's Generator draws it.

import { Pcg64 } from "./pcg64.js";
import { SeedSequence } from "./seed_sequence.js";
import { normal } from "./ziggurat.js";

/**
 * @param {number|bigint|Array<number|bigint>} entropy - What numpy.random.default_rng is given.
 * @returns {Generator}
 */
export function defaultRng(entropy) {
  return new Generator(new SeedSequence(entropy));
}

/** A stream of random numbers. Every method goes on where the last one stopped. */
export class Generator {
  /** @param {SeedSequence} seedSequence */
  constructor(seedSequence) {
    this.bits = new Pcg64(seedSequence);
  }

  /** @returns {Generator[]} The next `count` children; what this one draws is as before. */
  spawn(count) {
    return this.bits.seedSequence.spawn(count).map((child) => new Generator(child));
  }

  /** @returns {number} In [0, 1). */
  random() {
    return this.bits.double();
  }

  /** @returns {Float64Array} So many of `random`. */
  randoms(count) {
    const drawn = new Float64Array(count);
    for (let n = 0; n < count; n++) drawn[n] = this.bits.double();
    return drawn;
  }

  /** @returns {Float64Array} So many numbers in [low, high). */
  uniforms(low, high, count) {
    const range = high - low;
    const drawn = new Float64Array(count);
    for (let n = 0; n < count; n++) drawn[n] = low + range * this.bits.double();
    return drawn;
  }

  /** @returns {Float64Array} Normal numbers of mean 0 with standard deviation `scale`. */
  normals(count, scale = 1) {
    const drawn = new Float64Array(count);
    for (let n = 0; n < count; n++) drawn[n] = scale * normal(this.bits);
    return drawn;
  }

  /**
   * @param {number} high - At most 2^32.
   * @returns {Float64Array|Int32Array} Whole numbers from 0 to high - 1.
   */
  integers(high, count) {
    if (!(Number.isInteger(high) && high >= 1 && high <= 2 ** 32)) {
      throw new RangeError(`integers below ${high} cannot be drawn: take a whole number from 1 to 2^32`);
    }
    const drawn = high > 2 ** 31 ? new Float64Array(count) : new Int32Array(count);
    for (let n = 0; n < count; n++) drawn[n] = below(this.bits, high);
    return drawn;
  }

  /** @returns {Int32Array} 0 to count - 1 in random order. */
  permutation(count) {
    const order = Int32Array.from({ length: count }, (_, n) => n);
    for (let last = count - 1; last > 0; last--) {
      const other = atMost(this.bits, last);
      const kept = order[last];
      order[last] = order[other];
      order[other] = kept;
    }
    return order;
  }

  /** @returns {Uint32Array} So many words of 64 bits as they come, each as its low and its high half. */
  rawWords(count) {
    const words = new Uint32Array(2 * count);
    for (let n = 0; n < count; n++) {
      this.bits.next();
      words[2 * n] = this.bits.low;
      words[2 * n + 1] = this.bits.high;
    }
    return words;
  }
}

/** A whole number from 0 to `most`: the lowest bits that `most` needs, drawn until they are no more than it. */
function atMost(bits, most) {
  const mask = -1 >>> Math.clz32(most);
  for (;;) {
    const drawn = (bits.next32() & mask) >>> 0;
    if (drawn <= most) return drawn;
  }
}

/**
 * A whole number from 0 to high - 1, each with the same chance (Lemire, "Fast random integer generation in an interval",
 * 2019): 32 bits times `high` is a number of 64, whose upper half is drawn unless the lower is one of the few that would
 * make some numbers come up once more than others.
 */
function below(bits, high) {
  if (high === 1) return 0; // nothing to choose: nothing is drawn
  let word = bits.next32();
  let low = Math.imul(word, high) >>> 0;
  if (low < high) {
    const tooMany = (2 ** 32 - high) % high; // 2^32 modulo high
    while (low < tooMany) {
      word = bits.next32();
      low = Math.imul(word, high) >>> 0;
    }
  }
  return ((word * high - low) / 2 ** 32 + 0.5) >>> 0;
}
