// Products of small matrices, row by row in flat Float64Arrays, and an orthonormal basis.

/**
 * Add a combination of rows: out[at + j] += sum_r factors[first + r stride] rows[from + r length + j].
 *
 * Four rows at a time: so a sum is fetched and stored a quarter as often, which halves the time.
 */
export function addRows(out, at, factors, first, stride, rows, from, count, length) {
  let r = 0;
  for (; r + 3 < count; r += 4) {
    const factor = first + r * stride;
    const f0 = factors[factor];
    const f1 = factors[factor + stride];
    const f2 = factors[factor + 2 * stride];
    const f3 = factors[factor + 3 * stride];
    const r0 = from + r * length;
    const r1 = r0 + length;
    const r2 = r1 + length;
    const r3 = r2 + length;
    for (let j = 0; j < length; j += 1) {
      out[at + j] += f0 * rows[r0 + j] + f1 * rows[r1 + j] + (f2 * rows[r2 + j] + f3 * rows[r3 + j]);
    }
  }
  for (; r < count; r += 1) {
    const f0 = factors[first + r * stride];
    const r0 = from + r * length;
    for (let j = 0; j < length; j += 1) out[at + j] += f0 * rows[r0 + j];
  }
}

/** out (m, n) = a (m, p) b (p, n). */
export function product(a, b, out, m, p, n) {
  out.fill(0, 0, m * n);
  for (let i = 0; i < m; i += 1) addRows(out, i * n, a, i * p, 1, b, 0, p, n);
}

/** out (m, n) = a' b (p, n), where a is (p, m). */
export function productOfTransposed(a, b, out, m, p, n) {
  out.fill(0, 0, m * n);
  for (let i = 0; i < m; i += 1) addRows(out, i * n, a, i, m, b, 0, p, n);
}

/** out (m, n) = a (m, p) b', where b is (n, p). */
export function productWithTransposed(a, b, out, m, p, n) {
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < n; j += 1) out[i * n + j] = inner(a, i * p, b, j * p, p);
  }
}

/** Sum of a[left + k] b[right + k] over `length` of them. */
export function inner(a, left, b, right, length) {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += a[left + k] * b[right + k];
  return sum;
}

/** Each row of a matrix plus `row`, in place. */
export function addToRows(matrix, row) {
  for (let from = 0; from < matrix.length; from += row.length) {
    for (let j = 0; j < row.length; j += 1) matrix[from + j] += row[j];
  }
}

/** Each row of a matrix times `row`, number by number. */
export function timesRow(matrix, row, out) {
  for (let from = 0; from < matrix.length; from += row.length) {
    for (let j = 0; j < row.length; j += 1) out[from + j] = matrix[from + j] * row[j];
  }
}

/** out: the sum of a matrix's rows. */
export function sumOfRows(matrix, out) {
  out.fill(0);
  for (let from = 0; from < matrix.length; from += out.length) {
    for (let j = 0; j < out.length; j += 1) out[j] += matrix[from + j];
  }
}

/**
 * Q (rows, columns) of a = Q R: an orthonormal basis of the columns of `a`, rows >= columns.
 *
 * By Householder reflections, whose signs are LAPACK's (Anderson et al. 1999, LAPACK Users' Guide;
 * its dlarfg): the diagonal of R has the sign opposite to what is reflected, and nothing is
 * reflected where nothing stands below the diagonal.
 */
export function orthonormal(a, rows, columns) {
  const work = Float64Array.from(a);
  const reflections = []; // v with v_c = 1, and tau: I - tau v v'
  for (let c = 0; c < columns; c += 1) {
    const v = new Float64Array(rows);
    let below = 0;
    for (let r = c + 1; r < rows; r += 1) below += work[r * columns + c] ** 2;
    const alpha = work[c * columns + c];
    const beta = below === 0 ? alpha : -Math.sign(alpha || 1) * Math.sqrt(alpha * alpha + below);
    const tau = below === 0 ? 0 : (beta - alpha) / beta;
    v[c] = 1;
    if (tau !== 0) for (let r = c + 1; r < rows; r += 1) v[r] = work[r * columns + c] / (alpha - beta);
    reflect(work, v, tau, rows, columns);
    reflections.push([v, tau]);
  }
  const q = new Float64Array(rows * columns);
  for (let c = 0; c < columns; c += 1) q[c * columns + c] = 1;
  for (const [v, tau] of reflections.reverse()) reflect(q, v, tau, rows, columns);
  return q;
}

/** m (rows, columns) becomes (I - tau v v') m. */
function reflect(m, v, tau, rows, columns) {
  for (let c = 0; c < columns; c += 1) {
    let along = 0;
    for (let r = 0; r < rows; r += 1) along += v[r] * m[r * columns + c];
    along *= tau;
    for (let r = 0; r < rows; r += 1) m[r * columns + c] -= along * v[r];
  }
}
