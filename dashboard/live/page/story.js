// The guide: five steps that lead a newcomer from watching to knowing why; it can be put away at any time.

import { make, one, say } from "page/dom.js";
import { number, t, whole } from "page/texts.js";
import { still } from "page/theme.js";

const WATCH = 2000; // rehearsals after which the two teams can be told apart
const FAST = 12;
const STEPS = ["watch", "bet", "home", "twin", "digits", "sentence"];

/** Wire the guide. */
export function makeStory(app) {
  let step = 0;
  let stopAt = null;
  const dots = STEPS.map((name, i) => make("button", { type: "button", "data-step": name, onclick: () => go(i) }, String(i + 1)));
  one("#guide-steps").append(...dots);
  one("#guide-do").addEventListener("click", () => act[STEPS[step]]());
  one("#guide-next").addEventListener("click", () => go(step + 1));
  one("#guide-hide").addEventListener("click", () => hide(true));
  one("#guide-show").addEventListener("click", () => hide(false));

  const act = {
    watch() {
      stopAt = Math.min(app.frame.rehearsal + WATCH, app.source.last ?? Infinity);
      if (!app.source.recorded) app.setSpeed(Math.max(FAST, app.view.speed));
      app.play(true);
      scrollTo("#teams");
    },
    bet() {
      scrollTo("#teams");
      if (app.home.left.includes("B") || app.home.right.includes("B")) app.sendHome({ left: [], right: [] });
      app.bet = null;
      app.play(false);
      app.ask("B");
    },
    home() {
      const home = app.home.left.length ? [] : ["B"];
      app.sendHome({ left: home, right: home });
    },
    twin: () => app.send({ type: "step" }),
    digits() {
      const { trained, silent } = app.digits.state();
      if (!trained) app.send({ type: "network", do: "play" });
      else app.digits.silence(silent ? 0 : 0.5);
    },
    sentence() {
      hide(true);
      scrollTo("#teams");
    },
  };

  /** For the steps that have figures in them: what is said, what the button does, whether it can be pressed. */
  const words = {
    watch: () => [t("guide.watch.text"), t("guide.watch.do", { watch: whole(WATCH) }), !app.playing],
    bet(frame) {
      const of = (side) => number(100 * (frame?.teams[side].share[1] ?? NaN), 0);
      return [t("guide.bet.text", { left_share: of("left"), right_share: of("right") }), t("guide.bet.do"), frame?.rehearsal > 0];
    },
    home(frame) {
      const left = frame?.teams.left.home;
      if (!left?.away.length) return [t("guide.home.before"), t("guide.home.do"), true];
      return [t("guide.home.text", { left: number(left.hard), right: number(frame.teams.right.home.hard) }), t("guide.home.back"), true];
    },
    digits() {
      const { trained, playing, silent, accuracy } = app.digits.state();
      if (!trained) return [t("guide.digits.text"), t("guide.digits.do"), !playing];
      const [left, right] = accuracy.map((part) => number(100 * part, 0));
      return silent
        ? [t("guide.digits.silent", { silent, left, right }), t("guide.digits.back"), true]
        : [t("guide.digits.trained", { left, right }), t("guide.digits.silence"), true];
    },
  };

  function scrollTo(selector) {
    // On a phone the tables themselves, or the guide would stand before them.
    const place = selector === "#teams" && matchMedia("(max-width: 820px)").matches ? "#pair" : selector;
    one(place).scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
    one(selector).focus({ preventScroll: true });
  }

  function go(to) {
    step = Math.min(to, STEPS.length - 1);
    if (STEPS[step] === "twin" || STEPS[step] === "digits" || STEPS[step] === "sentence") {
      scrollTo(STEPS[step] === "sentence" ? ".sentence" : `#${STEPS[step]}`);
    }
    write();
  }

  function hide(hidden) {
    one("#guide").hidden = hidden;
    one("#guide-show").hidden = !hidden;
    document.body.classList.toggle("guided", !hidden);
  }

  function write() {
    const name = STEPS[step];
    dots.forEach((dot, i) => {
      dot.setAttribute("aria-label", t("guide.step", { number: i + 1, title: t(`guide.${STEPS[i]}.title`) }));
      if (i === step) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    });
    say(one("#guide-title"), t(`guide.${name}.title`));
    say(one("#guide-next"), t("guide.next"));
    one("#guide-next").hidden = step === STEPS.length - 1;
    update();
  }

  /** The words that hang on what the teams have done so far. */
  function update() {
    const { frame } = app;
    const name = STEPS[step];
    if (frame && stopAt !== null && frame.rehearsal >= stopAt) {
      stopAt = null;
      app.play(false);
      if (name === "watch") return go(1);
    }
    const [text, label, ready] = words[name]?.(frame) ?? [t(`guide.${name}.text`), t(`guide.${name}.do`), true];
    say(one("#guide-text"), text);
    say(one("#guide-do"), label);
    one("#guide-do").disabled = !frame || !ready;
  }

  return {
    write,
    update,
    hide,
    /** The bet is laid and B has gone home: on to what is left. */
    betLaid: () => STEPS[step] === "bet" && go(2),
  };
}
