// What `Gram` tells of a talk, for a softmax audience, of which no inner products tell: from the answers.

import { report } from "./audience.js";
import { READINGS, allCoalitions, scaleOfSize } from "./coalitions.js";
import { defaultRng } from "./random/generator.js";
import { roomForVectors, talkVectors } from "./vectors.js";

const HALF_TEAMS = 200; // drawn for the co-adaptation score, with seed 0

/** The answers of the talk that a team of n would give; `give` fills them anew. */
export class Answers {
  constructor(talk, n) {
    const { sections: k, show } = talk;
    Object.assign(this, { n, k, m: show.count, handout: new Float64Array(k) });
    this.vectors = roomForVectors(talk, n); // (K, N + 1, M)
    this.right = rightSections(show, k); // (M)
    this.asked = new Float64Array(k); // how often each section is the right one
    for (const section of this.right) this.asked[section] += 1;
    this.logits = new Float64Array(k * show.count); // (K, M)
    this.halfTeams = halfTeams(n);
  }

  /** Let the team give its talk. */
  give(team) {
    talkVectors(team, this.vectors);
    this.handout.set(team.handout);
  }

  /** Accuracy of sub-teams `masks` (C, N): `talk` (C), and on each section's questions `sections` (C, K). */
  qualities(masks, reading = READINGS[0]) {
    const { n, k, m, right, asked, logits } = this;
    const count = masks.length / n;
    const talk = new Float64Array(count);
    const sections = new Float64Array(count * k);
    for (let c = 0; c < count; c += 1) {
      this.#answer(masks, c, reading);
      let correct = 0;
      for (let q = 0; q < m; q += 1) {
        let named = 0;
        for (let section = 1; section < k; section += 1) {
          if (logits[section * m + q] > logits[named * m + q]) named = section;
        }
        if (named !== right[q]) continue;
        correct += 1;
        sections[c * k + named] += 1;
      }
      talk[c] = correct / m;
      for (let section = 0; section < k; section += 1) sections[c * k + section] /= asked[section];
    }
    return { talk, sections };
  }

  /** Quality of all 2^N sub-teams, (2^N); member j is in number s if bit j of s is set. */
  allQualities(reading = READINGS[0]) {
    return this.qualities(allCoalitions(this.n), reading).talk;
  }

  /** Each member's share of the whole team's answers on one section, (N); nan where it always says the same. */
  answerShares(section) {
    const { n, m, vectors } = this;
    const together = new Float64Array(m);
    const spoken = Array.from({ length: n }, (_, i) => {
      const from = (section * (n + 1) + i) * m;
      const own = vectors.subarray(from, from + m);
      const mean = own.reduce((sum, one) => sum + one, 0) / m;
      const aboutMean = own.map((one) => one - mean);
      for (let q = 0; q < m; q += 1) together[q] += aboutMean[q];
      return aboutMean;
    });
    const variance = together.reduce((sum, one) => sum + one * one, 0);
    return Float64Array.from(spoken, (own) => {
      const covariance = own.reduce((sum, one, q) => sum + one * together[q], 0);
      return variance > 0 ? covariance / variance : NaN;
    });
  }

  /** Variance of the probabilities heard over half-teams that fill the time, mean over questions and sections. */
  coAdaptationScore() {
    const { n, k, m, logits } = this;
    const { masks, times } = this.halfTeams;
    const size = m * k;
    const first = new Float64Array(size); // deviations from it keep the variance free of cancellation
    const heard = new Float64Array(size); // (M, K)
    const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
    for (let c = 0; c < masks.length / n; c += 1) {
      this.#answer(masks, c, READINGS[1]);
      for (let section = 0; section < k; section += 1) {
        for (let q = 0; q < m; q += 1) heard[q * k + section] = logits[section * m + q];
      }
      report(heard, k);
      if (c === 0) first.set(heard);
      for (let at = 0; at < size; at += 1) {
        const deviation = heard[at] - first[at];
        sums[at] += times[c] * deviation;
        squares[at] += times[c] * deviation * deviation;
      }
    }
    let variance = 0;
    for (let at = 0; at < size; at += 1) variance += squares[at] - (sums[at] * sums[at]) / HALF_TEAMS;
    return variance / (HALF_TEAMS - 1) / size;
  }

  /** What sub-team `c` of `masks` answers, into `logits` (K, M). */
  #answer(masks, c, reading) {
    const { n, k, m, vectors, handout, logits } = this;
    const there = masks.subarray(c * n, (c + 1) * n);
    const scale = scaleOfSize(n, reading)[there.reduce((sum, one) => sum + one, 0)];
    for (let section = 0; section < k; section += 1) {
      const own = section * m;
      logits.fill(handout[section], own, own + m);
      for (let i = 0; i < n; i += 1) {
        if (!there[i]) continue;
        const row = (section * (n + 1) + i) * m;
        for (let q = 0; q < m; q += 1) logits[own + q] += scale * vectors[row + q];
      }
    }
  }
}

function rightSections({ answers, count }, k) {
  return Uint8Array.from({ length: count }, (_, q) => {
    const wanted = answers.subarray(q * k, (q + 1) * k);
    return wanted.indexOf(1);
  });
}

/**
 * Draw sub-teams of max(1, floor(n/2)) members: who draws the smallest numbers is there.
 *
 * @returns {{masks: Uint8Array, times: number[]}} each sub-team once, (C, N), and how often it was drawn, (C)
 */
function halfTeams(n) {
  const drawn = defaultRng(0).randoms(HALF_TEAMS * n);
  const times = new Map();
  for (let c = 0; c < HALF_TEAMS; c += 1) {
    const own = drawn.subarray(c * n, (c + 1) * n);
    const order = Array.from(own.keys()).sort((a, b) => own[a] - own[b]);
    const there = order.slice(0, Math.max(1, Math.floor(n / 2)));
    const mask = Array.from(own, (_, i) => Number(there.includes(i))).join("");
    times.set(mask, (times.get(mask) ?? 0) + 1);
  }
  return { masks: Uint8Array.from([...times.keys()].join("")), times: [...times.values()] };
}
