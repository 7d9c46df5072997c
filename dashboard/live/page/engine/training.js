// The article's networks in a session: trained epoch by epoch, and shown after each, in slices.

import { DigitNetworks } from "./digits.js";

const EPOCH = 125; // milliseconds between two epochs, at least: so that one can look on

/** Both networks from their start on. `playing` and `unseen`, whether a message is due, may be set. */
export class Training {
  /**
   * @param {{pixels: string, labels: string}} digits - As `DigitNetworks` takes them, and what follows.
   * @param {number} seed
   * @param {number} rate
   * @param {number} labelNoise
   * @param {number} epochs - To be trained as soon as possible, whether playing or not.
   * @param {number} of - After so many it is over.
   */
  constructor(digits, seed, rate, labelNoise, epochs, of) {
    this.digits = digits;
    this.settings = [seed, rate, labelNoise];
    this.of = of;
    this.playing = false;
    this.unseen = true;
    this.networks = null;
    this.target = epochs;
    this.withPixels = true;
    this.slices = null;
    this.nextEpoch = -Infinity;
  }

  /**
   * Whether a new one would end where this one stands; it then rests, and shows all.
   * @param {number} epochs
   * @param {number[]} settings - Seed, rate and label noise.
   */
  standsAt(epochs, settings) {
    const same = this.networks?.epoch === epochs && settings.every((value, i) => value === this.settings[i]);
    if (!same || this.slices !== null) return false;
    Object.assign(this, { playing: false, unseen: true, withPixels: true });
    return true;
  }

  /**
   * Do a slice.
   * @param {number} now - Milliseconds.
   * @param {(message: Object) => void} tell
   * @returns {?number} Milliseconds after which there is more to do; null if there is not.
   */
  work(now, tell) {
    this.networks ??= new DigitNetworks(this.digits, ...this.settings, this.of);
    if (this.slices === null) {
      const behind = this.networks.epoch < this.target;
      const due = this.playing && !this.networks.over;
      if (this.unseen && !behind) {
        this.unseen = false;
        this.slices = this.networks.message({ playing: due, withPixels: this.withPixels });
      } else if (behind || (due && now >= this.nextEpoch)) {
        this.unseen = true;
        // In time with the others, but never close behind a late one.
        this.nextEpoch = Math.max(this.nextEpoch + EPOCH, now + EPOCH / 2);
        this.slices = this.networks.train();
      } else {
        return due ? Math.max(this.nextEpoch - now, 0) : null;
      }
    }
    const { done, value } = this.slices.next();
    if (done) {
      this.slices = null;
    } else if (value !== null) {
      this.withPixels = false;
      tell(value);
    }
    return 0;
  }
}
