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
      stopAt = app.frame.rehearsal + WATCH;
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
    twin: () => scrollTo("#twin"),
    digits() {
      scrollTo("#digits");
      if (!app.digits.playing()) app.send({ type: "network", do: "play" });
    },
    sentence() {
      hide(true);
      scrollTo("#teams");
    },
  };

  function scrollTo(selector) {
    one(selector).scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
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
    const home = frame?.teams.left.home;
    say(one("#guide-text"), t(`guide.${name}.text`, {
      watch: whole(WATCH),
      left: number(frame?.teams.left.home.hard), right: number(frame?.teams.right.home.hard),
    }));
    const back = name === "home" && home?.away.length > 0;
    say(one("#guide-do"), t(back ? "guide.home.back" : `guide.${name}.do`, { watch: whole(WATCH) }));
    one("#guide-do").disabled = !frame || (name === "watch" && app.playing) || (name === "bet" && frame.rehearsal === 0);
  }

  return {
    write,
    update,
    hide,
    /** The bet is laid and B has gone home: on to what is left. */
    betLaid: () => STEPS[step] === "bet" && go(2),
  };
}
