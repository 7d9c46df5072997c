// The page's state in its address: what may stand there, and how it is read and written.

import { presenterNames } from "page/engine/laws.js";
import { Refused } from "page/engine/refused.js";
import { check, lawFor, namesIn, replayed, seatsOf } from "page/engine/setup.js";

export const SIDES = ["left", "right"];

/** Every key of the setup, and what only the page knows: kind, bounds, and what it is where nobody says anything. */
export const SETUP = {};
export const VIEW = {};

/** Take the table of settings, which the server reads too; before anything else here is asked. */
export function useSettings({ setup, view }) {
  Object.assign(SETUP, setup);
  Object.assign(VIEW, view);
}

const WHOLE = /^\d+$/;
const REAL = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const BET = /^([A-Z]+)(?::([01]|0?\.\d+),([01]|0?\.\d+))?$/; // quality kept, from 0 to 1
const ALWAYS = ["seed", "left", "right", "at", "lang"];

/** The kinds of law, each with the argument it starts with; null takes none. */
export const LAWS = {
  everyone: null,
  "one-or-two": null,
  absent: () => "1",
  rate: () => "0.3",
  rates: (n) => presenterNames(n).map((_, i) => (i === 1 ? "0.5" : "0")).join(","),
  rota: () => "1",
  couples: () => "0.3",
  bursts: () => "0.3,5",
  without: () => "B",
  log: () => "", // pasted as a table
};

/** Whether the engine would take it: `read` throws where it would not. */
function isTaken(read) {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Whether a law's text makes sense for a team of n. */
export const lawHolds = (text, n) => isTaken(() => lawFor(text, n, SETUP));

/** Whether a value given as text is allowed for a key. */
export function holds(spec, text, n, presets = []) {
  switch (spec.kind) {
    case "whole":
    case "real":
      return (spec.kind === "whole" ? WHOLE : REAL).test(text) && isTaken(() => check("", Number(text), spec));
    case "flag":
      return text === "true" || text === "false";
    case "law":
      return lawHolds(text, n);
    case "names":
      return isTaken(() => seatsOf(namesIn(text), n));
    case "changes":
      if (text.length > spec.longest || text.split(";").length > spec.most) return false;
      return isTaken(() => replayed({ changes: text, presenters: n }, SETUP));
    case "preset":
      return text === "" || presets.includes(text);
    case "bet":
      return text === "" || presenterNames(n).includes(readBet(text)?.name);
    default:
      return spec.words.includes(text);
  }
}

/** 'B:0.8,0.2', or 'B' where no bet was wanted: on whom, and what on either side; null before anybody was asked. */
export function readBet(text) {
  const [, name, ...guesses] = BET.exec(text) ?? [];
  const [left, right] = guesses.map((guess) => (guess === undefined ? null : Number(guess)));
  return name ? { name, left, right } : null;
}

/** The same, as text. */
export const writeBet = (bet) => (bet ? (bet.left === null ? bet.name : `${bet.name}:${bet.left},${bet.right}`) : "");

/** A setup with its changes made. */
export function withChanges(setup) {
  const made = replayed(setup, SETUP).map(([, { key, value }]) => [key, value]);
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
