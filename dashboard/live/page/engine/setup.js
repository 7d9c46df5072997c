// What a session can be asked to set up: every value held to the page's table of settings.

import { lawOf, presenterNames } from "./laws.js";
import { Refused } from "./refused.js";

export const SIDES = ["left", "right"];
const AT_ONCE = [...SIDES, "learning_rate", "trust"]; // all else starts the teams anew
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Read a setup; what it leaves out is what is usual.
 *
 * @param {object} given
 * @param {object} table settings.setup: by key `kind`, and `least`, `most`, `above`, `longest`, `words`, `initial`
 * @throws {Refused} in one line
 */
export function readSetup(given, table) {
  if (given === null || typeof given !== "object") throw new Refused("setup is not a table of settings");
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(table, key)) throw new Refused(`${shown(key)} is not a setting`);
  }
  const setup = {};
  for (const [key, spec] of Object.entries(table)) {
    setup[key] = Object.hasOwn(given, key) ? given[key] : spec.initial;
    check(key, setup[key], spec);
  }
  for (const side of SIDES) {
    lawFor(setup[side], setup.presenters, table);
    seatsOf(namesIn(setup[`home_${side}`]), setup.presenters);
  }
  if (replayed(setup, table).length > table.changes.most) {
    throw new Refused(`changes holds more than ${table.changes.most}: start from a later setup`);
  }
  return setup;
}

/** List the changes of a setup, such as '1200:left=one-or-two;..', as [rehearsal, {key, value}] in order. */
export function replayed(setup, table) {
  const entries = (setup.changes ? setup.changes.split(";") : []).map((entry) => {
    const [, rehearsal, key, text] = /^(\d{1,5}):(\w+)=(.+)$/.exec(entry) ?? [];
    if (!AT_ONCE.includes(key) || Number(rehearsal) > table.at.most) {
      throw new Refused(`changes holds ${shown(entry)}, but entries look like 1200:left=one-or-two`);
    }
    const value = table[key].kind === "real" && NUMBER.test(text) ? Number(text) : text;
    return [Number(rehearsal), readChange({ key, value }, setup.presenters, table)];
  });
  return entries.sort((one, other) => one[0] - other[0]);
}

/** Read a change at once; it must make sense for a team of n. */
export function readChange({ key, value }, n, table) {
  if (!AT_ONCE.includes(key)) throw new Refused(`${shown(key)} cannot be changed at once`);
  if (SIDES.includes(key)) lawFor(value, n, table);
  else check(key, value, table[key]);
  return { key, value };
}

/** Read a law. */
export function lawFor(text, n, table) {
  if (typeof text !== "string" || text.length > table.left.longest) {
    throw new Refused(`attendance ${shown(text)} is not for the page: choose one of its laws`);
  }
  return lawOf(text, n);
}

/** Those sent home as a setup writes them. */
export const namesIn = (text) => (text ? text.split(",") : []);

/** Find the seats of those sent home: known names, once each, and not everybody. */
export function seatsOf(names, n) {
  const known = presenterNames(n);
  names.forEach((name, at) => {
    if (!known.includes(name)) {
      throw new Refused(`${shown(name)} cannot be sent home: the presenters are ${known[0]} to ${known.at(-1)}`);
    }
    if (names.indexOf(name) !== at) throw new Refused(`${name} is sent home twice: name everyone once`);
  });
  if (names.length >= n) throw new Refused("everybody is sent home: leave at least one to give the talk");
  return names.map((name) => known.indexOf(name));
}

/** Refuse a value that is out of its setting's bounds. */
export function check(key, value, spec) {
  const fails = (allowed) => new Refused(`${key} is ${shown(value)}, but must be ${allowed}`);
  switch (spec.kind) {
    case "whole":
    case "real": {
      const number = spec.kind === "whole" ? Number.isInteger(value) : Number.isFinite(value);
      const { least, most, above } = spec;
      if (number && (above ? value > least : value >= least) && value <= most) return;
      throw fails(`a ${spec.kind} number ${above ? `above ${least} and at most ${most}` : `from ${least} to ${most}`}`);
    }
    case "word":
      if (!spec.words.includes(value)) throw fails(`one of: ${spec.words.join(", ")}`);
      return;
    case "flag":
      if (typeof value !== "boolean") throw fails("true or false");
      return;
    default:
      if (typeof value !== "string" || value.length > spec.longest) {
        throw fails(`a text of at most ${spec.longest} letters`);
      }
  }
}

/** What was given, on one line and not too long. */
export function shown(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
