// The check: both sources hold the same rehearsals, and each number of the one is held to the other's.

import { newSource, otherOf } from "page/computing.js";
import { one, say } from "page/dom.js";
import { t, tiny, whole } from "page/texts.js";

const ROUNDING = 1e-9;

/** Wire the button that has the session's teams checked, and the line with what came of it. */
export function makeCheck(session, served) {
  let mine = null; // what the session's own source says of its teams
  let other = null; // the source that does it again
  let asked = false; // the session's own source
  let line = null; // the key of a text, and its blanks

  function stop(result = null) {
    other?.close();
    [other, mine, asked, line] = [null, null, false, result];
    show();
  }

  function begin() {
    stop();
    asked = true;
    session.send("exact");
    show();
  }

  /** The session's source has told: let the other one hold the same rehearsals, with the changes made up to here. */
  function repeat(told) {
    mine = told;
    const setup = { ...session.setup, at: told.rehearsal, epochs: 0 };
    line = { key: "busy", held: whole(0), of: whole(told.rehearsal) };
    const onStatus = (status) => {
      if (status === "open") {
        other.send({ type: "start", setup });
        other.send({ type: "exact" });
      } else stop({ key: "alone" });
    };
    other = newSource(otherOf(session.source.kind), onMessage, onStatus);
    show();
  }

  function onMessage(message) {
    if (message.type === "exact") stop(resultOf(mine, message));
    else if (message.type === "error") stop({ key: "refused", message: message.message });
    else if (message.type === "frame") {
      line.held = whole(message.rehearsal);
      show();
    }
  }

  function show() {
    const busy = asked || other !== null;
    one("#check").hidden = !served;
    one("#check").disabled = !session.started;
    say(one("#check"), t(busy ? "check.stop" : `check.do.${otherOf(session.source.kind)}`));
    say(one("#check-line"), line ? t(`check.${line.key}`, line) : "");
  }

  one("#check").addEventListener("click", () => (asked || other ? stop() : begin()));

  return {
    show,
    /** Take what the session's source says: what was asked for, or that these are other teams than were checked. */
    take(message) {
      if (message.type === "started") stop();
      else if (message.type === "exact" && asked) {
        asked = false;
        repeat(message);
      }
    },
  };
}

/** What is said of two tellings: how many numbers they hold, and by how much they differ at most. */
export function resultOf(one, other) {
  const [diverged, weights, figures] = ["diverged", "weights", "figures"].map((part) =>
    compare(...[one, other].map(({ teams }) => Object.values(teams).map((team) => team[part]))));
  const numbers = weights.count + figures.count;
  const largest = Math.max(weights.largest, figures.largest);
  const key = one.rehearsal !== other.rehearsal || diverged.largest > 0 || largest === Infinity ? "unlike"
    : numbers === 0 ? "stopped" : largest === 0 ? "same" : largest <= ROUNDING ? "rounding" : "apart";
  return { key, rehearsals: whole(one.rehearsal), numbers: whole(numbers), weights: tiny(weights.largest), figures: tiny(figures.largest) };
}

/** Hold two nests of numbers to each other; what only one of them has is infinitely far from the other. */
function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return { count: 1, largest: Math.abs(one - other) };
  if (one === null && other === null) return { count: 0, largest: 0 }; // of a team that diverged in both
  const keys = Object.keys(one ?? {});
  if (keys.join() !== Object.keys(other ?? {}).join()) return { count: 0, largest: Infinity };
  return keys.map((key) => compare(one[key], other[key]))
    .reduce((sum, part) => ({ count: sum.count + part.count, largest: Math.max(sum.largest, part.largest) }), { count: 0, largest: 0 });
}
