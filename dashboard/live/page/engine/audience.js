// What the audience says of answers, as `simulation.audience`.
//
// Answers lie question by question, (B, K), or section by section, (K, B); `step` is the distance
// between the sections of a question: 1, or B.

export const AUDIENCES = ["squared error", "softmax"];

/** Put what is missing, minus the gradient of each question's loss, in the place of the answers. */
export function feedback(audience, answers, wanted, sections, step = 1) {
  if (audience === "softmax") report(answers, sections, step);
  for (let at = 0; at < answers.length; at += 1) answers[at] = wanted[at] - answers[at];
}

/** Softmax: what a softmax audience takes away, in the place of the answers. */
export function report(answers, sections, step = 1) {
  for (let question = 0; question < answers.length / sections; question += 1) {
    const from = step === 1 ? question * sections : question;
    const to = from + sections * step;
    const most = largest(answers, from, to, step);
    let sum = 0;
    for (let at = from; at < to; at += step) {
      answers[at] = Math.exp(answers[at] - most);
      sum += answers[at];
    }
    for (let at = from; at < to; at += step) answers[at] /= sum;
  }
}

/** Mean loss of answers (B, K) over the questions. */
export function lossOf(audience, answers, wanted, sections) {
  const count = answers.length / sections;
  let sum = 0;
  if (audience === "softmax") {
    for (let from = 0; from < answers.length; from += sections) {
      const most = largest(answers, from, from + sections, 1);
      let normaliser = 0;
      let right = 0;
      for (let at = from; at < from + sections; at += 1) {
        normaliser += Math.exp(answers[at] - most);
        right += (answers[at] - most) * wanted[at];
      }
      sum += Math.log(normaliser) - right;
    }
    return sum / count;
  }
  for (let at = 0; at < answers.length; at += 1) sum += (wanted[at] - answers[at]) ** 2;
  return sum / 2 / count;
}

function largest(answers, from, to, step) {
  let most = answers[from];
  for (let at = from + step; at < to; at += step) if (answers[at] > most) most = answers[at];
  return most;
}
