// Sub-teams: which there are, and how loud those present speak.

/** How it is done without some: as it is, or with those present scaled by N/|S| to fill the time. */
export const READINGS = ["nobody covers", "fill the time"];

/** By what those present scale their part when 0, 1, .. n of them are there, (n + 1). */
export function scaleOfSize(n, reading) {
  return Float64Array.from({ length: n + 1 }, (_, size) => (reading === READINGS[0] ? 1 : n / Math.max(size, 1)));
}

/** All 2^N sub-teams, (2^N, N); member j is in number s if bit j of s is set. */
export function allCoalitions(n) {
  const masks = new Uint8Array(2 ** n * n);
  for (let s = 0; s < 2 ** n; s += 1) for (let j = 0; j < n; j += 1) masks[s * n + j] = (s >> j) & 1;
  return masks;
}

export function bitCount(number) {
  let [left, bits] = [number, 0];
  for (; left; left &= left - 1) bits += 1;
  return bits;
}
