// The team: people who rehearse a talk together, some of them absent, as `simulation.team.Team`.

import { feedback } from "./audience.js";
import { everyone } from "./law_kinds.js";
import { AttendanceStream, presenterNames } from "./laws.js";
import { addUp, improve, noteWhoCame, prepare, roomFor } from "./presenters.js";
import { defaultRng } from "./random/generator.js";
import { Diverged } from "./refused.js";
import { add, decay, scale, startOf, zerosLike } from "./skills.js";
import { general } from "./words.js";

const AHEAD = 256; // rehearsals whose questions, and noise, are drawn at a time

export class Team {
  /**
   * @param {object} options
   *   `law` says who comes, and how many presenters there are. `trust` is a in (0, 1].
   *   `momentum`: what SGD remembers of earlier steps, so that the absent move, too.
   *   `weightDecay`: all skills, but not the handout, shrink by learningRate times this after a rehearsal.
   *   `outputNoise`: instead of the law's absences, noise in what is heard of the same variance.
   */
  constructor(options) {
    const { talk, law, abilities = 4, trust = 0.02, learningRate = 0.02, questions = 8, seed } = options;
    const { momentum = 0, weightDecay = 0, outputNoise = false } = options;
    Object.assign(this, { talk, abilities, trust, learningRate, momentum, weightDecay, outputNoise });
    this.n = law.n;
    this.rehearsals = 0;
    this.lastQuestions = null;
    this.lastAttendance = null;
    const { features: d, sections: k } = talk;
    const sizes = { n: this.n, h: abilities, b: questions, d, k };
    this.room = roomFor(sizes);
    this.lastWanted = this.room.wanted; // (K, B) as it was heard

    const [start, ...streams] = defaultRng(seed).spawn(5);
    this.streams = { questions: streams[0], attendance: streams[1], alone: streams[2], noise: streams[3] };
    this.skills = startOf(start, sizes);
    this.understanding = this.skills.understanding; // (N, H, D)
    this.understandingBias = this.skills.bias; // (N, H)
    this.delivery = this.skills.delivery; // (N, K, H)
    this.handout = this.skills.handout; // (K)
    this.reliance = new Float64Array(this.n * this.n).fill(1); // (N, N)
    this.velocity = momentum ? zerosLike(this.skills) : null;
    this.drawn = { questions: null, at: AHEAD, noise: null, noiseAt: AHEAD };
    this.changeLaw(law);
  }

  /** Sum of all presenters' squared weights and biases. */
  get squaredWeights() {
    let sum = 0;
    for (const part of [this.understanding, this.understandingBias, this.delivery]) {
      for (let at = 0; at < part.length; at += 1) sum += part[at] * part[at];
    }
    return sum;
  }

  /** Let people come by another law from the next rehearsal on; skills and reliance stay. */
  changeLaw(law) {
    this.law = law;
    const attending = this.outputNoise ? everyone(this.n) : law;
    this.attendance = new AttendanceStream(attending, this.streams.attendance);
    ({ speakUp: this.speakUp, absenceRate: this.absenceRate } = attending.moments());
    this.noiseCovariance = this.outputNoise ? law.moments().covarianceOfScales : null; // (N, N)
  }

  /** Hold one rehearsal; throws Diverged. */
  step() {
    const { room, skills, reliance, learningRate, n } = this;
    const { audience } = this.talk;
    const { b, k } = room.sizes;
    this.#drawQuestions();
    for (let seat = 0; seat < n; seat += 1) prepare(skills, room, seat, this.speakUp[seat]);
    if (this.outputNoise) this.#hearNoise();
    this.lastAttendance ??= new Uint8Array(n);
    const there = this.attendance.next(this.lastAttendance);

    room.attended.set(there);
    addUp(room, skills.handout, room.attended, 0, room.given);
    feedback(audience, room.given, room.wanted, k, b);
    const moving = this.velocity ?? skills;
    if (this.velocity) scale(this.velocity, this.momentum);
    for (let seat = 0; seat < n; seat += 1) {
      if (!there[seat]) continue; // who is absent learns nothing
      noteWhoCame(reliance, there, seat, this.trust);
      addUp(room, skills.handout, reliance, seat * n, room.missing);
      feedback(audience, room.missing, room.wanted, k, b);
      improve(skills, moving, room, seat, room.missing, (this.speakUp[seat] * learningRate) / b);
    }
    moveHandout(moving.handout, room.given, learningRate / b);
    if (this.velocity) add(skills, this.velocity);
    if (this.weightDecay) decay(skills, 1 - learningRate * this.weightDecay);
    this.rehearsals += 1;
    for (let section = 0; section < k; section += 1) {
      if (!Number.isFinite(skills.handout[section])) throw this.#diverged(`at rehearsal ${this.rehearsals}`);
    }
  }

