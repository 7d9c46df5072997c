// A log of attendance that somebody pastes, as a table of 0 and 1, and as the law that a link can carry.

import { presenterNames } from "page/engine/laws.js";

const THERE = ["1", "present", "yes", "x", "○", "出席"];
const ABSENT = ["0", "absent", "no", "", "×", "欠席"];

/**
 * Read a table: the names in the first row, in any order, then a row a rehearsal. Names may be the team's letters, or
 * any others: these are taken for A, B, C .. from left to right.
 * @returns {{law: string}|{wrong: string, blanks: Object}} the law, or what is wrong, by its text
 */
export function lawOfTable(text, n, longest) {
  const names = presenterNames(n);
  const [header, ...rows] = text.split(/\r\n|\r|\n/).filter((line) => line.trim()).map(cellsOf);
  const wrong = (key, blanks = {}) => ({ wrong: key, blanks: { presenters: n, ...blanks } });
  if (!rows.length) return wrong("empty");
  if (header.length !== n) return wrong("columns", { columns: header.length });
  if (new Set(header).size < n) return wrong("twice");
  const seats = header.every((name) => names.includes(name)) ? header : names;
  const came = [];
  for (const [at, row] of rows.entries()) {
    const blanks = { rehearsal: at + 1 };
    if (row.length !== n) return wrong("row", { ...blanks, marks: row.length });
    const marks = row.map((mark) => mark.toLowerCase());
    const odd = marks.findIndex((mark) => !THERE.includes(mark) && !ABSENT.includes(mark));
    if (odd >= 0) return wrong("mark", { ...blanks, mark: row[odd].slice(0, 20) });
    came.push(names.filter((name) => THERE.includes(marks[seats.indexOf(name)])).join(""));
  }
  if (!came.join("")) return wrong("nobody");
  const law = `log:${came.join(".")}`;
  const most = came.findIndex((_, i) => came.slice(0, i + 1).join(".").length + 4 > longest);
  return most < 0 ? { law } : wrong("long", { rehearsals: came.length, most });
}

/** The table of a law 'log:ABC.AC'; of another law, how one looks. */
export function tableOf(law, n) {
  const names = presenterNames(n);
  const came = law.startsWith("log:") ? law.slice(4).split(".") : [names.join(""), names.slice(1).join("")];
  return [names, ...came.map((there) => names.map((name) => (there.includes(name) ? 1 : 0)))].join("\n");
}

/** The cells of a line; whatever a table is copied from, it parts them by commas, semicolons or tabs. */
const cellsOf = (line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim());
