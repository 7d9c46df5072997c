// Who is kept by dropout, coin by coin as nn_bridge's `bernoulli_masks` tosses them.

/**
 * A coin takes one random bit at a rate of 0.5, eight where the rate is a multiple of 1/256, else 32. The coins of a mask
 * begin with a new word of 64 bits.
 * @param {Generator} rng
 * @param {number} rate - The fraction dropped.
 * @param {Uint8Array} kept - (H * B), samples last: becomes 1 for kept, with chance 1 - rate, and 0 for dropped.
 */
export function tossCoins(rng, rate, kept) {
  const perWord = rate === 0.5 ? 64 : Number.isInteger(256 * rate) ? 8 : 2;
  const words = rng.rawWords(Math.ceil(kept.length / perWord));
  if (perWord === 2) {
    const limit = Math.min(Math.round(2 ** 32 * rate), 2 ** 32 - 1);
    for (let n = 0; n < kept.length; n++) kept[n] = words[n] >= limit ? 1 : 0;
    return;
  }
  const bytes = new Uint8Array(words.buffer); // the lowest of each word first, on every machine that has a browser
  const limit = 256 * rate;
  for (let n = 0; n < kept.length; n++) {
    // Of a byte's bits the highest comes first.
    if (perWord === 64) kept[n] = (bytes[n >>> 3] >>> (7 - (n & 7))) & 1;
    else kept[n] = bytes[n] >= limit ? 1 : 0;
  }
}
