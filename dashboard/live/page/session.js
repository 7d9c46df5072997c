// The session: what the page knows of its two teams, and everything it can ask of their source.

import { SETUP, SIDES, VIEW, addChange, defaults, holds, lawHolds, readBet, withChanges, writeBet } from "page/address.js";
import { namesIn } from "page/engine/setup.js";
import { inWords, lineOf, nameOfLaw } from "page/in_words.js";
import { forgetNotices, notice } from "page/notices.js";
import { withoutStopped } from "page/stopped.js";
import { t, whole } from "page/texts.js";

const OF_NETWORK = ["net_rate", "label_noise"];

/** The state that the parts of the page share; `onState` is called when what is set has changed. */
export class Session {
  source = null; // computing.js gives it
  started = false;
  frame = null; // the latest of these teams
  network = null; // the latest of the article's networks
  names = [];
  sections = 0;
  hardSection = 0;
  home = { left: [], right: [] };
  playing = false;
  asked = null; // to play or to pause, until a frame says that it is so
  until = null; // the rehearsal to play to; null: there is no end
  target = 0; // the rehearsal of a link, until it is caught up with
  mark = () => {}; // link.js gives it; called before something is done that can be taken back

  constructor(setup, view, onState) {
    Object.assign(this, { setup, view, onState });
  }

  /** What a side is called: by the law that holds there. */
  nameOf = (side) => nameOfLaw(this.now[side]);

  /** What holds now: the setup with its changes made. */
  get now() {
    return withChanges(this.setup);
  }

  get bet() {
    return readBet(this.view.bet);
  }

  set bet(bet) {
    this.mark();
    this.view.bet = writeBet(bet);
  }

  /** Whether anybody has been sent home since these teams started. */
  get revealed() {
    return this.view.revealed;
  }

  /** Whether anybody is sent home. */
  get anyAway() {
    return SIDES.some((side) => this.home[side].length > 0);
  }

  send(type, content = {}) {
    this.source.send({ type, ...content });
  }

  /** Start both teams as the setup says, up to the rehearsal it says; also after a lost connection. */
  start() {
    this.started = false;
    this.target = this.setup.at;
    this.home = { left: namesIn(this.setup.home_left), right: namesIn(this.setup.home_right) };
    this.send("start", { setup: this.setup });
    this.send("speed", { value: this.view.speed });
    if (this.playing) this.sendPlay();
    this.asked = this.playing;
    this.onState();
  }

  /** Start anew from the first rehearsal, with what holds now and what `values` change. */
  reset(values = {}, view = {}) {
    this.mark();
    const setup = { ...this.now, ...values, at: 0, changes: "", home_left: "", home_right: "" };
    const misfits = SIDES.filter((side) => !lawHolds(setup[side], setup.presenters));
    const laws = misfits.map((side) => nameOfLaw(setup[side])).join(", ");
    for (const side of misfits) setup[side] = SETUP[side].initial;
    this.begin(setup, view);
    if (laws) notice("fit", t("law.other_size", { laws, presenters: setup.presenters }));
  }

  /** Go to another setup; should it turn out to be impossible, what there was can be had again. */
  begin(setup, view = {}) {
    forgetNotices();
    this.before = this.started ? { setup: { ...this.setup }, view: { ...this.view } } : null;
    Object.assign(this, { setup, playing: false, until: null });
    Object.assign(this.view, { bet: "", revealed: false }, view);
    this.start();
  }

  /** Whether these are the teams of a setup, whoever is sent home. */
  isAt(setup) {
    return this.started && Object.keys(SETUP).every((key) => SETUP[key].kind === "names" || setup[key] === this.setup[key]);
  }

  /** Go where an address leads; teams that are there already stay. */
  goTo(setup, view) {
    if (!this.isAt(setup)) return this.begin(setup, view);
    Object.assign(this.view, view);
    if (this.playing) this.play(false);
    this.show({ left: namesIn(setup.home_left), right: namesIn(setup.home_right) });
  }

  /** Set a number: it holds at once, or both teams start anew and the page says so. */
  set(key, value) {
    notice("field", "");
    if (!SETUP[key].resets) return this.change(key, value);
    if (OF_NETWORK.includes(key)) {
      this.mark();
      this.view.preset = "";
      this.setup[key] = value;
      notice("reset", t("reset.network"));
      return this.resetNetwork();
    }
    this.reset({ [key]: value }, { preset: "" });
    notice("reset", t("reset.because", { field: t(`field.${key}`), value: inWords(key, value) }));
  }

