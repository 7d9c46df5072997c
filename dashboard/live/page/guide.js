// The guide: six steps that lead a newcomer from watching to knowing why. It stands in the page right above what it
// speaks of, opens a step only when the one before is done, and can be put away at any time.

import { all, make, one, say } from "page/dom.js";
import { number, t, whole } from "page/texts.js";
import { still } from "page/theme.js";

const WATCH = 2000; // rehearsals after which the two teams can be told apart
const FAST = 12;
const STEPS = ["watch", "bet", "home", "twin", "digits", "sentence"];

const shown = (value) => Math.round(100 * value) / 100;

/** Wire the guide; `redraw` is called when it speaks of something else, or is put away. */
export function makeGuide(session, bet, digits, redraw) {
  let watching = false; // until the rehearsals that it asked for are held
  let inView = true;
  const [guide, answer] = [one("#guide"), one("#answer")];
  const places = Object.fromEntries(all(".guide-place").flatMap((place) => place.dataset.steps.split(" ").map((name) => [name, place])));
  const dots = STEPS.map((name, i) => make("button", { type: "button", "data-step": name, onclick: () => go(i) }, String(i + 1)));
  one("#guide-steps").append(...dots);
  one("#guide-do").addEventListener("click", ({ currentTarget }) => {
    if (currentTarget.getAttribute("aria-disabled") === "false") act[session.view.step]();
  });
  one("#guide-next").addEventListener("click", () => go(step() + 1));
  one("#guide-hide").addEventListener("click", () => hide(true));
  one("#guide-show").addEventListener("click", () => {
    hide(false);
    scroll();
  });
  answer.addEventListener("toggle", () => session.setView("answer", answer.open));
  new IntersectionObserver((entries) => {
    inView = entries.at(-1).isIntersecting;
    offer();
  }).observe(guide);

  const step = () => STEPS.indexOf(session.view.step);
  const held = () => session.frame?.rehearsal ?? 0;
  const watched = () => session.revealed || held() >= WATCH;
  /** Whether a step can be gone to: the rehearsals come first, then the bet and what it reveals, then the rest. */
  const isOpen = (i) => i === 0 || (i === 1 ? watched() : session.revealed || session.bet !== null);

  const act = {
    watch() {
      watching = true;
      session.setView("speed", Math.max(FAST, session.view.speed));
      session.play(true, WATCH);
      scroll();
    },
    bet() {
      if (session.anyAway) session.sendHome({ left: [], right: [] });
      session.bet = null;
      session.play(false);
      bet.ask("B", () => {
        act.home();
        go(2);
      });
    },
    home: () => session.sendHome({ left: ["B"], right: ["B"] }),
    twin: () => session.send("step"),
    digits() {
      const { trained, silent } = digits.state();
      if (!trained) session.send("network", { do: "play" });
      else digits.silence(silent ? 0 : 0.5);
    },
    sentence() {
      if (answer.open) {
        hide(true);
        return scroll(one(".starting")); // the other stories are there
      }
      session.setView("answer", true);
      return scroll(one(".moral"), "nearest");
    },
  };

  /** What each step says, what its button does and whether it can be pressed, and whether its work is done. */
  const words = {
    watch() {
      const [done, busy, left] = [watched(), session.playing, WATCH - held()];
      const label = done || !held() ? t("guide.watch.do", { watch: whole(WATCH) })
        : busy ? t("guide.watch.busy", { held: whole(held()), of: whole(WATCH) }) : t("guide.watch.more", { left: whole(left) });
      return { text: t("guide.watch.text"), label, can: !busy && !done, done };
    },
    bet(frame) {
      const of = (side) => number(100 * (frame?.teams[side].share[1] ?? NaN), 0);
      const text = t("guide.bet.text", { held: whole(held()), left_share: of("left"), right_share: of("right") });
      return { text, label: t("guide.bet.do"), can: held() > 0, done: session.revealed };
    },
    home: (frame) => ({ text: frame ? homeText(frame) : "", label: t("guide.home.do"), can: true, done: session.anyAway }),
    twin: () => ({ text: t("guide.twin.text"), label: t("guide.twin.do"), can: true, done: true }),
    digits() {
      const { trained, playing, silent, accuracy } = digits.state();
      if (!trained) return { text: t("guide.digits.text"), label: t(playing ? "guide.digits.busy" : "guide.digits.do"), can: !playing };
      const [left, right] = accuracy.map((part) => number(100 * part, 0));
      return silent
        ? { text: t("guide.digits.silent", { silent, left, right }), label: t("guide.digits.back"), can: true, done: true }
        : { text: t("guide.digits.trained", { left, right }), label: t("guide.digits.silence"), can: true };
    },
    sentence: () => (answer.open
      ? { text: t("guide.sentence.after"), label: t("guide.sentence.do"), can: true }
      : { text: t("guide.sentence.text"), label: t("guide.sentence.show"), can: true }),
  };

  /** Who is missed how much; and why, where it came out as the article says and under its laws. */
  function homeText({ teams: { left, right } }) {
    if (!session.anyAway) return t("guide.home.before");
    const onlyB = [left, right].every((team) => team.home.away.join() === "B");
    // Of the figures as they are shown: whoever takes one from the other must come to the same.
    const [lost, kept] = [left, right].map((team) => shown(team.quality.hard) - shown(team.home.hard));
    const asTold = onlyB && session.now.left === "everyone" && session.now.right === "one-or-two" && lost > kept;
    return t(asTold ? "guide.home.text" : "guide.home.other", { held: whole(held()), left: number(lost), right: number(kept) });
  }

  function scroll(to = guide, block = "start") {
    to.scrollIntoView({ behavior: still() ? "auto" : "smooth", block });
  }

  function go(to) {
    if (!isOpen(to)) return;
    session.mark();
    const moves = stand(to);
    style();
    redraw();
    if (!moves) return;
    scroll();
    guide.closest("section").focus({ preventScroll: true });
  }

  /** Put the guide where a step's place is; tells whether it had to move. */
  function stand(at) {
    session.view.step = STEPS[at];
    const place = places[session.view.step];
    if (guide.parentElement === place) return false;
    place.append(guide);
    return true;
  }

  function hide(hidden) {
    session.mark();
    session.setView("guide", hidden ? "away" : "shown");
  }

  /** Offer to go to the guide where it cannot be seen. */
  function offer() {
    one("#guide-show").hidden = inView && !guide.hidden;
  }

  function style() {
    dots.forEach((dot, i) => {
      dot.setAttribute("aria-label", t("guide.step", { number: i + 1, title: t(`guide.${STEPS[i]}.title`) }));
      if (i === step()) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    say(one("#guide-title"), t(`guide.${session.view.step}.title`));
    update();
  }

  /** The words that hang on what the teams have done so far. */
  function update() {
    const { frame } = session;
    if (frame && watching && frame.rehearsal >= WATCH) {
      watching = false;
      if (step() === 0) return go(1);
    }
    // The teams started anew: back to what is to be done first, unless they only catch up with where they were.
    if (frame && session.target <= frame.rehearsal && !isOpen(step())) {
      stand(watched() ? 1 : 0);
      return style();
    }
    if (session.revealed) one("#sentence").hidden = false;
    const { text, label, can, done = false } = words[session.view.step](frame);
    say(one("#guide-text"), text);
    say(one("#guide-do"), label);
    const last = step() === STEPS.length - 1;
    const focused = document.activeElement === one("#guide-do");
    one("#guide-do").setAttribute("aria-disabled", String(!frame || !can)); // a disabled one would lose the focus
    one("#guide-do").hidden = done && session.view.step in { watch: 0, home: 0 }; // it cannot be done twice
    one("#guide-next").hidden = last || !isOpen(step() + 1);
    if (focused && one("#guide-do").hidden) one("#guide-next").focus();
    one("#guide-hide").hidden = last && answer.open; // the main button says it then
    // One thing is to be done at a time: what the step asks, and then to go on.
    one("#guide-do").classList.toggle("primary", !done);
    one("#guide-next").classList.toggle("primary", done);
    dots.forEach((dot, i) => (dot.disabled = !isOpen(i)));
  }

  return {
    style,
    /** Stand where the view says. */
    show() {
      guide.hidden = session.view.guide === "away";
      document.body.classList.toggle("guided", !guide.hidden);
      answer.open = session.view.answer;
      stand(step());
      offer();
      style();
    },
    draw: update,
    /** Whether the guide itself says what to do with the teams, so that nothing else has to. */
    speaks: () => !guide.hidden && step() < 2,
    /** Why nobody can be sent home yet; empty where somebody can. */
    holdsBack() {
      if (!held()) return t("home.first");
      if (guide.hidden || step() > 0 || watched()) return "";
      return t("home.guided", { watch: whole(WATCH), free: t("guide.hide") });
    },
    /** The bet is placed and somebody has gone home: on to what is left. */
    betPlaced: () => step() === 1 && go(2),
  };
}
