// From a seed to the first words of a stream, and to seeds of further streams, as NumPy's SeedSequence does it: the
// mixing that O'Neill published as `randutils` ("Developing a seed_seq alternative", 2015), to the last bit.

const POOL = 4; // words of 32 bits that hold the entropy
const INITIAL_IN = 0x43b0d7e5;
const FACTOR_IN = 0x931e8875;
const INITIAL_OUT = 0x8b51f9dd;
const FACTOR_OUT = 0x58f38ded;
const LEFT = 0xca01f9dd;
const RIGHT = 0x4973f715;

/** What a stream starts from: entropy and a key that says which child of which child it is. */
export class SeedSequence {
  /**
   * @param {number|bigint|Array<number|bigint>} entropy - Whole numbers of at least 0, of any size.
   * @param {number[]} spawnKey - Empty for who was not spawned.
   */
  constructor(entropy, spawnKey = []) {
    this.entropy = entropy;
    this.spawnKey = spawnKey;
    this.children = 0;
    this.pool = mixed(assembled(entropy, spawnKey)); // (POOL,)
  }

  /**
   * @param {number} count
   * @returns {SeedSequence[]} The next `count` children: the same whenever they are asked for.
   */
  spawn(count) {
    const first = this.children;
    this.children += count;
    return Array.from({ length: count }, (_, n) => new SeedSequence(this.entropy, [...this.spawnKey, first + n]));
  }

  /**
   * @param {number} count
   * @returns {Uint32Array} So many words of 32 bits; a word of 64 is two of them, the low half first.
   */
  words(count) {
    const words = new Uint32Array(count);
    let factor = INITIAL_OUT;
    for (let n = 0; n < count; n++) {
      let value = this.pool[n % POOL] ^ factor;
      factor = Math.imul(factor, FACTOR_OUT);
      value = Math.imul(value, factor);
      words[n] = value ^ (value >>> 16);
    }
    return words;
  }
}

function mixed(words) {
  const pool = new Uint32Array(POOL);
  let factor = INITIAL_IN;
  const hash = (word) => {
    let value = word ^ factor;
    factor = Math.imul(factor, FACTOR_IN);
    value = Math.imul(value, factor);
    return value ^ (value >>> 16);
  };
  const mix = (place, word) => {
    const value = Math.imul(LEFT, pool[place]) - Math.imul(RIGHT, hash(word));
    pool[place] = value ^ (value >>> 16);
  };
  for (let place = 0; place < POOL; place++) pool[place] = hash(words[place] ?? 0);
  for (let from = 0; from < POOL; from++) {
    for (let place = 0; place < POOL; place++) if (place !== from) mix(place, pool[from]);
  }
  for (let from = POOL; from < words.length; from++) {
    for (let place = 0; place < POOL; place++) mix(place, words[from]);
  }
  return pool;
}

function assembled(entropy, spawnKey) {
  const words = [entropy].flat().flatMap(wordsOf);
  // Without it [1] spawned as child 2 would be [1, 2]: what was not given stands before the key as zeros.
  while (spawnKey.length && words.length < POOL) words.push(0);
  return [...words, ...spawnKey.flatMap(wordsOf)];
}

/** A whole number in words of 32 bits, the lowest first; 0 is one of them. */
function wordsOf(number) {
  if (!(typeof number === "bigint" ? number >= 0n : Number.isSafeInteger(number) && number >= 0)) {
    throw new RangeError(`the seed holds ${number}, but must be of whole numbers of at least 0`);
  }
  const words = [];
  for (let rest = BigInt(number); rest > 0n || !words.length; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}
