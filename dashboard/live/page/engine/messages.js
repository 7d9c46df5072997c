// What a page may say to its session, checked: the messages of `dashboard.live.messages`.

import { Refused } from "./refused.js";
import { check, readChange, readSetup, seatsOf, shown } from "./setup.js";

const FIELDS = {
  start: ["setup"],
  play: ["until"],
  pause: [],
  step: [],
  exact: [],
  speed: ["value"],
  home: ["left", "right"],
  change: ["key", "value"],
  network: ["do", "net_rate", "label_noise"],
};
const LEFT_OUT = { play: ["until"], network: ["net_rate", "label_noise"] };
const DO = { kind: "word", words: ["play", "pause", "reset"] };

/**
 * Read a message.
 *
 * @param {object} message
 * @param {object} settings the page's tables: `setup`, and `view` for the speed
 * @throws {Refused} if it says something unknown or impossible, in one line
 */
export function readMessage(message, { setup: table, view }) {
  const { type, ...content } = message ?? {};
  if (!Object.hasOwn(FIELDS, type)) throw new Refused(`${shown(type)} is no message that is known`);
  for (const key of Object.keys(content)) {
    if (!FIELDS[type].includes(key)) throw new Refused(`${key} has no place in ${type}`);
  }
  for (const key of FIELDS[type]) {
    const may = LEFT_OUT[type]?.includes(key);
    if (may && content[key] === null) delete content[key];
    if (content[key] === undefined && !may) throw new Refused(`${key} is missing from ${type}`);
  }
  switch (type) {
    case "start":
      return { type, setup: readSetup(content.setup, table) };
    case "play":
      if (content.until !== undefined) check("until", content.until, table.at);
      break;
    case "speed":
      check("value", content.value, view.speed);
      break;
    case "home":
      for (const side of ["left", "right"]) {
        if (Array.isArray(content[side])) continue;
        throw new Refused(`${side} is ${shown(content[side])}, but must be a list of names`);
      }
      break;
    case "network":
      check("do", content.do, DO);
      for (const key of LEFT_OUT.network) if (content[key] !== undefined) check(key, content[key], table[key]);
      break;
    default:
  }
  return { type, ...content };
}

/** Refuse a change or a sending home that does not fit a team of n. */
export function fitting(message, n, table) {
  if (message.type === "change") readChange(message, n, table);
  if (message.type === "home") for (const side of ["left", "right"]) seatsOf(message[side], n);
  return message;
}
