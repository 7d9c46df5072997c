// How presenters prepare and learn: the one rule of `simulation.presenter`, on what all of them know.
//
// What they know lies in `skills` (skills.js), what is made in a rehearsal in `room`, whose arrays are
// made once: nothing is allocated here. Questions come last in them, so that the long loops run along
// memory.

import { addRows } from "./linear.js";

/** The room for `n` presenters with `h` abilities, `b` questions, `d` features and `k` sections. */
export function roomFor({ n, h, b, d, k }) {
  return {
    sizes: { n, h, b, d, k },
    questions: new Float64Array(b * d), // (B, D)
    features: new Float64Array(d * b), // (D, B) the same
    wanted: new Float64Array(k * b), // (K, B) what was wanted, as it is heard
    thoughts: new Float64Array(n * h * b), // (N, H, B) what each makes of the questions
    table: new Float64Array(n * k * b), // (N, K, B) what each prepared, as loud as it would be said
    attended: new Float64Array(n), // (N,) who came: as numbers of one kind, which is faster
    given: new Float64Array(k * b), // (K, B) what is missing from the talk really given
    missing: new Float64Array(k * b), // (K, B) what is missing from the talk as one imagines it
    inward: new Float64Array(b), // (B,) what that pushes into one ability
  };
}

/** The presenter in `seat` prepares for the room's questions, and speaks `speakUp` times as loud. */
export function prepare(skills, room, seat, speakUp) {
  const { h, b, d, k } = room.sizes;
  const { thoughts, table } = room;
  const own = seat * h * b;
  for (let ability = 0; ability < h; ability += 1) {
    const unit = seat * h + ability;
    const to = own + ability * b;
    fill(thoughts, to, b, skills.bias[unit]);
    addRows(thoughts, to, skills.understanding, unit * d, 1, room.features, 0, d, b);
    for (let at = to; at < to + b; at += 1) if (thoughts[at] < 0) thoughts[at] = 0; // nan stays nan
  }
  for (let section = 0; section < k; section += 1) {
    const to = (seat * k + section) * b;
    fill(table, to, b, 0);
    addRows(table, to, skills.delivery, (seat * k + section) * h, 1, thoughts, own, h, b);
    for (let at = to; at < to + b; at += 1) table[at] *= speakUp;
  }
}

/** Answers into `into` (K, B): the handout, and what is on the table by `weights[from ..]` (N,). */
export function addUp(room, handout, weights, from, into) {
  const { n, b, k } = room.sizes;
  for (let section = 0; section < k; section += 1) fill(into, section * b, b, handout[section]);
  addRows(into, 0, weights, from, 1, room.table, 0, n, k * b);
}

/** Presenter `seat` notes who came: rho_ij follows m_j, and rho_ii stays 1, since who learns is there. */
export function noteWhoCame(reliance, attendance, seat, trust) {
  const n = attendance.length;
  const row = seat * n;
  for (let j = 0; j < n; j += 1) reliance[row + j] += trust * (attendance[j] - reliance[row + j]);
}

/**
 * Presenter `seat` goes down the gradient of the loss through the own contribution only, which is
 * added to `moving` (the skills themselves, or what momentum remembers); `missing` (K, B) is used up.
 */
export function improve(skills, moving, room, seat, missing, step) {
  const { h, b, d, k } = room.sizes;
  const { thoughts, inward } = room;
  const own = seat * h * b;
  const out = seat * k * h;
  for (let at = 0; at < k * b; at += 1) missing[at] *= step;
  // Understanding first: it is pushed by the delivery as it was.
  for (let ability = 0; ability < h; ability += 1) {
    const unit = seat * h + ability;
    fill(inward, 0, b, 0);
    addRows(inward, 0, skills.delivery, out + ability, h, missing, 0, k, b);
    let pushed = 0;
    for (let q = 0; q < b; q += 1) {
      if (!(thoughts[own + ability * b + q] > 0)) inward[q] = 0;
      pushed += inward[q];
    }
    moving.bias[unit] += pushed;
    addRows(moving.understanding, unit * d, inward, 0, 1, room.questions, 0, b, d);
  }
  const { delivery } = moving;
  for (let section = 0; section < k; section += 1) {
    for (let ability = 0; ability < h; ability += 1) {
      let sum = 0;
      for (let q = 0; q < b; q += 1) sum += missing[section * b + q] * thoughts[own + ability * b + q];
      delivery[out + section * h + ability] += sum;
    }
  }
}

/** A call of an array's own `fill` costs more than these few numbers. */
function fill(array, from, count, value) {
  for (let at = from; at < from + count; at += 1) array[at] = value;
}
