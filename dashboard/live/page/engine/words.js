// How Python writes out what it was given, so that both sources say the same.

const ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const LONGEST = 60; // letters

/** A text between quotation marks on one line, shortened: `simulation.checks.given`. */
export function given(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = Array.from(text, (each) => {
    if (each === quote) return `\\${each}`;
    const code = each.codePointAt(0);
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    return ESCAPES[each] ?? (control ? `\\x${code.toString(16).padStart(2, "0")}` : each);
  });
  return shortened(`${quote}${inside.join("")}${quote}`);
}

/** The beginning of a text. */
export function shortened(text) {
  const letters = Array.from(text.trim().replace(/\s+/g, " "));
  return letters.length <= LONGEST ? letters.join("") : `${letters.slice(0, LONGEST - 3).join("")}...`;
}

/** A number in six digits, as Python's format `g`. */
export function general(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const [digits, power] = value.toExponential(5).split("e");
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  return `${Number(digits)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
