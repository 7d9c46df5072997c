// The article's network: Dense(256, relu), Dropout(rate), Dense(10, softmax), trained by Adam on cross-entropy in batches
// of 32. Start, order of the samples and masks are those that nn_bridge's network draws from the same seed.

import { Adam } from "./adam.js";
import { tossCoins } from "./coins.js";
import { Generator } from "./random/generator.js";
import { SeedSequence } from "./random/seed_sequence.js";

export const HIDDEN = 256;
export const CLASSES = 10;
const BATCH = 32;
const EVERY_UNIT = Int32Array.from({ length: HIDDEN }, (_, unit) => unit);

/** One network and its training. Weights stand input by input: what goes out from an input lies in one piece. */
export class Network {
  /**
   * @param {number} seed
   * @param {number} rate - Of dropout: the fraction dropped.
   * @param {number} pixels - D, of an image.
   */
  constructor(seed, rate, pixels) {
    const [start, order, chance] = new SeedSequence(seed).spawn(3);
    // Masks are seeded by depth: those before the first weights, which nobody needs, come first.
    this.masks = new Generator(chance.spawn(2)[1].spawn(1)[0]);
    this.orders = new Generator(order);
    this.rate = rate;
    this.pixels = pixels;
    const inner = (pixels + 1) * HIDDEN;
    this.parameters = new Float64Array(inner + (HIDDEN + 1) * CLASSES);
    this.gradient = new Float64Array(this.parameters.length);
    this.hidden = this.parameters.subarray(0, inner); // (D + 1, H), biases last
    this.output = this.parameters.subarray(inner); // (H + 1, K), biases last
    this.handout = this.output.subarray(HIDDEN * CLASSES); // (K,), these biases
    this.hiddenGradient = this.gradient.subarray(0, inner);
    this.outputGradient = this.gradient.subarray(inner);
    const initial = new Generator(start);
    fillGlorot(initial, this.hidden, pixels, HIDDEN);
    fillGlorot(initial, this.output, HIDDEN, CLASSES);
    this.adam = new Adam(this.parameters.length);
    this.kept = new Uint8Array(HIDDEN * BATCH);
    this.activity = new Float64Array(BATCH * HIDDEN); // (B, H), after relu and dropout
    this.slopes = new Float64Array(BATCH * HIDDEN); // (B, H), the gradient before relu
    this.logits = new Float64Array(BATCH * CLASSES); // (B, K), then the gradient there
  }

  /**
   * Train once on all images.
   * @param {Images} images
   * @returns {number} Their mean loss, each as it was before its batch's step.
   */
  epoch(images) {
    const order = this.orders.permutation(images.count);
    let loss = 0;
    for (let first = 0; first < images.count; first += BATCH) {
      const samples = order.subarray(first, first + BATCH);
      loss += this.forward(images, samples);
      this.backward(images, samples);
      this.adam.move(this.parameters, this.gradient);
    }
    return loss / images.count;
  }

  /**
   * Let a batch through, and leave the gradient of its mean loss at the logits.
   * @param {Int32Array} samples - (B,)
   * @returns {number} The sum of their losses.
   */
  forward(images, samples) {
    const { activity, kept, logits, rate } = this;
    const count = samples.length;
    if (rate > 0) tossCoins(this.masks, rate, kept.subarray(0, HIDDEN * count));
    const scale = 1 / (1 - rate); // survivors speak up
    let loss = 0;
    for (let b = 0; b < count; b++) {
      const row = activity.subarray(b * HIDDEN, (b + 1) * HIDDEN);
      this.activate(images, samples[b], row);
      if (rate > 0) for (let h = 0; h < HIDDEN; h++) row[h] *= kept[h * count + b] * scale;
      const said = logits.subarray(b * CLASSES, (b + 1) * CLASSES);
      this.answer(row, said);
      const label = images.labels[samples[b]];
      loss -= said[label];
      loss += intoSoftmax(said);
      said[label] -= 1;
      for (let k = 0; k < CLASSES; k++) said[k] /= count;
    }
    return loss;
  }

  /** From the gradient at the logits, (B, K), to that of all parameters, averaged over the batch. */
  backward(images, samples) {
    const { activity, gradient, hiddenGradient, logits, output, outputGradient, rate, slopes } = this;
    const scale = 1 / (1 - rate);
    gradient.fill(0);
    for (let b = 0; b < samples.length; b++) {
      const at = b * CLASSES;
      for (let h = 0; h < HIDDEN; h++) {
        const active = activity[b * HIDDEN + h];
        let slope = 0;
        if (active > 0) {
          // Neither silent nor dropped.
          for (let k = 0, o = h * CLASSES; k < CLASSES; k++, o++) {
            outputGradient[o] += active * logits[at + k];
            slope += output[o] * logits[at + k];
          }
        }
        slopes[b * HIDDEN + h] = slope * scale;
      }
      for (let k = 0; k < CLASSES; k++) outputGradient[HIDDEN * CLASSES + k] += logits[at + k];
    }
    images.addProducts(samples, slopes, hiddenGradient);
  }

  /** Write what the hidden units make of an image, after relu and without dropout, to `row`, (H,). */
  activate(images, sample, row) {
    images.project(sample, this.hidden, row);
    for (let h = 0; h < HIDDEN; h++) if (row[h] < 0) row[h] = 0;
  }

  /** Write the logits, (K,), that the units' activity, (H,), gives. */
  answer(activity, logits) {
    logits.set(this.handout);
    this.addAnswers(EVERY_UNIT, 0, HIDDEN, activity, logits);
  }

  /** Add to the logits, (K,), what the units say that have places from `first` to before `end` in an order. */
  addAnswers(order, first, end, activity, logits) {
    const { output } = this;
    for (let place = first; place < end; place++) {
      const active = activity[order[place]];
      if (active === 0) continue;
      for (let k = 0, o = order[place] * CLASSES; k < CLASSES; k++, o++) logits[k] += active * output[o];
    }
  }
}

/** @returns {number} The class of the largest logit, the first of several. */
export function likeliest(logits) {
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[best]) best = k;
  return best;
}

/**
 * @param {Float64Array} logits - (K,), become probabilities.
 * @returns {number} The logarithm of the sum of their exponentials.
 */
export function intoSoftmax(logits) {
  const largest = logits[likeliest(logits)];
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += logits[k] = Math.exp(logits[k] - largest);
  for (let k = 0; k < logits.length; k++) logits[k] /= sum;
  return largest + Math.log(sum);
}

/** Draw weights uniformly in +-sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010), output by output; biases stay 0. */
function fillGlorot(rng, weights, inputs, outputs) {
  const limit = Math.sqrt(6 / (inputs + outputs));
  const drawn = rng.uniforms(-limit, limit, inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) weights[i * outputs + o] = drawn[o * inputs + i];
  }
}
