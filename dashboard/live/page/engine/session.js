// A session: what the page asked for, worked off slice by slice; mirrors `dashboard.live.session`.
//
// `take` notes what is wanted; `work` does a little of it and says what is to be told. So the worker
// hears messages between two slices, and tests need no clock.

import { exact, frame, point, problem, started } from "./frames.js";
import { fitting, readMessage } from "./messages.js";
import { Pair } from "./pair.js";
import { Diverged, Refused } from "./refused.js";
import { Training } from "./training.js";

const SLICE = 10; // ms of rehearsals after which messages are heard
const TICK = 1000 / 60; // ms between two frames, at least
const PROGRESS = 250; // ms between two frames while a link is being caught up with
const HISTORY_POINTS = 100;
const MOST_DEFERRED = 100;

/** Two teams, their twins and the article's networks, for one page. */
export class Session {
  pair = null; // until the first start
  training = null; // of the article's networks
  playing = false;
  until = null; // the rehearsal at which to stop playing; null: the last that can be held
  speed = 4; // rehearsals a tick
  target = 0; // rehearsals to be held as soon as possible, whether playing or not
  #replies = [];
  #start = null; // a generator that builds what was asked for
  #deferred = [];
  #past = []; // points of the curves, while a link is caught up with
  #every = 0; // rehearsals between two of them; 0: nobody asked for a past
  #exactAsked = 0; // answers owed, as soon as a link has been caught up with
  #unseen = false; // something has changed that no frame has shown
  #leftOfTick = 0;
  #nextTick = -Infinity;
  #nextProgress = -Infinity;

  /**
   * @param {object} resources
   * @param {object} resources.settings the page's tables, `setup` and `view`
   * @param {object} resources.digits what the article's networks are shown; left out: there are none
   * @param {number} resources.slice ms
   */
  constructor({ settings, digits, slice = SLICE }) {
    Object.assign(this, { settings, digits, slice });
  }

  /** Note what is wanted; throws Refused if it is impossible as things stand, and then nothing has changed. */
  take(given) {
    this.#take(readMessage(given, this.settings));
  }

  /**
   * Do a slice of what is wanted.
   *
   * @param {number} now ms on a clock that never goes back
   * @returns {{told: object[], wait: number | null}} what is to be told to the page, in order, and the ms
   *   after which there is more to do; null: not before something is taken
   */
  work(now) {
    const told = [];
    const tell = (message) => told.push(message);
    const waits = [this.#workOnTeams(now, tell)];
    if (!this.#start && this.training) {
      // The teams come first, and all that a link has them catch up with.
      const busy = this.#unseen || this.pair.held < this.target;
      waits.push(busy ? 0 : this.training.work(now, tell));
    }
    told.unshift(...this.#replies.splice(0));
    const due = waits.filter((wait) => wait !== null);
    return { told, wait: due.length ? Math.min(...due) : null };
  }

  #take(message) {
    switch (message.type) {
      case "start":
        this.playing = false;
        this.until = null;
        this.#deferred = [];
        this.#start = this.#begin(message.setup);
        return;
      case "speed":
        this.speed = message.value;
        return;
      case "play":
      case "pause":
        this.playing = message.type === "play";
        this.until = message.until ?? null;
        this.#unseen = true;
        return;
      default:
    }
    if (this.#start) {
      if (this.#deferred.length < MOST_DEFERRED) this.#deferred.push(message);
    } else if (!this.pair || (message.type === "network" && !this.training)) {
      throw new Refused("nothing has been started yet: start first", "not_started");
    } else if (message.type === "network") {
      this.#takeForNetworks(message);
    } else {
      this.#takeForTeams(message, this.pair);
    }
  }

  #takeForTeams(message, pair) {
    const { key, value } = fitting(message, pair.names.length, this.settings.setup);
    switch (message.type) {
      case "step":
        this.playing = false;
        this.#unseen = true;
        this.target = Math.min(Math.max(this.target, pair.held) + 1, this.#most);
        break;
      case "exact":
        if (pair.held < this.target) this.#exactAsked += 1;
        else this.#replies.push(exact(pair));
        break;
      case "home":
        pair.sendHome(message);
        this.#unseen = true;
        break;
      default:
        this.#replies.push({ type: "changed", key, value, rehearsal: pair.held });
        if (pair.held === 0) {
          // Nothing has been rehearsed: start with it, as a link to here will.
          this.#start = this.#exchange({ ...pair.start, [key]: value }, pair);
        } else {
          pair.change(message);
          this.#unseen = true;
        }
    }
  }

  #takeForNetworks({ do: what, net_rate: givenRate, label_noise: givenNoise }) {
    if (what === "reset") {
      const [seed, rate, noise] = this.training.settings;
      this.training = this.#train(seed, givenRate ?? rate, givenNoise ?? noise, 0);
    } else {
      this.training.playing = what === "play";
      this.training.unseen = true;
    }
  }

  #train(...settings) {
    return this.digits ? new Training(this.digits, ...settings, this.settings.setup.epochs.most) : null;
  }

