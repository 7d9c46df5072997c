// Images as a network takes them, and its products with them, which pass over black pixels: half of the digits' are.

/** Pixels and what they show. */
export class Images {
  /**
   * @param {Float64Array} pixels - (P, D)
   * @param {Uint8Array} labels - (P,)
   */
  constructor(pixels, labels) {
    this.pixels = pixels;
    this.labels = labels;
    this.count = labels.length;
    this.size = pixels.length / labels.length; // D
    this.lit = Array.from(labels, (_, n) => {
      const image = this.image(n);
      return Int32Array.from(image.keys()).filter((d) => image[d] !== 0);
    });
  }

  /** @returns {Float64Array} The pixels of one image, (D,); a view. */
  image(sample) {
    return this.pixels.subarray(sample * this.size, (sample + 1) * this.size);
  }

  /**
   * What a layer makes of an image before its activation.
   * @param {number} sample
   * @param {Float64Array} weights - (D + 1, H), biases last.
   * @param {Float64Array} row - (H,), overwritten.
   */
  project(sample, weights, row) {
    row.set(weights.subarray(this.size * row.length));
    addCombination(row, weights, this.lit[sample], this.image(sample));
  }

  /**
   * The gradient at a layer's weights from that before its activation.
   * @param {Int32Array} samples - (B,)
   * @param {Float64Array} slopes - (B, H)
   * @param {Float64Array} gradient - (D + 1, H), zeros, to which is added.
   */
  addProducts(samples, slopes, gradient) {
    const width = gradient.length / (this.size + 1);
    const values = new Float64Array(samples.length);
    for (let d = 0; d < this.size; d++) {
      const lit = [];
      for (let b = 0; b < samples.length; b++) {
        values[b] = this.pixels[samples[b] * this.size + d];
        if (values[b] !== 0) lit.push(b);
      }
      addCombination(gradient.subarray(d * width, (d + 1) * width), slopes, lit, values);
    }
    addCombination(gradient.subarray(this.size * width), slopes, [...samples.keys()], values.fill(1));
  }
}

/**
 * Add some rows of a matrix, each times a value of its own, four in one pass: the sum is fetched and stored less often.
 * @param {Float64Array} sum - (H,)
 * @param {Float64Array} rows - (.., H)
 * @param {ArrayLike<number>} which - Numbers of the rows.
 * @param {Float64Array} values - By the number of the row.
 */
function addCombination(sum, rows, which, values) {
  const width = sum.length;
  let n = 0;
  for (; n + 3 < which.length; n += 4) {
    const [a, b, c, d] = [which[n], which[n + 1], which[n + 2], which[n + 3]];
    const [va, vb, vc, vd] = [values[a], values[b], values[c], values[d]];
    const [ra, rb, rc, rd] = [a * width, b * width, c * width, d * width];
    for (let h = 0; h < width; h++) {
      sum[h] += va * rows[ra + h] + vb * rows[rb + h] + vc * rows[rc + h] + vd * rows[rd + h];
    }
  }
  for (; n < which.length; n++) {
    const value = values[which[n]];
    const row = which[n] * width;
    for (let h = 0; h < width; h++) sum[h] += value * rows[row + h];
  }
}
