// The show: someone is sent home, both talks are judged at once without them; but first a bet.

import { all, choose, make, one, say } from "page/dom.js";
import { number, t } from "page/texts.js";

/** Wire the show to the page; gives `pick` (someone was clicked), `write` and `update`. */
export function makeShow(app) {
  let sides = "both";
  let asked = null; // who is to go home once the bet is laid
  const dialog = one("#bet");
  const guesses = { left: makeGuess("left", follow), right: makeGuess("right", follow) };
  one("#bet-fields").append(guesses.left.element, guesses.right.element);

  function away(side) {
    return app.frame ? app.frame.teams[side].home.away : [];
  }

  /** Send someone home on one side or on both, or call them back. */
  function toggle(name, side) {
    const home = { left: [...app.home.left], right: [...app.home.right] };
    const goes = !home[side].includes(name);
    for (const s of sides === "both" ? ["left", "right"] : [side]) {
      home[s] = home[s].filter((other) => other !== name);
      if (goes) home[s].push(name);
    }
    if (["left", "right"].some((s) => home[s].length >= app.names.length)) {
      app.notice("home", t("home.nobody_left"));
      return;
    }
    app.sendHome(home);
  }

  function pick(name, side) {
    const comes = app.home[side].includes(name);
    const wait = comes ? "" : app.parts.story.holdsBack();
    if (wait) app.notice("home", wait);
    else if (app.bet || comes) toggle(name, side);
    else ask(name, side);
  }

  /** Ask what will be left, before it can be seen. */
  function ask(name, side = "left") {
    asked = { name, side };
    say(one("#bet-title"), t("bet.title", { name }));
    say(one("#bet-text"), t("bet.text", { name }));
    say(one("#bet-go"), t("bet.go", { name }));
    for (const s of ["left", "right"]) guesses[s].start(app.nameOf(s), app.frame.teams[s].quality.hard);
    follow();
    dialog.returnValue = "cancel";
    dialog.showModal();
  }

  /** A bet can be placed once both sliders have been set: nobody bets on where they happened to stand. */
  function follow() {
    one("#bet-go").disabled = !isSet();
    one("#bet-unset").classList.toggle("met", isSet());
  }

  const isSet = () => guesses.left.isSet() && guesses.right.isSet();

  // No submit buttons: the Enter key would press them while the bet cannot be placed.
  for (const button of all("#bet [type=button]")) button.addEventListener("click", () => dialog.close(button.value));
  dialog.addEventListener("close", () => {
    const laid = dialog.returnValue === "bet" && isSet();
    if (!laid && dialog.returnValue !== "skip") return; // put off, by whatever way
    app.bet = { name: asked.name, left: laid ? guesses.left.value() : null, right: laid ? guesses.right.value() : null };
    toggle(asked.name, asked.side);
    app.tell("bet");
  });

  for (const button of all("[data-sides]")) {
    button.addEventListener("click", () => {
      sides = button.dataset.sides;
      choose(all("[data-sides]"), (b) => b.dataset.sides === sides);
    });
  }
  one("#bring-back").addEventListener("click", () => app.sendHome({ left: [], right: [] }));

  function write() {
    choose(all("[data-sides]"), (button) => button.dataset.sides === sides);
    if (app.frame) update(app.frame);
  }

  function update(frame) {
    const [left, right] = [away("left"), away("right")];
    const same = left.join() === right.join();
    const nobody = !left.length && !right.length;
    const list = (names) => (names.length ? names.join(", ") : t("home.nobody"));
    if (!nobody && frame.rehearsal > 0) app.revealed = true;
    one("#bring-back").hidden = nobody;
    one("#show-bar").hidden = nobody && app.parts.story.speaks();
    say(one("#away"), nobody ? app.parts.story.holdsBack() || t("home.hint")
      : same ? t("home.both", { names: list(left) }) : t("home.each", { left: list(left), right: list(right) }));
    say(one("#verdict"), verdict(frame, left, right));
  }

  /** What the reveal says, in one or two sentences. */
  function verdict({ teams, rehearsal }, left, right) {
    if (rehearsal === 0 || (!left.length && !right.length)) return "";
    const reveal = t("verdict", {
      left: number(teams.left.home.hard), right: number(teams.right.home.hard),
      left_all: number(teams.left.quality.hard), right_all: number(teams.right.quality.hard),
    });
    const laid = app.bet && app.bet.left !== null && left.join() === app.bet.name && right.join() === app.bet.name;
    return laid ? `${reveal} ${t("verdict.bet", { left: number(app.bet.left), right: number(app.bet.right) })}` : reveal;
  }

  return { pick, ask, write, update };
}

/** A slider from 0 to 1 for what one team will keep; unset until somebody has touched it. */
function makeGuess(side, onSet) {
  const input = make("input", { type: "range", min: "0", max: "1", step: "0.05", id: `guess-${side}` });
  const output = make("output", { for: `guess-${side}` });
  const title = make("span");
  const now = make("small");
  const [low, high] = [make("i"), make("i")];
  const ends = make("small.ends", { "aria-hidden": "true" }, low, high);
  const element = make(`label.guess.${side}`, {}, title, now, input, output, ends);
  let set = false;
  for (const kind of ["input", "click"]) {
    input.addEventListener(kind, () => {
      set = true;
      element.classList.remove("unset");
      say(output, number(Number(input.value)));
      onSet();
    });
  }
  return {
    element,
    isSet: () => set,
    value: () => Number(input.value),
    start(name, hard) {
      say(title, name);
      say(now, t("bet.now", { hard: number(hard) }));
      say(low, t("solo.low"));
      say(high, t("solo.high"));
      set = false;
      element.classList.add("unset");
      input.value = "0.5"; // in the middle: no figure that could be taken for a hint
      say(output, "?");
    },
  };
}
