// Who is sent home for the talk, and the sentence on what is left of it without them.

import { SIDES } from "page/address.js";
import { all, choose, one, say } from "page/dom.js";
import { notice } from "page/notices.js";
import { number, t } from "page/texts.js";

/** Wire the line above the teams; `pick` is for whoever was clicked. */
export function makeSentHome(session, bet, guide) {
  /** Send someone home on one side or on both, or call them back. */
  function toggle(name, side) {
    const home = { left: [...session.home.left], right: [...session.home.right] };
    const goes = !home[side].includes(name);
    for (const s of session.view.sides === "both" ? SIDES : [side]) {
      home[s] = home[s].filter((other) => other !== name);
      if (goes) home[s].push(name);
    }
    if (SIDES.some((s) => home[s].length >= session.names.length)) notice("home", t("home.nobody_left"));
    else session.sendHome(home);
  }

  for (const button of all("[data-sides]")) {
    button.addEventListener("click", () => session.setView("sides", button.dataset.sides));
  }
  one("#bring-back").addEventListener("click", () => session.sendHome({ left: [], right: [] }));

  function show() {
    choose(all("[data-sides]"), (button) => button.dataset.sides === session.view.sides);
  }

  /** What the reveal says, in one or two sentences. */
  function verdict({ left, right }) {
    const reveal = t("verdict", {
      left: number(left.home.hard), right: number(right.home.hard),
      left_all: number(left.quality.hard), right_all: number(right.quality.hard),
    });
    const [ours, theirs] = [bet.on("left", left.home.away), bet.on("right", right.home.away)];
    return ours === null || theirs === null ? reveal : `${reveal} ${t("verdict.bet", { left: number(ours), right: number(theirs) })}`;
  }

  return {
    pick(name, side) {
      if (!session.frame) return;
      const comes = session.home[side].includes(name);
      const wait = comes ? "" : guide.holdsBack();
      if (wait) notice("home", wait);
      else if (session.bet || comes) toggle(name, side);
      else {
        bet.ask(name, () => {
          toggle(name, side);
          guide.betPlaced();
        });
      }
    },
    show,
    draw({ teams, rehearsal }) {
      const [left, right] = SIDES.map((side) => teams[side].home.away.join(", "));
      const nobody = !left && !right;
      const list = (names) => names || t("home.nobody");
      one("#bring-back").hidden = nobody;
      one("#show-bar").hidden = nobody && guide.speaks();
      say(one("#away"), nobody ? guide.holdsBack() || t("home.hint")
        : left === right ? t("home.both", { names: left }) : t("home.each", { left: list(left), right: list(right) }));
      say(one("#verdict"), nobody || rehearsal === 0 ? "" : verdict(teams));
    },
  };
}
