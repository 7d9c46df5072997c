// The talk that a team would give: what each says to every question of the show.

/** Room for `talkVectors`, (K, N + 1, M). */
export const roomForVectors = (talk, n) => new Float64Array(talk.sections * (n + 1) * talk.show.count);

/**
 * Let a team give its talk into `vectors` (K, N + 1, M): section by section what each presenter says,
 * c_i(x), and last handout - wanted.
 */
export function talkVectors(team, vectors) {
  const { n, abilities: h, talk, understanding, understandingBias, delivery, handout } = team;
  const { features: d, sections: k } = talk;
  const { questions, answers, count: m } = talk.show;
  const thoughts = new Float64Array(h * 4);
  for (let i = 0; i < n; i += 1) {
    // Four questions at a time, so that four sums run side by side; the last may come up again.
    for (let q = 0; q < m; q += 4) {
      const q1 = Math.min(q + 1, m - 1);
      const q2 = Math.min(q + 2, m - 1);
      const q3 = Math.min(q + 3, m - 1);
      for (let ability = 0; ability < h; ability += 1) {
        const row = (i * h + ability) * d;
        let z = understandingBias[i * h + ability];
        let z1 = z;
        let z2 = z;
        let z3 = z;
        for (let j = 0; j < d; j += 1) {
          const weight = understanding[row + j];
          z += weight * questions[q * d + j];
          z1 += weight * questions[q1 * d + j];
          z2 += weight * questions[q2 * d + j];
          z3 += weight * questions[q3 * d + j];
        }
        const at = ability * 4;
        thoughts[at] = z < 0 ? 0 : z;
        thoughts[at + 1] = z1 < 0 ? 0 : z1;
        thoughts[at + 2] = z2 < 0 ? 0 : z2;
        thoughts[at + 3] = z3 < 0 ? 0 : z3;
      }
      for (let section = 0; section < k; section += 1) {
        const row = (i * k + section) * h;
        let said = 0;
        let said1 = 0;
        let said2 = 0;
        let said3 = 0;
        for (let ability = 0; ability < h; ability += 1) {
          const weight = delivery[row + ability];
          said += weight * thoughts[ability * 4];
          said1 += weight * thoughts[ability * 4 + 1];
          said2 += weight * thoughts[ability * 4 + 2];
          said3 += weight * thoughts[ability * 4 + 3];
        }
        const into = (section * (n + 1) + i) * m;
        vectors[into + q3] = said3;
        vectors[into + q2] = said2;
        vectors[into + q1] = said1;
        vectors[into + q] = said;
      }
    }
  }
  for (let section = 0; section < k; section += 1) {
    const last = (section * (n + 1) + n) * m;
    for (let q = 0; q < m; q += 1) vectors[last + q] = handout[section] - answers[q * k + section];
  }
}
