// The made-up talk: a low-rank teacher with one hard section, as `simulation.talk.synthetic_talk`.

import { orthonormal, product } from "./linear.js";

const FEATURES = 16; // D
const SECTIONS = 5; // K
const TOPICS = 3; // rank of the teacher
const SHOW = 1000; // M, unseen questions of the show

/**
 * Make up a talk; the questions to choose on are drawn last in Python, and left out here.
 *
 * @param {Generator} rng defaultRng([seed, 0]) for the article's talk
 * @param {object} options `practice` questions P; `noise` in the practice answers, in units of a
 *   section's standard deviation; `audience`: 'squared error', or 'softmax', for which the section
 *   that has most to say to a question is the right one
 */
export function syntheticTalk(rng, { practice = 40, noise = 0.3, audience = "squared error" } = {}) {
  const about = orthonormal(rng.normals(FEATURES * TOPICS), FEATURES, TOPICS); // (D, topics)
  const easy = rng.normals((TOPICS - 1) * SECTIONS); // (topics - 1, K)
  const practised = rng.normals(practice * FEATURES); // (P, D)
  const shown = rng.normals(SHOW * FEATURES); // (M, D)
  const shownAnswers = truth(shown, SHOW, about, easy); // (M, K)
  const practisedAnswers = truth(practised, practice, about, easy); // (P, K)
  const scale = scaleOf(shownAnswers, SHOW);
  standardise(shownAnswers, scale);
  standardise(practisedAnswers, scale);
  const wrong = rng.normals(practice * SECTIONS); // (P, K)
  for (let at = 0; at < wrong.length; at += 1) practisedAnswers[at] += noise * wrong[at];
  const wanted = audience === "softmax" ? oneHot : (answers) => answers;
  return {
    name: audience === "softmax" ? "synthetic talk, one section right" : "synthetic talk",
    audience,
    features: FEATURES,
    sections: SECTIONS,
    hardSection: 0,
    practice: { questions: practised, answers: wanted(practisedAnswers), count: practice },
    show: { questions: shown, answers: wanted(shownAnswers), count: SHOW },
  };
}

/** What is true of `questions` (B, D): (B, K). Section 0 alone is about the last topic, by a relu. */
function truth(questions, count, about, easy) {
  const z = new Float64Array(count * TOPICS); // (B, topics)
  product(questions, about, z, count, FEATURES, TOPICS);
  const answers = new Float64Array(count * SECTIONS);
  for (let b = 0; b < count; b += 1) {
    for (let topic = 0; topic < TOPICS - 1; topic += 1) {
      for (let k = 1; k < SECTIONS; k += 1) {
        answers[b * SECTIONS + k] += z[b * TOPICS + topic] * easy[topic * SECTIONS + k];
      }
    }
    answers[b * SECTIONS] = Math.max(z[b * TOPICS + TOPICS - 1], 0);
  }
  return answers;
}

/** Mean and standard deviation of each section over the questions. */
function scaleOf(answers, count) {
  return Array.from({ length: SECTIONS }, (_, k) => {
    let sum = 0;
    for (let b = 0; b < count; b += 1) sum += answers[b * SECTIONS + k];
    const centre = sum / count;
    let squares = 0;
    for (let b = 0; b < count; b += 1) squares += (answers[b * SECTIONS + k] - centre) ** 2;
    return { centre, spread: Math.sqrt(squares / count) };
  });
}

function standardise(answers, scale) {
  for (let at = 0; at < answers.length; at += 1) {
    const { centre, spread } = scale[at % SECTIONS];
    answers[at] = (answers[at] - centre) / spread;
  }
}

/** A 1 in the section that has most, the first of several, and 0 elsewhere. */
function oneHot(answers) {
  const right = new Float64Array(answers.length);
  for (let from = 0; from < answers.length; from += SECTIONS) {
    let most = 0;
    for (let k = 1; k < SECTIONS; k += 1) if (answers[from + k] > answers[from + most]) most = k;
    right[from + most] = 1;
  }
  return right;
}
