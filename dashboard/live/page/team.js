// One team's side: its law, its table, and the talk judged with whoever is left.

import { make, say } from "page/dom.js";
import { LAWS, lawHolds } from "page/address.js";
import { CROWD, makeRoom, meanReliance } from "page/room.js";
import { number, t, whole } from "page/texts.js";

const NAMED = ["score", "weights"]; // facts that are called otherwise where one reads about networks

/** Build one side; `app` is what main.js hands round. */
export function makeTeam(app, side) {
  const law = makeLaw(app, side);
  const title = make("h3");
  const stopped = make("p.stopped", { role: "alert", hidden: "" });
  const place = make("div.place");
  const facts = Object.fromEntries(["absence", "reliance", "share", "score", "weights"].map((key) => [key, makeFact()]));
  const meters = { all: makeMeter(), hard: makeMeter() };
  const element = make(`section.team.${side}`, { "data-side": side },
    make("header", {}, title, law.element), stopped, place,
    make("div.figures", {}, meters.hard.element, meters.all.element,
      make("dl.facts", {}, ...Object.values(facts).map((fact) => fact.element))));
  let room = null;

  function seatTeam() {
    room = makeRoom(app.names, side, (name) => app.pick(name, side));
    place.replaceChildren(room.element);
    element.parentElement.classList.toggle("many", app.names.length > CROWD);
  }

  function write() {
    element.setAttribute("aria-label", t(`side.${side}`));
    law.write();
    for (const [key, fact] of Object.entries(facts)) {
      say(fact.term, t(`fact.${key}`));
      if (NAMED.includes(key)) say(fact.name, t(`named.${key}`));
    }
    say(meters.all.term, t("meter.all"));
  }

  function update(team, arrowScale) {
    const { away } = team.home;
    const started = app.frame.rehearsal > 0;
    const learned = (figure) => (started ? figure : "–"); // before the first rehearsal a figure would say nothing
    room.update(team, app.view.arrows, arrowScale, started);
    element.classList.toggle("diverged", Boolean(team.diverged));
    stopped.hidden = !team.diverged;
    say(stopped, team.diverged ? t("diverged", { ...team.diverged, rehearsal: whole(team.diverged.rehearsal) }) : "");
    const carrier = team.share.indexOf(Math.max(...team.share));
    say(facts.absence.value, `${number(100 * team.absence_rate, 0)}%`);
    say(facts.reliance.value, learned(meanReliance(team)));
    say(facts.share.value, `${app.names[carrier]} ${number(100 * team.share[carrier], 0)}%`);
    say(facts.score.value, learned(number(team.score)));
    say(facts.weights.value, learned(number(team.weights, 1)));
    say(meters.hard.term, away.length ? t("meter.hard_without", { away: away.join(", ") }) : t("meter.hard"));
    // A bet was on one presenter: beside what others leave it would be another bet.
    const guess = app.bet && away.join() === app.bet.name ? app.bet[side] : null;
    meters.hard.update(started, team.home.hard, team.quality.hard, away.length > 0, guess);
    meters.all.update(started, team.home.quality, team.quality.all, away.length > 0, null);
  }

  return { element, seatTeam, write, update, law, writeName: () => say(title, app.nameOf(side)) };
}

/** A figure: what it says in plain words, and what it is called. */
function makeFact() {
  const [term, value, name] = [make("dt"), make("dd"), make("small")];
  return { element: make("div", {}, term, value, name), term, value, name };
}

/** A bar from 0 to 1: what is left, over what there was with everyone, with the bet as a mark. */
function makeMeter() {
  const term = make("span");
  const value = make("b");
  const before = make("small");
  const below = make("small.below");
  const [full, left, bet] = [make("i.full"), make("i.left-over"), make("i.bet-mark", { hidden: "" })];
  const track = make("div.track", { "aria-hidden": "true" }, full, left, bet);
  const clamp = (x) => Math.min(1, Math.max(0, Number.isFinite(x) ? x : 0));
  function update(started, now, complete, someoneAway, guess) {
    say(value, started ? number(now) : "–");
    say(before, !started ? t("not_yet") : someoneAway ? t("meter.of", { complete: number(complete) }) : "");
    say(below, started && now < 0 ? t("below") : "");
    full.style.transform = `scaleX(${started ? clamp(complete).toFixed(3) : 0})`;
    left.style.transform = `scaleX(${started ? clamp(now).toFixed(3) : 0})`;
    bet.hidden = guess === null || !someoneAway;
    if (guess !== null) bet.style.left = `${100 * clamp(guess)}%`;
  }
  return { element: make("div.meter", {}, make("p", {}, term, before, value), track, below), term, update };
}

/** Choose a law: its kind, and what it takes. It holds from the next rehearsal on. */
function makeLaw(app, side) {
  const kinds = make("select", { id: `law-${side}` });
  const argument = make("input", { type: "text", id: `argument-${side}`, size: "8", spellcheck: "false", autocomplete: "off" });
  const element = make("div.law", {}, kinds, argument);
  for (const kind of Object.keys(LAWS)) kinds.append(make("option", { value: kind }));

  function text() {
    return LAWS[kinds.value] === null || argument.value === "" ? kinds.value : `${kinds.value}:${argument.value.trim()}`;
  }

  function take() {
    const law = text();
    const holds = lawHolds(law, app.names.length);
    argument.setAttribute("aria-invalid", String(!holds));
    if (holds) app.change(side, law);
    else app.notice("law", t("law.wrong", { law }));
  }

  kinds.addEventListener("change", () => {
    argument.value = LAWS[kinds.value]?.(app.names.length) ?? "";
    argument.hidden = LAWS[kinds.value] === null;
    take();
  });
  argument.addEventListener("change", take);

  return {
    element,
    /** Show the law that holds now. */
    show(law) {
      const [kind, ...rest] = law.split(":");
      if (document.activeElement === argument) return; // somebody is writing there
      kinds.value = kind;
      argument.value = rest.join(":");
      argument.hidden = LAWS[kind] === null;
      argument.setAttribute("aria-invalid", "false");
    },
    write() {
      for (const option of kinds.options) say(option, t(`law.${option.value}`));
      kinds.setAttribute("aria-label", t("law"));
      argument.setAttribute("aria-label", t("law.argument"));
      argument.title = t("law.argument");
    },
    lock(locked) {
      kinds.disabled = argument.disabled = locked;
    },
  };
}
