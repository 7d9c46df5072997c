// How often people are there, and how often two of them together: `simulation.attendance.Moments`.

/**
 * @param {Float64Array} rates (N,) P(i present), the keep probabilities
 * @param {Float64Array} joint (N, N) P(i and j present); its diagonal is `rates`
 */
export function momentsOf(rates, joint) {
  const n = rates.length;
  return {
    rates,
    joint,
    /** 1/q_i, by which those present scale what they say; 1 for someone who is never there. */
    speakUp: rates.map((rate) => (rate > 0 ? 1 / rate : 1)),
    /** 1 - q, the mean over the presenters. */
    absenceRate: 1 - rates.reduce((sum, rate) => sum + rate, 0) / n,
    /** Cov(m_i, m_j) / (q_i q_j), (N, N); 0 with someone who is never there. */
    covarianceOfScales: joint.map((together, at) => {
      const both = rates[Math.floor(at / n)] * rates[at % n];
      return (together - both) / (both > 0 ? both : 1);
    }),
  };
}

/** Of people who come with `rates` (N,) independently of one another. */
export function momentsOfIndependent(rates) {
  return momentsOf(rates, joint(rates.length, (i, j) => (i === j ? rates[i] : rates[i] * rates[j])));
}

/** Counted, where the rows (T, N) are all the rehearsals there are. */
export function momentsOfRows(rows, n) {
  const count = rows.length / n;
  const together = joint(n, (i, j) => {
    let both = 0;
    for (let from = 0; from < rows.length; from += n) both += rows[from + i] & rows[from + j];
    return both / count;
  });
  return momentsOf(Float64Array.from({ length: n }, (_, i) => together[i * n + i]), together);
}

/** (N, N) of the function's values. */
export function joint(n, value) {
  return Float64Array.from({ length: n * n }, (_, at) => value(Math.floor(at / n), at % n));
}