  get #most() {
    return this.settings.setup.at.most;
  }

  /** Build what a start asks for; if that fails, what was there goes on. */
  *#begin(setup) {
    yield* this.#exchange(setup, null);
    this.target = setup.at;
    this.#past = [];
    this.#every = Math.ceil(setup.at / HISTORY_POINTS);
    this.#replies.push(started(this.pair));
    const settings = [setup.seed, setup.net_rate, setup.label_noise];
    if (!this.training?.standsAt(setup.epochs, settings)) this.training = this.#train(...settings, setup.epochs);
  }

  /** Build a pair and put it in the place of the old one; `like`: with the same sent home. */
  *#exchange(setup, like) {
    const pair = new Pair(setup, this.settings.setup);
    yield* pair.practiseAlone();
    if (like) pair.home = like.home;
    this.pair = pair;
    this.#leftOfTick = 0;
    this.#unseen = true;
  }

  #workOnTeams(now, tell) {
    if (this.#start) {
      this.#workOnStart();
      return 0;
    }
    const { pair } = this;
    if (!pair) return null;
    if (pair.held < this.target) {
      this.#catchUp(pair, now, tell);
      return 0;
    }
    const last = this.until ?? this.#most;
    if (this.playing && pair.held >= last) {
      this.playing = false;
      this.#unseen = true;
      if (this.until === null) {
        const line = `rehearsal ${pair.held} is the last: start anew`;
        this.#replies.push(problem(line, "last", { rehearsal: pair.held }));
      }
    }
    if (this.playing && now >= this.#nextTick) {
      this.#leftOfTick ||= this.speed;
      this.#leftOfTick -= this.#rehearse(pair, Math.min(this.#leftOfTick, last - pair.held));
      if (this.#leftOfTick && pair.held < last) return 0;
      this.playing = !pair.stopped && pair.held !== this.until;
      this.#leftOfTick = 0;
      this.#unseen = true;
      // A tick that comes late is not made up for: fewer frames, never a backlog.
      this.#nextTick = Math.max(this.#nextTick + TICK, now + TICK / 2);
    }
    if (this.#unseen) tell(this.#frame(pair));
    return this.playing ? Math.max(this.#nextTick - now, 0) : null;
  }

  #workOnStart() {
    try {
      if (!this.#start.next().done) return;
    } catch (error) {
      // The head start diverged.
      if (!(error instanceof Diverged)) throw error;
      this.#replies.push(problem(error.message, "head_start"));
    }
    this.#start = null;
    for (const message of this.#deferred.splice(0)) {
      try {
        this.#take(message);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#replies.push(problem(error.message, error.code));
      }
    }
  }

  #catchUp(pair, now, tell) {
    if (this.#every && pair.held % this.#every === 0) this.#past.push(point(pair));
    let most = this.target - pair.held;
    if (this.#every) most = Math.min(most, this.#every - (pair.held % this.#every));
    this.#rehearse(pair, most);
    if (pair.held >= this.target) {
      this.#unseen = true;
      for (; this.#exactAsked; this.#exactAsked -= 1) this.#replies.push(exact(pair));
      if (this.#every) {
        tell({ type: "history", points: this.#past });
        this.#every = 0;
      }
    } else if (this.#unseen || now >= this.#nextProgress) {
      tell(this.#frame(pair));
      this.#nextProgress = now + PROGRESS;
    }
  }

  /** Hold rehearsals until the slice is over; return how many. */
  #rehearse(pair, most) {
    const until = performance.now() + this.slice;
    for (let number = 1; number <= most; number += 1) {
      pair.rehearse();
      if (performance.now() >= until) return number;
    }
    return most;
  }

  #frame(pair) {
    this.#unseen = false;
    return frame(pair, this.playing);
  }
}
