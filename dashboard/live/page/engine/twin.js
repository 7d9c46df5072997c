// A team's network twin: Dense(N H, relu), dropout of groups by attendance, Dense(K), as `nn_bridge.twin`.
//
// It knows nothing of presenters: a step is a forward pass through the matrices, a mask, a backward
// pass and a step of SGD. What the team saw, questions, what was heard and who came, is handed to it.

import { feedback, lossOf } from "./audience.js";
import { addToRows, inner, product, productOfTransposed, productWithTransposed, sumOfRows, timesRow } from "./linear.js";

export class Twin {
  /** Write a team as a network. */
  static of(team) {
    return new Twin(team);
  }

  constructor(team) {
    const { n, talk, momentum } = team;
    const { h, b, d, k } = team.room.sizes;
    const u = n * h; // hidden units
    Object.assign(this, { talk, momentum, sizes: { n, h, b, d, k, u } });
    this.hidden = team.understanding.slice(); // (U, D)
    this.hiddenBias = team.understandingBias.slice(); // (U)
    this.output = outputOf(team, this.sizes, new Float64Array(k * u)); // (K, U)
    this.outputBias = team.handout.slice(); // (K)
    this.reliance = team.reliance.slice(); // (N, N)
    this.parameters = [this.hidden, this.hiddenBias, this.output, this.outputBias];
    this.gradients = this.parameters.map((each) => new Float64Array(each.length));
    this.velocities = momentum ? this.parameters.map((each) => new Float64Array(each.length)) : null;
    this.work = {
      x: new Float64Array(b * d),
      wanted: new Float64Array(b * k),
      mask: new Float64Array(n), // who came
      activations: new Float64Array(b * u),
      gate: new Float64Array(u), // inverted dropout: 1/q of a unit's group, or 0
      scaled: new Float64Array(b * u), // activations after dropout
      back: new Float64Array(b * u), // gradient at the activations
      outputs: new Float64Array(b * k),
      contributions: new Float64Array(n * b * k), // (N, B, K)
      imagined: new Float64Array(b * k),
      transposed: new Float64Array(k * u), // the team's delivery, as a network has it
    };
    this.evaluation = null; // room for the practice questions, made when first asked for
  }

  /** Train one step on what the team has just rehearsed. */
  rehearse(team) {
    const { x, wanted, mask, activations, back } = this.work;
    const { b, d, k, u } = this.sizes;
    const { questions } = this.talk.practice;
    for (let q = 0; q < b; q += 1) {
      const row = team.lastQuestions[q] * d;
      for (let j = 0; j < d; j += 1) x[q * d + j] = questions[row + j];
      for (let section = 0; section < k; section += 1) wanted[q * k + section] = team.lastWanted[section * b + q];
    }
    this.#activate(x, b, activations);
    mask.set(team.lastAttendance);
    if (team.trust === 1) this.#backPropagate(wanted, mask, team.speakUp);
    else this.#backPropagateByReliance(wanted, mask, team.speakUp, team.trust);

    const [ofHidden, ofHiddenBias] = this.gradients;
    for (let at = 0; at < back.length; at += 1) if (!(activations[at] > 0)) back[at] = 0;
    productOfTransposed(back, x, ofHidden, u, b, d);
    sumOfRows(back, ofHiddenBias);
    this.#descend(team.learningRate, team.weightDecay);
  }

  /** Mean loss on the practice questions, with nothing dropped. */
  loss() {
    const { audience, practice, sections: k } = this.talk;
    const { u } = this.sizes;
    const { count, questions, answers } = practice;
    this.evaluation ??= { hidden: new Float64Array(count * u), outputs: new Float64Array(count * k) };
    const { hidden, outputs } = this.evaluation;
    this.#activate(questions, count, hidden);
    productWithTransposed(hidden, this.output, outputs, count, u, k);
    addToRows(outputs, this.outputBias);
    return lossOf(audience, outputs, answers, k);
  }

  /** Largest absolute difference to the team in any weight, bias or reliance. */
  differenceFrom(team) {
    const output = outputOf(team, this.sizes, this.work.transposed);
    const theirs = [team.understanding, team.understandingBias, output, team.handout, team.reliance];
    let largest = 0;
    [...this.parameters, this.reliance].forEach((mine, at) => {
      // Math.max keeps what is not a number.
      for (let i = 0; i < mine.length; i += 1) largest = Math.max(largest, Math.abs(mine[i] - theirs[at][i]));
    });
    return largest;
  }

