// The article's two networks on real digits: rate 0 and another, trained side by side. dashboard/live/digits.py draws and
// tells the same.

import { Images } from "./images.js";
import { CLASSES, HIDDEN, Network, intoSoftmax, likeliest } from "./network.js";
import { defaultRng } from "./random/generator.js";
import { rounded } from "./rounded.js";

const SIZE = 64; // pixels of an image
const BLACK = "a".charCodeAt(0);
const WHITE = 16;
const PRACTICE = 1347;
const BLOCKS = 16;
const SILENT = Array.from({ length: BLOCKS + 1 }, (_, step) => (HIDDEN * step) / BLOCKS);
const ORDERS = 10;
const SHOWN = 12;

/** Both networks of a session, and how far they have come. */
export class DigitNetworks {
  /**
   * @param {{pixels: string, labels: string}} digits - Of all images: a letter from a to q a pixel, a figure a label.
   * @param {number} seed
   * @param {number} rate - Of the second network's dropout; the first one's is 0.
   * @param {number} labelNoise - Fraction of practice labels that are wrong.
   * @param {number} epochs - After so many it is over.
   */
  constructor(digits, seed, rate, labelNoise, epochs) {
    this.rates = [0, rate];
    this.of = epochs;
    this.epoch = 0;
    Object.assign(this, split(digits, seed, labelNoise)); // practice, unseen
    this.networks = this.rates.map((one) => new Network(seed, one, SIZE));
    this.losses = this.rates.map(() => null); // of the epoch before
    const rng = defaultRng([seed, 2]);
    this.orders = Array.from({ length: ORDERS }, () => rng.permutation(HIDDEN));
  }

  get over() {
    return this.epoch >= this.of;
  }

  /** Train an epoch, network by network. */
  *train() {
    for (const [n, network] of this.networks.entries()) {
      this.losses[n] = network.epoch(this.practice);
      yield null;
    }
    this.epoch += 1;
  }

  /** Judge both networks, one by one; the last thing yielded is the message. */
  *message({ playing, withPixels }) {
    const read = [];
    for (const network of this.networks) {
      read.push(this.read(network));
      yield null;
    }
    const digits = Array.from({ length: SHOWN }, (_, n) => {
      const digit = { label: this.unseen.labels[n], probs: read.map(({ shown }) => shown.map((step) => step[n])) };
      if (withPixels) digit.pixels = Array.from(this.unseen.image(n), (value) => WHITE * value);
      return digit;
    });
    yield {
      type: "network",
      epoch: this.epoch,
      of: this.of,
      playing: playing && !this.over,
      rates: this.rates,
      silent: SILENT,
      curve: read.map(({ curve }) => curve.map(rounded)),
      digits,
    };
  }

  /**
   * Let hidden units fall silent, block by block in random orders, nobody covering.
   * @returns {{curve: number[], shown: number[][][]}} Accuracy on the unseen digits, a mean over the orders, (17,); and by
   * the first order the probabilities of the digits shown, (17, 12, 10).
   */
  read(network) {
    const { unseen } = this;
    const right = SILENT.map(() => 0);
    const shown = SILENT.map(() => []);
    const activity = new Float64Array(HIDDEN);
    const logits = new Float64Array(CLASSES);
    for (let n = 0; n < unseen.count; n++) {
      network.activate(unseen, n, activity);
      for (const [number, order] of this.orders.entries()) {
        logits.set(network.handout);
        // The last to fall silent first: sums over ever more units are what is left.
        for (let step = BLOCKS; step >= 0; step--) {
          network.addAnswers(order, SILENT[step], SILENT[step + 1] ?? HIDDEN, activity, logits);
          if (likeliest(logits) === unseen.labels[n]) right[step] += 1;
          if (number === 0 && n < SHOWN) shown[step].push(threeDecimals(logits));
        }
      }
    }
    return { curve: right.map((count) => count / (ORDERS * unseen.count)), shown };
  }
}

/** Draw the digits to practise, with their wrong labels, and the unseen ones. */
function split({ pixels, labels }, seed, labelNoise) {
  const rng = defaultRng([seed, 1]);
  const order = rng.permutation(labels.length);
  const practice = imagesOf(pixels, labels, order.subarray(0, PRACTICE));
  const unseen = imagesOf(pixels, labels, order.subarray(PRACTICE));
  const wrong = rng.permutation(PRACTICE).subarray(0, Math.floor(labelNoise * PRACTICE + 0.5));
  // Adding 1 to 9 modulo ten is a uniform choice among the nine other digits.
  for (const [n, more] of rng.integers(CLASSES - 1, wrong.length).entries()) {
    practice.labels[wrong[n]] = (practice.labels[wrong[n]] + 1 + more) % CLASSES;
  }
  return { practice, unseen };
}

function imagesOf(pixels, labels, which) {
  const values = new Float64Array(which.length * SIZE);
  which.forEach((image, n) => {
    for (let d = 0; d < SIZE; d++) values[n * SIZE + d] = (pixels.charCodeAt(image * SIZE + d) - BLACK) / WHITE;
  });
  return new Images(values, Uint8Array.from(which, (image) => Number(labels[image])));
}

/** Probabilities, (K,): three decimals are enough for a bar, and are most of a message. */
function threeDecimals(logits) {
  const probabilities = logits.slice();
  intoSoftmax(probabilities);
  return Array.from(probabilities, (p) => Math.round(1000 * p) / 1000);
}
