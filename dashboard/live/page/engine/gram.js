// The Gram matrices of a talk, from which the yardstick follows under squared error.
//
// With the contributions c_1 .. c_N and, last, handout - wanted, every error of every sub-team is a
// quadratic form in their inner products, however many questions there are.

import { READINGS, bitCount, scaleOfSize } from "./coalitions.js";
import { roomForVectors, talkVectors } from "./vectors.js";

/** The inner products of the talk that a team of n would give; `give` fills them anew. */
export class Gram {
  constructor(talk, n) {
    const { sections: k, show } = talk;
    Object.assign(this, { n, k, m: show.count });
    this.vectors = roomForVectors(talk, n); // (K, N + 1, M)
    this.products = new Float64Array(k * (n + 1) * (n + 1)); // (K, N + 1, N + 1)
    this.sums = new Float64Array(k * n); // (K, N) each contribution's sum over the questions
    this.total = sumsOfSquares(show, k); // (K) of what is wanted, about its mean
  }

  /** Let the team give its talk. */
  give(team) {
    const { n, k, m, vectors, products, sums } = this;
    talkVectors(team, vectors);
    const side = n + 1;
    for (let section = 0; section < k; section += 1) {
      for (let i = 0; i < side; i += 1) {
        const first = (section * side + i) * m;
        for (let j = 0; j <= i; j += 1) {
          const second = (section * side + j) * m;
          const product = dot(vectors, first, second, m);
          products[(section * side + i) * side + j] = products[(section * side + j) * side + i] = product;
        }
        if (i === n) continue;
        let sum = 0;
        for (let q = 0; q < m; q += 1) sum += vectors[first + q];
        sums[section * n + i] = sum;
      }
    }
  }

  /** 1 - SSE/SST of sub-teams `masks` (C, N): `talk` (C), and `sections` (C, K). */
  qualities(masks, reading = READINGS[0]) {
    const { n, k, products, total } = this;
    const side = n + 1;
    const count = masks.length / n;
    const scale = scaleOfSize(n, reading);
    const talk = new Float64Array(count);
    const sections = new Float64Array(count * k);
    const there = new Float64Array(side).fill(1);
    const wanted = total.reduce((sum, one) => sum + one, 0);
    for (let c = 0; c < count; c += 1) {
      let size = 0;
      for (let i = 0; i < n; i += 1) size += masks[c * n + i];
      for (let i = 0; i < n; i += 1) there[i] = masks[c * n + i] * scale[size];
      let errors = 0;
      for (let section = 0; section < k; section += 1) {
        let error = 0;
        for (let i = 0; i < side; i += 1) {
          if (there[i] === 0) continue;
          const row = (section * side + i) * side;
          let along = 0;
          for (let j = 0; j < side; j += 1) along += products[row + j] * there[j];
          error += there[i] * along;
        }
        errors += error;
        sections[c * k + section] = 1 - error / total[section];
      }
      talk[c] = 1 - errors / wanted;
    }
    return { talk, sections };
  }

  /** Quality of all 2^N sub-teams, (2^N); member j is in number s if bit j of s is set. */
  allQualities(reading = READINGS[0]) {
    const { n } = this;
    const whole = this.#ofTheTalk(); // (N + 1, N + 1)
    const side = n + 1;
    const wanted = this.total.reduce((sum, one) => sum + one, 0);
    const scale = scaleOfSize(n, reading);
    // |sum_S c|^2 and <sum_S c, handout - wanted>, built up by the member of the highest bit.
    const squares = new Float64Array(2 ** n);
    const along = new Float64Array(2 ** n);
    const withMember = new Float64Array(2 ** Math.max(n - 1, 0)); // <c_i, sum_S c> of S below i
    for (let i = 0; i < n; i += 1) {
      const half = 2 ** i;
      withMember[0] = 0;
      for (let j = 0; j < i; j += 1) {
        for (let s = 0; s < 2 ** j; s += 1) withMember[2 ** j + s] = withMember[s] + whole[i * side + j];
      }
      for (let s = 0; s < half; s += 1) {
        squares[half + s] = squares[s] + whole[i * side + i] + 2 * withMember[s];
        along[half + s] = along[s] + whole[i * side + n];
      }
    }
    return squares.map((square, s) => {
      const by = scale[bitCount(s)];
      return 1 - (by * by * square + 2 * by * along[s] + whole[n * side + n]) / wanted;
    });
  }

  /** Each member's share of the whole team's answers on one section, (N); nan where it always says the same. */
  answerShares(section) {
    const { n, m, products, sums } = this;
    const side = n + 1;
    const own = sums.subarray(section * n, (section + 1) * n);
    const together = own.reduce((sum, one) => sum + one, 0);
    const shares = Float64Array.from(own, (sum, i) => {
      let covariance = 0;
      for (let j = 0; j < n; j += 1) covariance += products[(section * side + i) * side + j];
      return covariance - (sum * together) / m;
    });
    const variance = shares.reduce((sum, one) => sum + one, 0);
    return shares.map((share) => (variance > 0 ? share / variance : NaN));
  }

  /**
   * Variance of the answers over all half-teams that fill the time, mean over questions and sections:
   * N (N - h)/h times the contributions' variance over the members (Cochran 1977, section 2.5).
   */
  coAdaptationScore() {
    const { n, k, m, products } = this;
    const side = n + 1;
    const half = Math.max(1, Math.floor(n / 2));
    let [squares, all] = [0, 0];
    for (let section = 0; section < k; section += 1) {
      for (let i = 0; i < n; i += 1) {
        const row = (section * side + i) * side;
        squares += products[row + i];
        for (let j = 0; j < n; j += 1) all += products[row + j];
      }
    }
    const aboutMean = Math.max(squares - all / n, 0); // but rounding
    return ((((n - half) / half) * n) / Math.max(1, n - 1)) * (aboutMean / (m * k));
  }

  /** The sections' products added up. */
  #ofTheTalk() {
    const size = (this.n + 1) ** 2;
    const whole = new Float64Array(size);
    this.products.forEach((product, at) => (whole[at % size] += product));
    return whole;
  }
}

/** Inner product of two rows of m numbers; in four sums, which run side by side. */
function dot(rows, first, second, m) {
  let sum = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let q = 0;
  for (; q + 3 < m; q += 4) {
    sum += rows[first + q] * rows[second + q];
    sum1 += rows[first + q + 1] * rows[second + q + 1];
    sum2 += rows[first + q + 2] * rows[second + q + 2];
    sum3 += rows[first + q + 3] * rows[second + q + 3];
  }
  for (; q < m; q += 1) sum += rows[first + q] * rows[second + q];
  return sum + sum1 + (sum2 + sum3);
}

function sumsOfSquares({ answers, count }, k) {
  return Float64Array.from({ length: k }, (_, section) => {
    let sum = 0;
    for (let q = 0; q < count; q += 1) sum += answers[q * k + section];
    const mean = sum / count;
    let squares = 0;
    for (let q = 0; q < count; q += 1) squares += (answers[q * k + section] - mean) ** 2;
    return squares;
  });
}