  /** Let the presenter in `seat` practise the hard section alone, nobody else and no handout there. */
  practiseAlone(seat, rehearsals) {
    const { room, skills, talk, learningRate } = this;
    const { b, k } = room.sizes;
    const drawn = this.streams.alone.integers(talk.practice.count, b * rehearsals);
    const { hardSection } = talk;
    const own = room.table.subarray(seat * k * b, (seat + 1) * k * b); // (K, B)
    for (let rehearsal = 0; rehearsal < rehearsals; rehearsal += 1) {
      lookUp(room, talk, drawn, rehearsal * b);
      prepare(skills, room, seat, 1);
      feedback(talk.audience, own, room.wanted, k, b);
      for (let section = 0; section < k; section += 1) {
        if (section !== hardSection) own.fill(0, section * b, (section + 1) * b);
      }
      improve(skills, skills, room, seat, own, learningRate / b);
    }
    if (!Number.isFinite(this.squaredWeights)) {
      throw this.#diverged(`in ${presenterNames(this.n)[seat]}'s head start`);
    }
  }

  #drawQuestions() {
    const { drawn, room, talk } = this;
    const { b } = room.sizes;
    if (drawn.at === AHEAD) {
      drawn.questions = this.streams.questions.integers(talk.practice.count, AHEAD * b);
      drawn.at = 0;
    }
    this.lastQuestions ??= new Int32Array(b);
    for (let q = 0; q < b; q += 1) this.lastQuestions[q] = drawn.questions[drawn.at * b + q];
    drawn.at += 1;
    lookUp(room, talk, this.lastQuestions, 0);
  }

  /** Put noise on what is wanted, of the variance that the law's absences would give each answer. */
  #hearNoise() {
    const { drawn, n, noiseCovariance } = this;
    const { table, wanted } = this.room;
    const { b, k } = this.room.sizes;
    const size = k * b;
    if (drawn.noiseAt === AHEAD) {
      drawn.noise = this.streams.noise.normals(AHEAD * size);
      drawn.noiseAt = 0;
    }
    for (let at = 0; at < size; at += 1) {
      let variance = 0;
      for (let i = 0; i < n; i += 1) {
        let along = 0;
        for (let j = 0; j < n; j += 1) along += noiseCovariance[i * n + j] * table[j * size + at];
        variance += table[i * size + at] * along;
      }
      const heard = (at % b) * k + Math.floor(at / b); // noise is drawn question by question
      wanted[at] += drawn.noise[drawn.noiseAt * size + heard] * Math.sqrt(Math.max(variance, 0));
    }
    drawn.noiseAt += 1;
  }

  #diverged(when) {
    const line =
      `learning diverged ${when}: learning rate ${general(this.learningRate)} is too large for this talk, lower it`;
    return new Diverged(line, this.rehearsals, this.learningRate);
  }
}

/** Fetch the practice questions whose numbers are in `rows[from ..]`, and what is wanted. */
function lookUp(room, talk, rows, from) {
  const { b, d, k } = room.sizes;
  const { questions, answers } = talk.practice;
  for (let q = 0; q < b; q += 1) {
    const row = rows[from + q];
    for (let j = 0; j < d; j += 1) {
      room.questions[q * d + j] = room.features[j * b + q] = questions[row * d + j];
    }
    for (let section = 0; section < k; section += 1) room.wanted[section * b + q] = answers[row * k + section];
  }
}

/** The handout moves with what is missing (K, B) from the talk really given. */
function moveHandout(handout, missing, step) {
  const b = missing.length / handout.length;
  for (let section = 0; section < handout.length; section += 1) {
    let sum = 0;
    for (let q = 0; q < b; q += 1) sum += missing[section * b + q];
    handout[section] += step * sum;
  }
}
