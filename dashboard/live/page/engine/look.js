// A team and its twin as they can be shown: looked at once a frame.

import { yardstickFor } from "./measures.js";

const LARGEST_LOSS = 1e4; // from which on a team counts as diverged; who says nothing has one of about 2

/** What is seen of a team and its twin; `take` looks anew. All arrays are its own. */
export class Look {
  constructor(team, twin) {
    const { n, abilities: h, talk } = team;
    this.yardstick = yardstickFor(talk, n); // of the talk that the team would give
    this.reliance = new Float64Array(n * n); // (N, N)
    this.incoming = new Float64Array(n * h); // (N H) lengths of the hidden units' incoming weights
    this.outgoing = new Float64Array(twin.output.length); // (K, N H)
  }

  /** Look at a team and its twin; whether every number is one that can be shown. */
  take(team, twin) {
    this.rehearsal = team.rehearsals; // how many had been held
    this.squaredWeights = team.squaredWeights;
    this.difference = twin.differenceFrom(team); // the largest one
    this.loss = twin.loss(); // on the practice questions, with no unit silenced
    if (!(this.loss < LARGEST_LOSS)) return false;
    this.yardstick.give(team);
    this.reliance.set(team.reliance);
    this.outgoing.set(twin.output);
    const d = twin.hidden.length / this.incoming.length;
    for (let unit = 0; unit < this.incoming.length; unit += 1) {
      let square = 0;
      for (let j = 0; j < d; j += 1) square += twin.hidden[unit * d + j] ** 2;
      this.incoming[unit] = Math.sqrt(square);
    }
    return true;
  }
}
