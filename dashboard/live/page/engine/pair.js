// Two teams that started identical, each beside its network twin.

import { presenterNames } from "./laws.js";
import { Look } from "./look.js";
import { defaultRng } from "./random/generator.js";
import { Diverged } from "./refused.js";
import { SIDES, lawFor, namesIn, replayed, seatsOf } from "./setup.js";
import { syntheticTalk } from "./talk.js";
import { Team } from "./team.js";
import { Twin } from "./twin.js";

const HEAD_START = 1; // B's seat
const ALONE_AT_ONCE = 200; // rehearsals of a head start between two pauses
const FURTHEST = 20; // size of a handout from which on a team counts as diverged; usual ones stay near 1
const LOOKS_EVERY = 100; // rehearsals between two looks that are taken whoever looks on

/** One team, its twin, and whether they still go on. */
export class Side {
  constructor(setup, law, talk) {
    this.team = new Team({
      talk,
      law,
      abilities: setup.abilities,
      trust: setup.trust,
      learningRate: setup.learning_rate,
      questions: setup.questions,
      seed: setup.seed,
      momentum: setup.momentum,
      weightDecay: setup.weight_decay,
      outputNoise: setup.output_noise,
    });
    this.twin = Twin.of(this.team);
    this.largest = 0; // largest difference between team and twin at every so many rehearsals
    this.diverged = null; // or the last rehearsal, beyond which nothing can be shown, and the rate
    this.shown = new Look(this.team, this.twin);
    this.spare = new Look(this.team, this.twin);
    this.shown.take(this.team, this.twin);
  }

  /** Give B the head start, piece by piece; the twin starts where it ends. */
  *practiseAlone(rehearsals) {
    for (let at = 0; at < rehearsals; at += ALONE_AT_ONCE) {
      this.team.practiseAlone(HEAD_START, Math.min(ALONE_AT_ONCE, rehearsals - at));
      yield;
    }
    this.twin = Twin.of(this.team);
    if (!this.shown.take(this.team, this.twin)) {
      throw new Diverged("learning diverged in the head start: lower the learning rate", 0, this.team.learningRate);
    }
  }

  /** Hold one rehearsal, team and twin; a team that diverges stops and says so. */
  rehearse() {
    if (this.diverged) return;
    const { team, twin } = this;
    try {
      team.step();
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      this.#stop();
      return;
    }
    twin.rehearse(team);
    if (team.rehearsals % LOOKS_EVERY === 0) {
      if (this.#lookAnew()) this.largest = Math.max(this.largest, this.shown.difference);
      else this.#stop();
    }
    for (let k = 0; k < team.handout.length; k += 1) if (Math.abs(team.handout[k]) > FURTHEST) this.#stop();
  }

  /**
   * Look at the team and its twin; if they cannot be shown any more, as they last could. Only `rehearse`
   * stops a team, at a rehearsal that does not hang on who looked when.
   */
  look() {
    if (!this.diverged) this.#lookAnew();
    return this.shown;
  }

  /** Whether the team and its twin can be shown as they are now. */
  #lookAnew() {
    if (this.shown.rehearsal === this.team.rehearsals) return true;
    if (!this.spare.take(this.team, this.twin)) return false;
    [this.shown, this.spare] = [this.spare, this.shown];
    return true;
  }

  /** Who was there at the last rehearsal, (N); everybody before the first. */
  present() {
    return this.team.lastAttendance ?? new Uint8Array(this.team.n).fill(1);
  }

  #stop() {
    this.diverged = { rehearsal: this.team.rehearsals, learning_rate: this.team.learningRate };
  }
}

/** The two sides of a session, which see the same questions. */
export class Pair {
  /**
   * @param {object} setup as `readSetup` returns it
   * @param {object} table settings.setup
   */
  constructor(setup, table) {
    const changes = replayed(setup, table);
    // What changed before the first rehearsal holds from the start, the head start included.
    const early = changes.filter(([at]) => at === 0).map(([, { key, value }]) => [key, value]);
    const later = setup.changes.split(";").filter((entry) => !/^0+:/.test(entry));
    this.table = table;
    this.setup = setup;
    this.start = { ...setup, ...Object.fromEntries(early), changes: later.join(";") };
    this.toCome = changes.filter(([at]) => at > 0);
    this.held = 0;
    const { seed, practice, noise, audience, presenters } = this.start;
    this.talk = syntheticTalk(defaultRng([seed, 0]), { practice, noise, audience });
    this.names = presenterNames(presenters);
    const law = (side) => lawFor(this.start[side], presenters, table);
    this.sides = Object.fromEntries(SIDES.map((side) => [side, new Side(this.start, law(side), this.talk)]));
    this.sendHome({ left: namesIn(setup.home_left), right: namesIn(setup.home_right) });
  }

  /** Give B's head start on both sides, piece by piece. */
  *practiseAlone() {
    for (const side of SIDES) yield* this.sides[side].practiseAlone(this.setup.head_start);
  }

  /** Hold one rehearsal on both sides, then make the changes that belong there. */
  rehearse() {
    this.sides.left.rehearse();
    this.sides.right.rehearse();
    this.held += 1;
    while (this.toCome.length && this.toCome[0][0] <= this.held) this.change(this.toCome.shift()[1]);
  }

  /** Let another law, learning rate or trust hold from the next rehearsal on. */
  change({ key, value }) {
    for (const name of SIDES) {
      const { team } = this.sides[name];
      if (key === "learning_rate") team.learningRate = value;
      else if (key === "trust") team.trust = value;
      else if (key === name) team.changeLaw(lawFor(value, team.n, this.table));
    }
  }

  /** Judge the talks from now on without those named. */
  sendHome(away) {
    const n = this.names.length;
    const home = SIDES.map((side) => {
      const there = new Uint8Array(n).fill(1);
      for (const seat of seatsOf(away[side], n)) there[seat] = 0;
      return [side, there];
    });
    this.home = Object.fromEntries(home); // by side, (N)
  }

  /** Whether both teams have diverged, so that nothing is left to rehearse. */
  get stopped() {
    return SIDES.every((side) => this.sides[side].diverged);
  }
}
