// What cannot be, told in one line.

/** What is asked for is impossible; the session goes on. */
export class Refused extends Error {
  constructor(message, code = "refused") {
    super(message);
    this.name = "Refused";
    this.code = code;
  }
}

/** Learning left the finite numbers: at which rehearsal, and by which learning rate. */
export class Diverged extends Error {
  constructor(message, rehearsal, learningRate) {
    super(message);
    this.name = "Diverged";
    this.rehearsal = rehearsal;
    this.learningRate = learningRate;
  }
}
