// The bet: what will be left of the hard section without somebody? It is asked before it can be seen, and once; after
// that it stands beside what is left.

import { SIDES } from "page/address.js";
import { all, make, one, say } from "page/dom.js";
import { number, t } from "page/texts.js";

/** Wire the dialog; the bet that was placed is `session.bet`. */
export function makeBet(session) {
  const dialog = one("#bet");
  const guesses = SIDES.map((side) => makeGuess(side, follow));
  one("#bet-fields").append(...guesses.map((guess) => guess.element));
  let asked = null; // of whom, and what is done once the bet is placed or left out

  const isSet = () => guesses.every((guess) => guess.value() !== null);

  /** A bet can be placed once both sliders have been set: nobody bets on where they happened to stand. */
  function follow() {
    one("#bet-go").disabled = !isSet();
    one("#bet-unset").classList.toggle("met", isSet());
  }

  // No submit buttons: the Enter key would press them while the bet cannot be placed.
  for (const button of all("#bet [type=button]")) button.addEventListener("click", () => dialog.close(button.value));
  dialog.addEventListener("close", () => {
    const placed = dialog.returnValue === "bet" && isSet();
    if (!placed && dialog.returnValue !== "skip") return; // put off, by whatever way
    const [left, right] = guesses.map((guess) => (placed ? guess.value() : null));
    session.bet = { name: asked.name, left, right };
    asked.then();
  });

  return {
    /** Ask what will be left without somebody; `then` is done once that may be seen. */
    ask(name, then) {
      asked = { name, then };
      for (const part of ["title", "text", "go"]) say(one(`#bet-${part}`), t(`bet.${part}`, { name }));
      SIDES.forEach((side, k) => guesses[k].start(session.nameOf(side), session.frame.teams[side].quality.hard));
      follow();
      dialog.returnValue = "cancel";
      dialog.showModal();
    },
    /** What was bet on a side; null where others are away than who was bet on: it would be another bet. */
    on: (side, away) => (session.bet?.name === away.join() ? session.bet[side] : null),
  };
}

/** A slider from 0 to 1 for what one team will keep; unset until somebody has touched it. */
function makeGuess(side, onSet) {
  const input = make("input", { type: "range", min: "0", max: "1", step: "0.05", id: `guess-${side}` });
  const output = make("output", { for: `guess-${side}` });
  const [title, now] = [make("span"), make("small")];
  const ends = make("small.ends", { "aria-hidden": "true" }, ...["low", "high"].map((end) => make("i", { "data-text": `solo.${end}` })));
  const element = make(`label.guess.${side}`, {}, title, now, input, output, ends);
  for (const kind of ["input", "click"]) {
    input.addEventListener(kind, () => {
      element.classList.remove("unset");
      say(output, number(Number(input.value)));
      onSet();
    });
  }
  return {
    element,
    value: () => (element.classList.contains("unset") ? null : Number(input.value)),
    start(name, hard) {
      say(title, name);
      say(now, t("bet.now", { hard: number(hard) }));
      element.classList.add("unset");
      input.value = "0.5"; // in the middle: no figure that could be taken for a hint
      say(output, "?");
    },
  };
}
