// Numbers as they are drawn: so many significant digits, as Python's frames round them.

const DIGITS = 4;
const LEAST = -300;
const SCALES = Float64Array.from({ length: 601 }, (_, at) => Number(`1e${at + LEAST}`));

/** Round to `DIGITS` significant digits, ties to even. */
export function rounded(number) {
  const size = Math.abs(number);
  const places = DIGITS - 1 - (size > 0 ? Math.floor(Math.log10(size)) : 0);
  const scale = SCALES[Math.min(Math.max(places, LEAST), -LEAST) - LEAST];
  return toEven(number * scale) / scale;
}

function toEven(number) {
  const below = Math.floor(number);
  const over = number - below;
  if (over !== 0.5) return over < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