  #activate(x, count, into) {
    const { d, u } = this.sizes;
    productWithTransposed(x, this.hidden, into, count, d, u);
    addToRows(into, this.hiddenBias);
    for (let at = 0; at < into.length; at += 1) if (into[at] < 0) into[at] = 0;
  }

  /** The network's own backward pass: every group hears the gradient at the outputs really given. */
  #backPropagate(wanted, mask, keepScale) {
    const { activations, gate, scaled, back, outputs } = this.work;
    const { n, h, b, k, u } = this.sizes;
    const [, , ofOutput, ofOutputBias] = this.gradients;
    for (let unit = 0; unit < u; unit += 1) {
      const group = Math.floor(unit / h);
      gate[unit] = mask[group] * keepScale[group];
    }
    timesRow(activations, gate, scaled);
    productWithTransposed(scaled, this.output, outputs, b, u, k);
    this.#toGradient(outputs, wanted);
    productOfTransposed(outputs, scaled, ofOutput, k, b, u);
    sumOfRows(outputs, ofOutputBias);
    product(outputs, this.output, back, b, k, u);
    timesRow(back, gate, back);
    for (let i = 0; i < n; i += 1) if (mask[i]) this.reliance.set(mask, i * n);
    for (let i = 0; i < n; i += 1) this.reliance[i * n + i] = 1;
  }

  /** Each group hears the gradient at the outputs as it counts on the other groups. */
  #backPropagateByReliance(wanted, mask, keepScale, trust) {
    const { activations, back, outputs, contributions, imagined } = this.work;
    const { n, h, b, k, u } = this.sizes;
    const [, , ofOutput, ofOutputBias] = this.gradients;
    for (let i = 0; i < n; i += 1) {
      for (let q = 0; q < b; q += 1) {
        for (let section = 0; section < k; section += 1) {
          const sum = inner(activations, q * u + i * h, this.output, section * u + i * h, h);
          contributions[(i * b + q) * k + section] = sum * keepScale[i];
        }
      }
    }
    ofOutput.fill(0);
    back.fill(0);
    for (let i = 0; i < n; i += 1) {
      if (!mask[i]) continue; // its gradient is 0
      for (let j = 0; j < n; j += 1) {
        const at = i * n + j;
        this.reliance[at] = i === j ? 1 : this.reliance[at] + trust * (mask[j] - this.reliance[at]);
      }
      product(this.reliance.subarray(i * n, (i + 1) * n), contributions, imagined, 1, n, b * k);
      this.#toGradient(imagined, wanted);
      for (let q = 0; q < b; q += 1) {
        for (let section = 0; section < k; section += 1) {
          const gradient = imagined[q * k + section] * keepScale[i];
          for (let unit = i * h; unit < (i + 1) * h; unit += 1) {
            ofOutput[section * u + unit] += gradient * activations[q * u + unit];
            back[q * u + unit] += gradient * this.output[section * u + unit];
          }
        }
      }
    }
    product(mask, contributions, outputs, 1, n, b * k);
    this.#toGradient(outputs, wanted);
    sumOfRows(outputs, ofOutputBias);
  }

  /** Outputs without their bias become the gradient of the batch's mean loss at them. */
  #toGradient(outputs, wanted) {
    const { b, k } = this.sizes;
    addToRows(outputs, this.outputBias);
    feedback(this.talk.audience, outputs, wanted, k);
    for (let at = 0; at < outputs.length; at += 1) outputs[at] /= -b;
  }

  /** A step of SGD with momentum; then all but the output's bias shrink. */
  #descend(learningRate, weightDecay) {
    this.parameters.forEach((parameter, number) => {
      const gradient = this.gradients[number];
      const velocity = this.velocities?.[number];
      const kept = parameter === this.outputBias ? 1 : 1 - learningRate * weightDecay;
      for (let at = 0; at < parameter.length; at += 1) {
        let step = -learningRate * gradient[at];
        if (velocity) {
          step += this.momentum * velocity[at];
          velocity[at] = step;
        }
        parameter[at] = (parameter[at] + step) * kept;
      }
    });
  }
}

/** The team's delivery (N, K, H) as the outgoing weights (K, N H) of a network. */
function outputOf(team, { n, h, k, u }, into) {
  for (let seat = 0; seat < n; seat += 1) {
    for (let section = 0; section < k; section += 1) {
      for (let ability = 0; ability < h; ability += 1) {
        into[section * u + seat * h + ability] = team.delivery[(seat * k + section) * h + ability];
      }
    }
  }
  return into;
}