  /** Change a law, the learning rate or trust from the next rehearsal on. */
  change(key, value) {
    const changes = addChange(this.setup.changes, `${this.setup.at}:${key}=`, value);
    if (holds(SETUP.changes, changes, this.setup.presenters)) return this.send("change", { key, value });
    notice("changes", t("changes.too_many", SETUP.changes));
    this.onState();
  }

  resetNetwork() {
    this.mark();
    const again = this.network?.playing;
    this.setup.epochs = 0;
    this.network = null;
    const { net_rate, label_noise } = this.setup;
    this.send("network", { do: "reset", net_rate, label_noise });
    if (again) this.send("network", { do: "play" });
    this.onState();
  }

  loadPreset({ name, setup, view }) {
    this.mark();
    const story = { ...defaults(SETUP), ...setup };
    // The article's networks are no part of a story: what they have learned stays, if it is the seed's.
    if (story.seed === this.setup.seed) for (const key of ["net_rate", "label_noise", "epochs"]) story[key] = this.setup[key];
    this.begin(story, { arrows: VIEW.arrows.initial, ...view, preset: name });
    notice("reset", t("reset.preset", { preset: t(`preset.${name}`) }));
  }

  /** Rehearse, up to a certain rehearsal if one is given; or pause. */
  play(playing, until = null) {
    Object.assign(this, { playing, asked: playing, until });
    if (playing) this.sendPlay();
    else this.send("pause");
    this.onState();
  }

  sendPlay() {
    this.send("play", this.until === null ? {} : { until: this.until });
  }

  /** Set what only the page knows; of the speed the source is told, too. */
  setView(key, value) {
    this.view[key] = value;
    if (key === "speed") this.send("speed", { value });
    this.onState();
  }

  sendHome(home) {
    this.mark();
    notice("home", "");
    this.show(home);
  }

  /** Have both talks judged without those named. */
  show(home) {
    this.home = home;
    for (const side of SIDES) this.setup[`home_${side}`] = home[side].join(",");
    this.send("home", home);
    this.onState();
  }

  /** Take what the source says. */
  take(message) {
    switch (message.type) {
      case "started":
        // The frame was of a team that may have had another size.
        Object.assign(this, { started: true, frame: null, names: message.names, sections: message.sections, hardSection: message.hard_section });
        this.onState();
        break;
      case "frame":
        if (this.started) this.follow(message); // if not, it is of the session before
        break;
      case "network":
        // The pictures come only once: they are kept.
        message.digits.forEach((digit, i) => (digit.pixels ??= this.network?.digits[i].pixels));
        this.network = message;
        this.setup.epochs = message.epoch;
        break;
      case "changed":
        this.remember(message);
        break;
      case "error":
        notice("error", lineOf(message));
        if (message.code === "last") this.asked = null;
        if (!this.started) this.startOther();
        break;
      default:
    }
  }

  follow(frame) {
    const { rehearsal, playing, teams } = (this.frame = withoutStopped(frame));
    // Those of a frame may have been called back while it was under way.
    if (rehearsal > 0 && this.anyAway && SIDES.some((side) => teams[side].home.away.length)) this.view.revealed = true;
    // While it catches up with a link the place to come back to is still the link's.
    this.setup.at = Math.max(rehearsal, Math.min(this.target, SETUP.at.most));
    if (rehearsal < this.target) return;
    this.target = 0;
    // Whether it plays is for the source to say, once it has heard what was asked last; after the end, nothing can play.
    const over = (this.until !== null && rehearsal >= this.until) || SIDES.every((side) => teams[side].diverged);
    if (this.asked === playing || over) this.asked = null;
    if (this.asked === null) this.playing = playing;
  }

  /** A setup could not be started: go on with what there was, or with what is usual, rather than with nothing. */
  startOther() {
    const { setup, view } = this.before ?? { setup: { ...defaults(SETUP), seed: this.setup.seed }, view: {} };
    this.before = null;
    if (JSON.stringify(setup) === JSON.stringify(this.setup)) return;
    notice("reset", "");
    this.setup = setup;
    Object.assign(this.view, view);
    this.start();
  }

  /** A change was made: it is part of the link from now on. */
  remember({ key, value, rehearsal }) {
    if (!holds(SETUP[key], String(value), this.setup.presenters)) return;
    this.mark();
    this.view.preset = "";
    if (rehearsal === 0) this.setup[key] = value;
    else this.setup.changes = addChange(this.setup.changes, `${rehearsal}:${key}=`, value);
    const what = t(SIDES.includes(key) ? `side.${key}` : `field.${key}`);
    notice("law", "");
    notice("changed", t("changed", { what, value: SIDES.includes(key) ? nameOfLaw(value) : value, rehearsal: whole(rehearsal) }));
    this.onState();
  }
}
