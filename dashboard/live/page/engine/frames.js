// What a source tells the page, as plain data: the messages of `dashboard.live.frames`.

import { READINGS } from "./coalitions.js";
import { kept, measures } from "./measures.js";
import { rounded } from "./rounded.js";
import { SIDES } from "./setup.js";

const QUALITIES = ["all", "one_mean", "one_worst", "two_mean", "two_worst", "hard"];
const ALL_SUB_TEAMS = 8; // presenters up to whom an exact message holds the qualities of all 2^N sub-teams

/** Say what was started. */
export function started({ talk, names }) {
  return { type: "started", names, hard_section: talk.hardSection, sections: talk.sections };
}

/** Describe both teams and their twins as they stand. */
export function frame(pair, playing) {
  return { type: "frame", rehearsal: pair.held, playing, teams: ofSides(pair, teamOf) };
}

/** What the curves need of a frame: rehearsal, then all and two missing, side by side. */
export function point(pair) {
  return [pair.held, ...SIDES.flatMap((side) => kept(pair.sides[side].look().yardstick).map(rounded))];
}

/** Tell all weights and figures of both sides, unrounded: flat lists by name. */
export function exact(pair) {
  return { type: "exact", rehearsal: pair.held, teams: ofSides(pair, exactOf) };
}

/** Say in one line what was wrong; the session goes on. By `code` and `about` the page says it in its language. */
export function problem(message, code, about = {}) {
  return { type: "error", message, code, ...about };
}

const ofSides = (pair, told) => Object.fromEntries(SIDES.map((side) => [side, told(pair, side)]));

function teamOf({ sides, home, names, talk }, name) {
  const side = sides[name];
  const look = side.look();
  const n = names.length;
  const { quality, home: without, solo, dependence, share, score } = measures(
    look.yardstick,
    talk.hardSection,
    home[name],
  );
  return {
    absence_rate: rounded(side.team.absenceRate),
    reliance: rows(look.reliance, n),
    weights: rounded(look.squaredWeights),
    quality: Object.fromEntries(QUALITIES.map((key, at) => [key, rounded(quality[at])])),
    home: {
      away: names.filter((_, i) => !home[name][i]),
      quality: rounded(without[0]),
      hard: rounded(without[1]),
    },
    solo: rows(solo, n),
    dependence: rows(dependence, n),
    share: Array.from(share, rounded),
    score: rounded(score[0]),
    present: Array.from(side.present()),
    diverged: side.diverged,
    twin: {
      difference: look.difference,
      largest: side.largest,
      loss: rounded(look.loss),
      incoming: Array.from(look.incoming, rounded),
      outgoing: rows(look.outgoing, talk.sections),
    },
  };
}

function exactOf({ sides, home, names, talk }, name) {
  const side = sides[name];
  const look = side.look();
  const stale = look.rehearsal !== side.team.rehearsals;
  if (side.diverged || stale) return { diverged: side.diverged, weights: null, figures: null };
  const { understanding, understandingBias, delivery, handout } = side.team;
  const figures = {
    ...measures(look.yardstick, talk.hardSection, home[name]),
    squared_weights: [look.squaredWeights],
    loss: [look.loss],
  };
  if (names.length <= ALL_SUB_TEAMS) {
    for (const reading of READINGS) figures[reading.replaceAll(" ", "_")] = look.yardstick.allQualities(reading);
  }
  const weights = { understanding, understanding_bias: understandingBias, delivery, handout, reliance: look.reliance };
  return { diverged: null, weights: plain(weights), figures: plain(figures) };
}

/** A flat array as so many rows of numbers that can be drawn. */
function rows(flat, count) {
  const length = flat.length / count;
  return Array.from({ length: count }, (_, i) => Array.from(flat.subarray(i * length, (i + 1) * length), rounded));
}

const plain = (parts) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, Array.from(part)]));
