// The page's state in its address: what may stand there, and how it is read and written.

export const SIDES = ["left", "right"];

/** Every key of the setup, and what only the page knows: kind, bounds, and what it is where nobody says anything. */
export const SETUP = {};
export const VIEW = {};

/** Take the table of settings, which the server reads too; before anything else here is asked. */
export function useSettings({ setup, view }) {
  Object.assign(SETUP, setup);
  Object.assign(VIEW, view);
}

const NUMBER = /^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/; // no other is taken by the server
const CHANGE = /^([0-9]{1,5}):(\w+)=(.+)$/;
const GUESS = { kind: "real", least: 0, most: 1 };
const ALWAYS = ["seed", "left", "right", "at", "lang"];

/** Whether a key takes effect while the teams rehearse. */
const atOnce = (key) => Object.hasOwn(SETUP, key) && SETUP[key].resets === false;

/** Those sent home as the setup writes them. */
export const namesIn = (text) => (text ? text.split(",") : []);

export const namesOf = (n) => [..."ABCDEFGHIJKLMNOPQRST"].slice(0, n);

/** The kinds of law, each with the argument it starts with; null takes none. */
export const LAWS = {
  everyone: null,
  "one-or-two": null,
  absent: () => "1",
  rate: () => "0.3",
  rates: (n) => namesOf(n).map((_, i) => (i === 1 ? "0.5" : "0")).join(","),
  rota: () => "1",
  couples: () => "0.3",
  bursts: () => "0.3,5",
  without: () => "B",
};

/** Whether a law's text makes sense for a team of n. */
export function lawHolds(text, n) {
  const [kind, ...rest] = text.split(":");
  const argument = rest.join(":");
  if (!(kind in LAWS)) return false;
  if (LAWS[kind] === null) return text === kind;
  if (kind === "without") return namesOf(n).includes(argument);
  if (text === "rota") return true;
  const parts = argument.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (!parts.every(Number.isFinite)) return false;
  const rate = parts[0] >= 0 && parts[0] < 1;
  switch (kind) {
    case "absent":
    case "rota":
      return parts.length === 1 && Number.isInteger(parts[0]) && parts[0] >= 0 && parts[0] <= n;
    case "rates":
      return parts.length === n && parts.every((part) => part >= 0 && part < 1);
    case "bursts": {
      const length = parts[1] ?? 5;
      const fallIll = parts[0] / (1 - parts[0]) / length;
      const byChance = fallIll <= 1 + 1e-9 && fallIll + 1 / length <= 2 - 1e-9; // as Bursts has it
      return parts.length <= 2 && rate && length >= 1 && byChance;
    }
    default:
      return parts.length === 1 && rate;
  }
}

/** Whether a value given as text is allowed for a key. */
export function holds(spec, text, n, presets = []) {
  switch (spec.kind) {
    case "whole":
      return /^[0-9]+$/.test(text) && Number(text) >= spec.least && Number(text) <= spec.most;
    case "real":
      return NUMBER.test(text) && (spec.above ? Number(text) > spec.least : Number(text) >= spec.least) && Number(text) <= spec.most;
    case "flag":
      return text === "true" || text === "false";
    case "law":
      return text.length <= spec.longest && lawHolds(text, n);
    case "names": {
      const names = namesIn(text);
      const known = namesOf(n);
      return new Set(names).size === names.length && names.length < n && names.every((x) => known.includes(x));
    }
    case "changes": {
      const entries = readChanges(text);
      return (
        text.length <= spec.longest &&
        entries.length <= spec.most &&
        entries.every(
          ({ rehearsal, key, value }) => rehearsal <= SETUP.at.most && atOnce(key) && holds(SETUP[key], value, n),
        )
      );
    }
    case "preset":
      return text === "" || presets.includes(text);
    case "bet": {
      const { name, guesses } = readBet(text);
      return text === "" || (namesOf(n).includes(name) && [0, 2].includes(guesses.length) && guesses.every((guess) => holds(GUESS, guess)));
    }
    default:
      return spec.words.includes(text);
  }
}

/** '1200:left=one-or-two;..' as a list, in the order in which the changes are made; NaN where an entry is none. */
export const readChanges = (text) =>
  (text === "" ? [] : text.split(";"))
    .map((entry) => {
      const [, rehearsal = NaN, key = "", value = ""] = CHANGE.exec(entry) ?? [];
      return { rehearsal: Number(rehearsal), key, value };
    })
    .sort((a, b) => a.rehearsal - b.rehearsal);

/** 'B:0.8,0.2', or 'B' where no bet was wanted: on whom, and what was bet on either side. */
export function readBet(text) {
  const [name, guesses] = text.split(":");
  return { name, guesses: guesses === undefined ? [] : guesses.split(",") };
}

/** A setup with its changes made. */
export function withChanges(setup) {
  const made = readChanges(setup.changes).map(({ key, value }) => [key, typed(SETUP[key], value)]);
  return { ...setup, ...Object.fromEntries(made) };
}

/** A list of changes with one more, which takes the place of another of the same key at the same rehearsal. */
export function addChange(changes, entry, value) {
  const others = changes.split(";").filter((one) => one && !one.startsWith(entry));
  return [...others, entry + value].join(";");
}

/** A value as the setup carries it. */
export function typed({ kind }, text) {
  if (kind === "flag") return text === "true";
  return kind === "whole" || kind === "real" ? Number(text) : text;
}

/** The setup and the view that nobody has changed. */
export const defaults = (table) => Object.fromEntries(Object.entries(table).map(([key, spec]) => [key, spec.initial]));

/**
 * Read the address.
 * @returns {{setup, view, wrong: {key, text, why}[]}} `wrong`: what was not taken, and why: 'unknown', 'twice', or its
 *   kind
 */
export function readAddress(hash, presets) {
  const setup = defaults(SETUP);
  const view = defaults(VIEW);
  const [wrong, seen] = [[], new Set()];
  const given = [...new URLSearchParams(hash.slice(1))];
  // The size of the team first: what laws and names may say hangs on it.
  given.sort((a, b) => (b[0] === "presenters") - (a[0] === "presenters"));
  for (const [key, text] of given) {
    const spec = specOf(key);
    if (!spec) wrong.push({ key, text, why: "unknown" });
    else if (seen.has(key)) wrong.push({ key, text, why: "twice" });
    else if (!holds(spec, text, setup.presenters, presets)) wrong.push({ key, text, why: spec.kind });
    else (Object.hasOwn(SETUP, key) ? setup : view)[key] = typed(spec, text);
    seen.add(key);
  }
  return { setup, view, wrong };
}

/** What the table says of a key; null where there is none of that name. */
export function specOf(key) {
  return Object.hasOwn(SETUP, key) ? SETUP[key] : Object.hasOwn(VIEW, key) ? VIEW[key] : null;
}

/** Write the address: the seed and the laws always, the rest where it differs from what is usual. */
export function writeAddress(setup, view) {
  const encode = (text) =>
    encodeURIComponent(text).replace(/%(3A|2C|3B|3D)/g, (escaped) => decodeURIComponent(escaped));
  const pairs = [...Object.entries(SETUP), ...Object.entries(VIEW)]
    .map(([key, spec]) => [key, key in SETUP ? setup[key] : view[key], spec])
    .filter(([key, value, spec]) => ALWAYS.includes(key) || value !== spec.initial)
    .map(([key, value]) => `${key}=${encode(String(value))}`);
  return `#${pairs.join("&")}`;
}
