// Where messages come from in an exported page: a recording, played as if it were live.

import { SIDES, namesIn } from "page/address.js";
import { pointOf } from "page/charts.js";

const FRAMES_PER_SECOND = 12;
const EPOCHS_PER_SECOND = 6;

/** Read what an export has packed: gzipped JSON in base64. */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/** The same messages as a session's, out of a recording. */
export class RecordedSource {
  recorded = true;

  constructor(recording, onMessage, onStatus) {
    this.recording = recording;
    this.onMessage = onMessage;
    this.away = { left: [], right: [] };
    this.at = 0;
    this.epoch = 0;
    this.playing = false;
    // The pictures stand in the first message only.
    for (const { digits } of recording.network) digits.forEach((digit, i) => (digit.pixels = recording.network[0].digits[i].pixels));
    queueMicrotask(() => onStatus("open"));
  }

  get length() {
    return this.recording.frames.length;
  }

  /** The last rehearsal recorded. */
  get last() {
    return this.recording.frames.at(-1).rehearsal;
  }

  /** The number of the last frame taken up to a rehearsal. */
  frameAt(rehearsal) {
    return Math.max(0, this.recording.frames.findLastIndex((frame) => frame.rehearsal <= rehearsal));
  }

  /** The setup that was recorded, where an address leads in it: a frame, an epoch, known people sent home. */
  place(setup) {
    const known = (names) => namesIn(names).filter((name) => this.recording.started.names.includes(name)).join();
    return {
      ...this.recording.setup, at: this.recording.frames[this.frameAt(setup.at)].rehearsal, epochs: setup.epochs,
      home_left: known(setup.home_left), home_right: known(setup.home_right),
    };
  }

  /** What an address asks for and this recording does not hold: [key, what was asked, what there is]. */
  unlike(setup, asked) {
    const there = this.place(setup);
    if (setup.at <= this.last) there.at = setup.at; // between two frames the one before will do
    return asked.filter((key) => setup[key] !== there[key]).map((key) => [key, setup[key], there[key]]);
  }

  /** A message is answered by the method of its name; what a recording cannot do has none. */
  send(message) {
    this[message.type]?.(message);
  }

  start({ setup }) {
    this.stop();
    this.onMessage(this.recording.started);
    this.away = { left: namesIn(setup.home_left), right: namesIn(setup.home_right) };
    this.epoch = Math.min(setup.epochs, this.recording.network.length - 1);
    this.network({ do: "show" });
    this.scrub(this.frameAt(setup.at));
  }

  play() {
    if (this.at >= this.length - 1) this.scrub(0);
    this.playing = true;
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.at += 1;
      if (this.at >= this.length - 1) this.pause();
      else this.show();
    }, 1000 / FRAMES_PER_SECOND);
  }

  pause() {
    this.stop();
    this.show();
  }

  stop() {
    clearInterval(this.timer);
    this.playing = false;
    this.at = Math.min(this.at, this.length - 1);
  }

  step() {
    this.stop();
    this.scrub(Math.min(this.at + 1, this.length - 1));
  }

  home({ left, right }) {
    this.away = { left, right };
    this.show();
  }

  /** Go to a frame, its past included. */
  scrub(at) {
    this.at = at;
    this.onMessage({ type: "history", points: this.recording.frames.slice(0, at).map(pointOf) });
    this.show();
  }

  show() {
    const frame = structuredClone(this.recording.frames[this.at]);
    frame.playing = this.playing;
    for (const side of SIDES) {
      const names = this.recording.started.names;
      const present = names.reduce((bits, name, i) => (this.away[side].includes(name) ? bits : bits | (1 << i)), 0);
      const [quality, hard] = this.recording.values[side][this.at][present];
      frame.teams[side].home = { away: this.away[side], quality, hard };
    }
    this.onMessage(frame);
  }

  network({ do: action }) {
    const messages = this.recording.network;
    clearInterval(this.networkTimer);
    if (action === "reset") this.epoch = 0;
    const tell = (playing) => this.onMessage({ ...messages[this.epoch], playing });
    tell(action === "play");
    if (action !== "play") return;
    this.networkTimer = setInterval(() => {
      this.epoch = Math.min(this.epoch + 1, messages.length - 1);
      const over = this.epoch === messages.length - 1;
      if (over) clearInterval(this.networkTimer);
      tell(!over);
    }, 1000 / EPOCHS_PER_SECOND);
  }
}
