// PCG64: a linear congruential generator of 128 bits, whose output is its halves xor-ed and turned (XSL-RR; O'Neill,
// "PCG: a family of simple fast space-efficient statistically good algorithms", 2014). Seeded as NumPy seeds it.
//
// 128 bits are four words of 32, the lowest first: BigInt would take twenty times as long.

const A0 = 0x9fccf645; // the multiplier 0x2360ed051fc65da44385df649fccf645, the lowest word first
const A1 = 0x4385df64;
const A2 = 0x1fc65da4;
const A3 = 0x2360ed05;
const WORD = 2 ** 32;

/** The source of a generator's bits: words of 64, each in two halves. */
export class Pcg64 {
  /** @param {SeedSequence} seedSequence */
  constructor(seedSequence) {
    this.seedSequence = seedSequence;
    /** Of the word drawn last. */
    this.high = 0;
    this.low = 0;
    const seed = seedSequence.words(8); // the high half of 128 bits comes first: [state, sequence]
    this.state = new Uint32Array(4);
    this.increment = new Uint32Array(4);
    for (let n = 0; n < 4; n++) {
      // The sequence twice, plus 1: an increment must be odd.
      this.increment[n] = (at(seed, 4, n) << 1) | (n ? at(seed, 4, n - 1) >>> 31 : 1);
    }
    this.step();
    let carry = 0;
    for (let n = 0; n < 4; n++) {
      const sum = this.state[n] + at(seed, 0, n) + carry;
      this.state[n] = sum;
      carry = sum >= WORD ? 1 : 0;
    }
    this.step();
    this.half = -1; // what is left of a word of which 32 bits were drawn; -1: nothing
  }

  /** Draw a word of 64 bits into `high` and `low`, as unsigned numbers. */
  next() {
    this.step();
    const state = this.state;
    const high = state[3] ^ state[1];
    const low = state[2] ^ state[0];
    const turn = state[3] >>> 26; // to the right, by 0 to 63
    const upper = turn < 32 ? high : low;
    const lower = turn < 32 ? low : high;
    // Shifts count modulo 32, and so by 0 in both directions where nothing is left to turn.
    const kept = turn & 31 ? -1 : 0;
    this.high = ((upper >>> turn) | ((lower << -turn) & kept)) >>> 0;
    this.low = ((lower >>> turn) | ((upper << -turn) & kept)) >>> 0;
  }

  /** @returns {number} 32 bits: the lower ones of a new word, and the next time its upper ones. */
  next32() {
    const kept = this.half;
    if (kept >= 0) {
      this.half = -1;
      return kept;
    }
    this.next();
    this.half = this.high;
    return this.low;
  }

  /** @returns {number} In [0, 1): the upper 53 bits of a new word. */
  double() {
    this.next();
    return (this.high * 2 ** 21 + (this.low >>> 11)) * 2 ** -53;
  }

  /** state = state * multiplier + increment, modulo 2^128. */
  step() {
    const state = this.state;
    const increment = this.increment;
    const s0 = state[0];
    const s1 = state[1];
    const s2 = state[2];
    // The low halves of those products whose high halves count, too.
    const low00 = Math.imul(s0, A0) >>> 0;
    const low01 = Math.imul(s0, A1) >>> 0;
    const low10 = Math.imul(s1, A0) >>> 0;
    const low02 = Math.imul(s0, A2) >>> 0;
    const low11 = Math.imul(s1, A1) >>> 0;
    const low20 = Math.imul(s2, A0) >>> 0;
    const sum0 = low00 + increment[0];
    const sum1 = highOf(s0, A0, low00) + low01 + low10 + increment[1] + Math.floor(sum0 / WORD);
    const sum2 =
      highOf(s0, A1, low01) + highOf(s1, A0, low10) + low02 + low11 + low20 + increment[2] + Math.floor(sum1 / WORD);
    const sum3 =
      highOf(s0, A2, low02) + highOf(s1, A1, low11) + highOf(s2, A0, low20) + increment[3] + Math.floor(sum2 / WORD);
    const low3 = Math.imul(s0, A3) + Math.imul(s1, A2) + Math.imul(s2, A1) + Math.imul(state[3], A0);
    state[0] = sum0;
    state[1] = sum1;
    state[2] = sum2;
    state[3] = sum3 + low3;
  }
}

/**
 * The high half of a product of two words, given its low half. The product is off by less than 2^11, as numbers have 53
 * bits; without the low half it is a multiple of 2^32, so that rounding finds it exactly.
 */
function highOf(a, b, low) {
  return ((a * b - low) / WORD + 0.5) >>> 0;
}

/** Word n, the lowest first, of the 128 bits from word `first` on, whose upper 64 come first. */
function at(seed, first, n) {
  return seed[first + ((n + 2) % 4)];
}
