// The yardstick held to a talk: what is kept, who can do what alone, whose words they are.

import { Answers } from "./answers.js";
import { Gram } from "./gram.js";

/** What measures the talks of a team of n, as its audience judges. */
export const yardstickFor = (talk, n) => (talk.audience === "softmax" ? new Answers(talk, n) : new Gram(talk, n));

const subTeams = new Map(); // by the size of the team

/**
 * Everyone, and all sub-teams with one missing, with two missing and with one alone.
 *
 * @returns {{masks: Uint8Array, one: number[], two: number[], alone: number[]}} `masks` (C, N), and in
 *   which rows; where two cannot be missing, nobody is there
 */
export function standardSubTeams(n) {
  if (subTeams.has(n)) return subTeams.get(n);
  const seats = Array.from({ length: n }, (_, i) => i);
  const without = (...gone) => seats.map((i) => (gone.includes(i) ? 0 : 1));
  const parts = [
    [without()],
    seats.map((i) => without(i)),
    seats.flatMap((i) => seats.slice(i + 1).map((j) => without(i, j))),
    seats.map((i) => seats.map((j) => (i === j ? 1 : 0))),
  ];
  let rows = 0;
  const [, one, two, alone] = parts.map((part) => part.map(() => rows++));
  subTeams.set(n, { masks: Uint8Array.from(parts.flat(2)), one, two, alone });
  return subTeams.get(n);
}

/** I_ij of all pairs, (N, N), from the qualities of everyone, all but i (N), all but i and j (pairs i < j). */
export function synergies(full, without, withoutTwo) {
  const n = without.length;
  const synergy = new Float64Array(n * n);
  let pair = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      synergy[i * n + j] = synergy[j * n + i] = full - without[i] - without[j] + withoutTwo[pair];
      pair += 1;
    }
  }
  return synergy;
}

/** Quality with everyone there, and the mean over all sub-teams with two missing. */
export function kept(yardstick) {
  const { masks, two } = standardSubTeams(yardstick.n);
  const { talk } = yardstick.qualities(masks.subarray(0, masks.length - yardstick.n ** 2)); // nobody alone
  return [talk[0], mean(two.map((row) => talk[row]))];
}

/** Hold the yardstick to a talk; in `home` (N) those are there who were not sent home. Flat lists by name. */
export function measures(yardstick, hardSection, home) {
  const { n, k } = yardstick;
  const teams = standardSubTeams(n);
  const masks = new Uint8Array(teams.masks.length + n);
  masks.set(teams.masks);
  masks.set(home, teams.masks.length);
  const { talk, sections } = yardstick.qualities(masks);
  const hard = (row) => sections[row * k + hardSection];
  const one = teams.one.map((row) => talk[row]);
  const two = teams.two.map((row) => talk[row]);
  const last = talk.length - 1;
  return {
    quality: [talk[0], mean(one), Math.min(...one), mean(two), Math.min(...two), hard(0)],
    home: [talk[last], hard(last)],
    solo: sections.slice(teams.alone[0] * k, last * k), // (N, K)
    dependence: synergies(talk[0], one, two), // (N, N)
    // Where the team says the same to every question nobody has a share.
    share: yardstick.answerShares(hardSection).map((share) => (Number.isNaN(share) ? 0 : share)), // (N)
    score: [yardstick.coAdaptationScore()],
  };
}

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
