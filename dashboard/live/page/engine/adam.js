// Adam (Kingma & Ba 2015) as Keras computes it: epsilon is added to the uncorrected root.

const RATE = 0.001;
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;

/** Moves one vector of parameters, and remembers what it needs of their gradients. */
export class Adam {
  /** @param {number} size - Of the vector. */
  constructor(size) {
    this.steps = 0;
    this.mean = new Float64Array(size);
    this.square = new Float64Array(size);
  }

  /**
   * @param {Float64Array} parameters - (size,), changed in place.
   * @param {Float64Array} gradient - (size,)
   */
  move(parameters, gradient) {
    this.steps += 1;
    const { mean, square } = this;
    const rate = (RATE * Math.sqrt(1 - BETA_2 ** this.steps)) / (1 - BETA_1 ** this.steps);
    for (let n = 0; n < parameters.length; n++) {
      const slope = gradient[n];
      const m = BETA_1 * mean[n] + (1 - BETA_1) * slope;
      const s = BETA_2 * square[n] + (1 - BETA_2) * (slope * slope);
      mean[n] = m;
      square[n] = s;
      parameters[n] -= (rate * m) / (Math.sqrt(s) + EPSILON);
    }
  }
}
