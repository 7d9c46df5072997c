// The attendance laws: who is absent, and how absences hang together, as `simulation.laws`.
//
// A law is { n, nUniforms, present, moments }. present(uniforms, first, before, rehearsals) says who
// is there in consecutive rehearsals, Uint8Array (T, N): by uniform random numbers (T, nUniforms),
// the number of the first of them, counted from 0, and who was there at the one before, (N,), or null.

import { Refused } from "./refused.js";
import { joint, momentsOf, momentsOfIndependent, momentsOfRows } from "./moments.js";
import { general, shortened } from "./words.js";

/** Always complete. */
export function everyone(n) {
  return {
    n,
    nUniforms: 0,
    present: (uniforms, first, before, rehearsals) => new Uint8Array(rehearsals * n).fill(1),
    moments: () => momentsOf(new Float64Array(n).fill(1), new Float64Array(n * n).fill(1)),
  };
}

/** A number of people is absent: one of `counts` with equal chance, then who. */
export function numberAbsent(n, counts) {
  counts.forEach((count) => whole("absent", count, 0));
  if (Math.max(...counts) > n) {
    throw new Refused(
      `${count(Math.max(...counts))} absent of ${n} presenters, but no more can be absent than ` +
        `there are: choose 0 to ${n}`,
    );
  }
  return {
    n,
    nUniforms: 1 + n,
    present(uniforms, first, before, rehearsals) {
      const there = new Uint8Array(rehearsals * n);
      const queue = new Float64Array(n);
      for (let t = 0; t < rehearsals; t += 1) {
        const from = t * (1 + n) + 1;
        const absent = counts[Math.floor(uniforms[from - 1] * counts.length)];
        for (let i = 0; i < n; i += 1) queue[i] = uniforms[from + i];
        queue.sort();
        // The first in the queue are absent; who stands behind them is the first who is there.
        const firstThere = absent < n ? queue[absent] : 1;
        for (let i = 0; i < n; i += 1) there[t * n + i] = uniforms[from + i] >= firstThere ? 1 : 0;
      }
      return there;
    },
    moments() {
      const mean = (value) => counts.reduce((sum, absent) => sum + value(n - absent), 0) / counts.length;
      const rate = mean((there) => there) / n;
      const both = n > 1 ? mean((there) => there * (there - 1)) / (n * (n - 1)) : rate;
      return momentsOf(new Float64Array(n).fill(rate), joint(n, (i, j) => (i === j ? rate : both)));
    },
  };
}

/** Each is absent with an absence rate of their own, independently: dropout. */
export function independent(n, rates) {
  if (rates.length !== n) {
    throw new Refused(
      `${rates.length} absence rates for ${n} presenters, but each needs one: give as many rates as presenters`,
    );
  }
  rates.forEach(absenceRate);
  return {
    n,
    nUniforms: n,
    present: (uniforms) => Uint8Array.from(uniforms, (uniform, at) => (uniform >= rates[at % n] ? 1 : 0)),
    moments: () => momentsOfIndependent(Float64Array.from(rates, (rate) => 1 - rate)),
  };
}

/** Turns instead of chance: `absent` people stay away, the next ones at the next rehearsal. */
export function rota(n, absent) {
  whole("absent", absent, 0, n);
  const present = (uniforms, first, before, rehearsals) =>
    Uint8Array.from({ length: rehearsals * n }, (_, at) => {
      const turn = ((first + Math.floor(at / n)) * absent) % n; // first one absent
      return ((at % n) - turn + n) % n >= absent ? 1 : 0;
    });
  return { n, nUniforms: 0, present, moments: () => momentsOfRows(present(null, 0, null, n), n) };
}

/** Neighbours are absent together, each couple with `rate`, independently of the others. */
export function couples(n, rate) {
  absenceRate(rate);
  const nUniforms = Math.ceil(n / 2);
  const couple = (i) => Math.floor(i / 2);
  return {
    n,
    nUniforms,
    present: (uniforms, first, before, rehearsals) =>
      Uint8Array.from({ length: rehearsals * n }, (_, at) =>
        uniforms[Math.floor(at / n) * nUniforms + couple(at % n)] >= rate ? 1 : 0,
      ),
    moments() {
      const q = 1 - rate;
      return momentsOf(new Float64Array(n).fill(q), joint(n, (i, j) => (couple(i) === couple(j) ? q : q * q)));
    },
  };
}

/** Who is ill stays ill: each one's presence is a two-state Markov chain. */
export function bursts(n, rate, length = 5) {
  absenceRate(rate);
  if (!(length >= 1 && length < Infinity)) {
    throw new Refused(`length of an absence is ${general(length)}, but must be a number in [1, inf)`);
  }
  const fallIll = rate / (1 - rate) / length; // in the long run as many fall ill as recover
  if (fallIll > 1 + 1e-9) {
    throw new Refused(
      `absences of ${general(length)} rehearsals cannot make up ${general(rate)} of all: lengthen them to at ` +
        `least ${general(rate / (1 - rate))}, or lower the rate`,
    );
  }
  if (fallIll + 1 / length > 2 - 1e-9) {
    throw new Refused(
      `absences of ${general(length)} rehearsal that make up ${general(rate)} of all leave nothing to chance, each ` +
        "presenter would come every second time for ever: lengthen them above 1, or choose another rate",
    );
  }
  return {
    n,
    nUniforms: n,
    present(uniforms, first, before) {
      const there = new Uint8Array(uniforms.length);
      for (let at = 0; at < there.length; at += 1) {
        const was = at < n ? before && before[at] : there[at - n];
        // The chain starts as it will be in the long run.
        if (was === null) there[at] = uniforms[at] >= rate ? 1 : 0;
        else there[at] = (was ? uniforms[at] >= fallIll : uniforms[at] < 1 / length) ? 1 : 0;
      }
      return there;
    },
    moments: () => momentsOfIndependent(new Float64Array(n).fill(1 - rate)),
  };
}

/** One fixed person, `who` (counted from 0), is always absent. */
export function alwaysWithout(n, who) {
  return recorded(n, [Array.from({ length: n }, (_, i) => (i === who ? 0 : 1))]);
}

/** A log of 0 and 1, a row a rehearsal; when it is over it starts again. */
export function recorded(n, rows) {
  const log = Uint8Array.from(rows.flat());
  return {
    n,
    nUniforms: 0,
    present: (uniforms, first, before, rehearsals) =>
      Uint8Array.from({ length: rehearsals * n }, (_, at) => log[(first * n + at) % log.length]),
    moments: () => momentsOfRows(log, n),
  };
}

function absenceRate(rate) {
  if (!(rate >= 0 && rate < 1)) {
    throw new Refused(`absence rate is ${general(rate)}, but must be a number in [0, 1)`);
  }
}

function whole(name, value, least, most = null) {
  if (value < least || (most !== null && value > most)) {
    const allowed = most === null ? `a whole number of at least ${least}` : `${least} to ${most}`;
    throw new Refused(`${name} is ${count(value)}, but must be ${allowed}`);
  }
}

/** A whole number in all its digits. */
function count(value) {
  return shortened(String(BigInt(value)));
}
