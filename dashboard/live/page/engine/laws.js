// A law of attendance as people write it down, and the masks of one rehearsal after another.

import { alwaysWithout, bursts, couples, everyone, independent, numberAbsent, recorded, rota } from "./law_kinds.js";
import { Refused } from "./refused.js";
import { general, given } from "./words.js";

const FORMS =
  "everyone, one-or-two, absent:K, rate:R, rates:R1,R2,.., rota[:K], couples:R, bursts:R[,L], without:WHO, " +
  "log:ABC.AC..";
const NUMBER = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)\s*$/i;
const BLOCK = 256; // rehearsals drawn at a time, as in Python: the random numbers are the same

/**
 * Read a law as it is written, such as 'one-or-two', 'rate:0.3' or 'log:ABCDE.ABDE.AC' (a log pasted:
 * those present, a rehearsal between two dots).
 *
 * @returns {{n, nUniforms, present, moments}} see law_kinds.js
 * @throws {Refused} in one line, the line that Python says
 */
export function lawOf(text, n) {
  const colon = `${text}:`.indexOf(":");
  const kind = text.slice(0, colon);
  const argument = text.slice(colon + 1);
  const unreadable = () => new Refused(`attendance ${given(text)} is not one of the forms: ${FORMS}`);

  function numbers(least, most) {
    const parts = argument === "" ? [] : argument.split(",");
    if (parts.length < least || parts.length > most || !parts.every((part) => NUMBER.test(part))) {
      throw unreadable();
    }
    return parts.map((part) => Number(part.replace(/inf(inity)?/i, "Infinity")) + 0); // -0 is 0
  }

  function count() {
    const [value] = numbers(1, 1);
    if (!Number.isInteger(value)) {
      throw new Refused(`attendance ${given(text)} names ${general(value)} people: give whole numbers`);
    }
    return value;
  }

  switch (kind) {
    case "everyone":
      if (argument) throw unreadable();
      return everyone(n);
    case "one-or-two":
      if (argument) throw unreadable();
      return numberAbsent(n, [1, 2]);
    case "absent":
      return numberAbsent(n, [count()]);
    case "rate":
      return independent(n, new Array(n).fill(numbers(1, 1)[0]));
    case "rates":
      return independent(n, numbers(1, Infinity));
    case "rota":
      return rota(n, argument ? count() : 1);
    case "couples":
      return couples(n, ...numbers(1, 1));
    case "bursts":
      return bursts(n, ...numbers(1, 2));
    case "without": {
      const names = presenterNames(n);
      if (!names.includes(argument)) {
        throw new Refused(
          `attendance ${given(text)} names ${given(argument)}, but the presenters are ${names[0]} to ` +
            `${names.at(-1)}: name one of them`,
        );
      }
      return alwaysWithout(n, names.indexOf(argument));
    }
    case "log":
      if (!argument) throw unreadable();
      return pastedLog(argument, n);
    default:
      throw unreadable();
  }
}

/** A, B, .. Z, AA, AB, .. as the columns of a spreadsheet. */
export function presenterNames(n) {
  return Array.from({ length: n }, (_, seat) => {
    let name = "";
    for (let left = seat + 1; left > 0; left = Math.floor((left - 1) / 26)) {
      name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
    }
    return name;
  });
}

/** 'ABCDE.ABDE.AC': who came, rehearsal by rehearsal. */
function pastedLog(text, n) {
  const names = presenterNames(n);
  const rows = text.split(".").map((there, number) => {
    const row = new Array(n).fill(0);
    for (const name of there) {
      const seat = names.indexOf(name);
      if (seat < 0) {
        throw new Refused(
          `rehearsal ${number + 1} of the attendance log names ${given(name)}, but the presenters are ` +
            `${names[0]} to ${names.at(-1)}: write who came, a dot between rehearsals, as in ABC.AC`,
        );
      }
      if (row[seat]) {
        throw new Refused(`rehearsal ${number + 1} of the attendance log names ${name} twice: once is enough`);
      }
      row[seat] = 1;
    }
    return row;
  });
  return recorded(n, rows);
}

/** The masks of one rehearsal after another: the rows that Python's stream of the law yields. */
export class AttendanceStream {
  #law;
  #rng;
  #drawn = 0;
  #block = null;
  #next = BLOCK;

  constructor(law, rng) {
    this.#law = law;
    this.#rng = rng;
  }

  /** Write who comes to the next rehearsal into `mask` (N,), and return it. */
  next(mask = new Uint8Array(this.#law.n)) {
    const { n, nUniforms, present } = this.#law;
    if (this.#next === BLOCK) {
      const before = this.#block && this.#block.subarray((BLOCK - 1) * n);
      this.#block = present(this.#rng.randoms(BLOCK * nUniforms), this.#drawn, before, BLOCK);
      this.#drawn += BLOCK;
      this.#next = 0;
    }
    const from = this.#next * n;
    for (let i = 0; i < n; i += 1) mask[i] = this.#block[from + i];
    this.#next += 1;
    return mask;
  }
}
