// The session: what the page knows of its two teams, and everything it can ask of their source.

import { MOST_CHANGES, SETUP, defaults, holds, lawHolds, readChanges } from "page/address.js";
import { taken } from "page/controls.js";
import { notice } from "page/notices.js";
import { t, whole } from "page/texts.js";

const CHANGEABLE = ["left", "right", "learning_rate", "trust"];
const OF_NETWORK = ["net_rate", "label_noise"];

/** The state that all parts of the page share. `parts` is filled by main.js before the first message. */
export class Session {
  parts = {};
  frame = null;
  names = [];
  sections = 0;
  hardSection = 0;
  home = { left: [], right: [] };
  bet = null;
  revealed = false; // whether anybody has been sent home since these teams started
  playing = false;
  asked = null; // to play or to pause, until a frame says that it is so
  started = false;
  source = null;

  constructor(setup, view, presets, onState) {
    this.setup = setup;
    this.view = view;
    this.presets = presets;
    this.onState = onState;
    this.notice = notice;
  }

  /** What a side is called: by the law that holds there. */
  nameOf(side) {
    const [kind, ...rest] = this.now[side].split(":");
    return t(`name.${kind}`, { argument: rest.join(":") || "1" });
  }

  /** What holds now: the setup with its changes made. */
  get now() {
    const values = { ...this.setup };
    for (const { key, value } of readChanges(this.setup.changes)) {
      values[key] = SETUP[key].kind === "law" ? value : Number(value);
    }
    return values;
  }

  send(message) {
    this.source.send(message);
  }

  /** Start both teams as the setup says, up to the rehearsal it says; also after a lost connection. */
  start() {
    this.started = false;
    if (this.source.recorded) Object.assign(this.setup, this.source.place(this.setup));
    this.target = this.setup.at;
    const split = (names) => (names ? names.split(",") : []);
    this.home = { left: split(this.setup.home_left), right: split(this.setup.home_right) };
    this.send({ type: "start", setup: this.setup });
    this.send({ type: "speed", value: this.view.speed });
    if (this.playing) this.send({ type: "play" });
    this.asked = this.playing;
    this.onState();
  }

  /** Start anew from the first rehearsal, with what holds now and what `values` change. */
  reset(values = {}) {
    const setup = { ...this.now, ...values, at: 0, changes: "", home_left: "", home_right: "" };
    for (const side of ["left", "right"]) {
      if (!lawHolds(setup[side], setup.presenters)) {
        notice("law", t("law.other_size", { law: setup[side], presenters: setup.presenters }));
        setup[side] = SETUP[side].initial;
      }
    }
    this.begin(setup);
  }

  /** Go to another setup; should it turn out to be impossible, what there was can be had again. */
  begin(setup) {
    this.before = this.started ? { ...this.setup } : null;
    this.setup = setup;
    this.bet = null;
    this.revealed = false;
    this.playing = false;
    this.start();
  }

  /** A value typed in a field: it holds at once, or both teams start anew and the page says so. */
  set(key, text, field) {
    const value = taken(key, text, field, this.setup.presenters);
    if (value === null) {
      const { least, most } = SETUP[key];
      notice("field", t("field.wrong", { field: t(`field.${key}`), value: text, least, most }));
      return;
    }
    notice("field", "");
    this.view.preset = "";
    if (!SETUP[key].resets) return this.change(key, value);
    if (OF_NETWORK.includes(key)) {
      this.setup[key] = value;
      notice("reset", t("reset.network"));
      return this.resetNetwork();
    }
    this.reset({ [key]: value });
    notice("reset", t("reset.because", { field: t(`field.${key}`), value }));
  }

  /** Change a law, the learning rate or trust from the next rehearsal on. */
  change(key, value) {
    if (readChanges(this.setup.changes).length >= MOST_CHANGES) {
      notice("changes", t("changes.too_many", { most: MOST_CHANGES }));
      this.onState();
      return;
    }
    this.view.preset = "";
    this.send({ type: "change", key, value });
  }

  resetNetwork() {
    const again = this.parts.digits.state().playing;
    this.setup.epochs = 0;
    const { net_rate, label_noise } = this.setup;
    this.parts.digits.forget();
    this.send({ type: "network", do: "reset", ...(this.source.recorded ? {} : { net_rate, label_noise }) });
    if (again) this.send({ type: "network", do: "play" });
    this.onState();
  }

  loadPreset(name) {
    const preset = this.presets.find((one) => one.name === name);
    Object.assign(this.view, preset.view, { preset: name });
    notice("reset", t("reset.preset", { preset: t(`preset.${name}`) }));
    this.begin({ ...defaults(SETUP), ...preset.setup });
  }

  play(playing) {
    this.playing = this.asked = playing;
    this.send({ type: playing ? "play" : "pause" });
    this.onState();
  }

  setSpeed(speed) {
    this.view.speed = speed;
    this.send({ type: "speed", value: speed });
    this.onState();
  }

  setView(key, value) {
    this.view[key] = value;
    this.onState();
  }

  sendHome(home) {
    notice("home", "");
    this.home = home;
    this.setup.home_left = home.left.join(",");
    this.setup.home_right = home.right.join(",");
    this.send({ type: "home", ...home });
    this.onState();
  }

  /** Take what the source says of the session itself; frames are left to main.js. */
  take(message) {
    switch (message.type) {
      case "started":
        this.started = true;
        Object.assign(this, { names: message.names, sections: message.sections, hardSection: message.hard_section });
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

  /** Whether it plays is for the source to say, once it has heard what was asked last. */
  followPlaying(playing) {
    if (this.asked === playing) this.asked = null;
    if (this.asked === null) this.playing = playing;
  }

  /** A setup could not be started: go on with what there was, or with what is usual, rather than with nothing. */
  startOther() {
    const other = this.before ?? { ...defaults(SETUP), seed: this.setup.seed };
    this.before = null;
    if (JSON.stringify(other) === JSON.stringify(this.setup)) return;
    notice("reset", "");
    this.setup = other;
    this.start();
  }

  remember({ key, value, rehearsal }) {
    if (!CHANGEABLE.includes(key) || !holds(SETUP[key], String(value), this.setup.presenters)) return;
    if (rehearsal === 0) this.setup[key] = value;
    else {
      const entry = `${rehearsal}:${key}=${value}`;
      const others = this.setup.changes.split(";").filter((one) => one && !one.startsWith(`${rehearsal}:${key}=`));
      this.setup.changes = [...others, entry].join(";");
    }
    notice("changed", t("changed", { what: t(key in { left: 0, right: 0 } ? `side.${key}` : `field.${key}`), value, rehearsal: whole(rehearsal) }));
    this.onState();
  }
}

/** What the server says went wrong, in the page's language; of what it refuses it says in English what was wrong. */
function lineOf({ message, code, rehearsal }) {
  if (code === "last") return t("error.last", { rehearsal: whole(rehearsal) });
  if (code === "head_start") return t("error.head_start");
  if (code === "not_started") return t("error.not_started");
  return t("error.refused", { message });
}
