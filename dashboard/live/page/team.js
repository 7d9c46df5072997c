// One team's side: its law, its table, and the talk judged with whoever is left.

import { SIDES } from "page/address.js";
import { make, one, say } from "page/dom.js";
import { makeLaw } from "page/law.js";
import { CROWD, arrowScaleOf, makeSeats, meanReliance } from "page/seats.js";
import { number, t, whole } from "page/texts.js";

const NAMED = ["score", "weights"]; // facts that are called otherwise where one reads about networks

/** One side; `onPick` is told who was clicked, and on which. */
export function makeTeam(session, side, bet, onPick) {
  const law = makeLaw(session, side);
  const title = make("h3");
  const stopped = make("p.stopped", { role: "alert", hidden: "" });
  const place = make("div.place");
  const facts = Object.fromEntries(["absence", "reliance", "share", "score", "weights"].map((key) => [key, makeFact(key)]));
  const meters = { all: makeMeter({ "data-text": "meter.all" }), hard: makeMeter() };
  const element = make(`section.team.${side}`, { "data-side": side, "data-label": `side.${side}` },
    make("header", {}, title, law.element), stopped, place,
    make("div.figures", {}, meters.hard.element, meters.all.element,
      make("dl.facts", {}, ...Object.values(facts).map((fact) => fact.element))));
  one("#pair").append(element);
  let seats = null;

  return {
    style() {
      say(title, session.nameOf(side));
      seats = makeSeats(session.names, side, (name) => onPick(name, side));
      place.replaceChildren(seats.element);
      one("#pair").classList.toggle("many", session.names.length > CROWD);
    },
    show: law.show,
    draw({ teams, rehearsal }) {
      const { arrows } = session.view;
      const team = teams[side];
      const { away } = team.home;
      const started = rehearsal > 0;
      const learned = (figure) => (started ? figure : "–"); // before the first rehearsal a figure would say nothing
      seats.draw(team, arrows, arrowScaleOf(SIDES.map((s) => teams[s]), arrows), started);
      element.classList.toggle("diverged", Boolean(team.diverged));
      stopped.hidden = !team.diverged;
      say(stopped, team.diverged ? t("diverged", { ...team.diverged, rehearsal: whole(team.diverged.rehearsal) }) : "");
      const carrier = team.share.indexOf(Math.max(...team.share));
      say(facts.absence.value, `${number(100 * team.absence_rate, 0)}%`);
      say(facts.reliance.value, learned(meanReliance(team)));
      say(facts.share.value, team.diverged ? "–" : `${session.names[carrier]} ${number(100 * team.share[carrier], 0)}%`);
      say(facts.score.value, learned(number(team.score)));
      say(facts.weights.value, learned(number(team.weights, 1)));
      say(meters.hard.term, away.length ? t("meter.hard_without", { away: away.join(", ") }) : t("meter.hard"));
      meters.hard.draw(started, team.home.hard, team.quality.hard, away.length > 0, bet.on(side, away));
      meters.all.draw(started, team.home.quality, team.quality.all, away.length > 0, null);
    },
  };
}

/** A figure: what it says in plain words, and what it is called. */
function makeFact(key) {
  const value = make("dd");
  const name = make("dd.note", NAMED.includes(key) ? { "data-text": `named.${key}` } : {});
  return { element: make("div", {}, make("dt", { "data-text": `fact.${key}` }), value, name), value };
}

/** A bar from 0 to 1: what is left, over what there was with everyone, with the bet as a mark. */
function makeMeter(what = {}) {
  const [term, value, before, below] = [make("span", what), make("b"), make("small"), make("small.below")];
  const [full, left, bet] = [make("i.full"), make("i.left-over"), make("i.bet-mark", { hidden: "" })];
  const track = make("div.track", { "aria-hidden": "true" }, full, left, bet);
  const clamp = (x) => Math.min(1, Math.max(0, Number.isFinite(x) ? x : 0));
  function draw(started, now, complete, someoneAway, guess) {
    say(value, started ? number(now) : "–");
    say(before, !started ? t("not_yet") : someoneAway ? t("meter.of", { complete: number(complete) }) : "");
    say(below, started && now < 0 ? t("below") : "");
    full.style.transform = `scaleX(${started ? clamp(complete).toFixed(3) : 0})`;
    left.style.transform = `scaleX(${started ? clamp(now).toFixed(3) : 0})`;
    bet.hidden = guess === null || !someoneAway;
    if (guess !== null) bet.style.left = `${100 * clamp(guess)}%`;
  }
  return { element: make("div.meter", {}, make("p", {}, term, before, value), track, below), term, draw };
}
