// The page: puts its parts together, and draws one message a tick.

import { SETUP, readAddress } from "page/address.js";
import { makeBars, makeCurve, writeKey } from "page/charts.js";
import { onRedraw } from "page/canvas.js";
import { makeControls } from "page/controls.js";
import { makeDigits } from "page/digits.js";
import { all, choose, one, say } from "page/dom.js";
import { makeHeat } from "page/heat.js";
import { makeLink, tellWrong } from "page/link.js";
import { notice, wireInfos, writeInfos } from "page/notices.js";
import { RecordedSource, unpack } from "page/recorded.js";
import { arrowScaleOf } from "page/room.js";
import { Session } from "page/session.js";
import { makeShow } from "page/show.js";
import { SocketSource } from "page/source.js";
import { makeStory } from "page/story.js";
import { makeTeam } from "page/team.js";
import { loadTexts, resource, setLanguage, t, whole } from "page/texts.js";
import { makeTwin } from "page/twin.js";
import { onSystemTheme, setTheme } from "page/theme.js";

const SIDES = ["left", "right"];

const presets = await resource("presets", "/page/presets.json");
const read = (hash) => readAddress(hash, presets.map(({ name }) => name));
const given = read(location.hash);
const { setup, view } = given;
if (!/[#&]lang=/.test(location.hash) && navigator.language.startsWith("ja")) view.lang = "ja";

/** What the footer tells, and a benchmark may read. */
const stats = { applied: 0, firstPlotMs: null, perSecond: 0 };
window.stats = stats;

const app = new Session({ ...setup }, view, presets, showState);
const parts = app.parts;
let waiting = null; // the newest frame not yet drawn
let waitingNetwork = null;
let scheduled = false;
let named = ""; // what the sides are called in all that is drawn

await loadTexts();
setLanguage(view.lang);
setTheme(view.theme);
parts.controls = makeControls(app, presets);
parts.teams = Object.fromEntries(SIDES.map((side) => [side, makeTeam(app, side)]));
one("#pair").append(...SIDES.map((side) => parts.teams[side].element));
parts.curve = makeCurve(app);
parts.bars = makeBars(app);
parts.heat = makeHeat(app, one("#solo"));
parts.show = makeShow(app);
parts.twin = makeTwin(app);
parts.digits = makeDigits(app);
parts.story = makeStory(app);
parts.link = makeLink(app, read, takeAddress);
app.pick = (name, side) => app.frame && parts.show.pick(name, side);
app.ask = (name) => parts.show.ask(name);
app.tell = () => parts.story.betLaid();
app.digits = parts.digits;
onRedraw(redraw);
wireInfos();
wireTools();
writeAll();

const recording = document.getElementById("recording");
if (recording) {
  document.body.classList.add("recorded");
  for (const element of all("[data-live]")) element.hidden = true;
  app.source = new RecordedSource(await unpack(recording.textContent), onMessage, onStatus);
  for (const element of all("[data-recorded]")) element.hidden = false;
  one("#scrub").max = app.source.length - 1;
  for (const side of SIDES) parts.teams[side].law.lock(true);
} else {
  app.source = new SocketSource(onMessage, onStatus);
}
tellOf(given);

function onStatus(status) {
  document.body.dataset.status = status;
  if (status === "open") {
    notice("connection", "");
    app.start();
  } else {
    const button = { label: t("connection.again"), act: () => app.source.connect() };
    notice("connection", t(`connection.${status}`), button);
  }
}

function onMessage(message) {
  app.take(message);
  switch (message.type) {
    case "started":
      app.frame = waiting = null; // it was of a team that may have had another size
      for (const side of SIDES) parts.teams[side].seatTeam();
      parts.heat.build();
      parts.curve.clear();
      showState();
      break;
    case "history":
      parts.curve.clear();
      parts.curve.history(message);
      schedule();
      break;
    case "frame":
      if (!app.started) return; // of the session before
      parts.curve.add(message);
      waiting = message;
      schedule();
      break;
    case "network":
      // The pictures come only once: keep them when messages pile up behind a tick.
      waitingNetwork = { ...message, digits: withPixels(waitingNetwork?.digits, message.digits) };
      schedule();
      break;
    default:
  }
}

function withPixels(before, digits) {
  if (!digits) return before;
  return digits.map((digit, i) => (digit.pixels ? digit : { ...digit, ...(before?.[i]?.pixels ? { pixels: before[i].pixels } : {}) }));
}

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (waitingNetwork) {
      parts.digits.update(waitingNetwork);
      parts.story.update();
    }
    waitingNetwork = null;
    if (!waiting || !app.started) return;
    app.frame = waiting;
    waiting = null;
    drawFrame();
    stats.applied += 1;
    stats.firstPlotMs ??= Math.round(performance.now());
  });
}

function drawFrame() {
  const { frame } = app;
  const { teams, rehearsal } = frame;
  // While it catches up with a link the place to come back to is still the link's.
  app.setup.at = Math.max(rehearsal, Math.min(app.target, SETUP.at.most));
  if (rehearsal >= app.target) {
    app.target = 0;
    if (SIDES.every((side) => teams[side].diverged)) app.asked = null; // whatever was asked, nothing can play
    app.followPlaying(frame.playing);
    parts.controls.showPlaying();
  }
  say(one("#rehearsals"), whole(rehearsal));
  say(one("#busy"), app.target > rehearsal ? t("busy", { target: whole(app.target) }) : "");
  if (app.source.recorded) one("#scrub").value = app.source.at;
  const scale = arrowScaleOf(SIDES.map((side) => teams[side]), app.view.arrows);
  for (const side of SIDES) parts.teams[side].update(teams[side], scale);
  // While they rehearse the costly pictures take turns; the rest is drawn at every tick.
  const isTurnOf = (turn) => !frame.playing || stats.applied % 3 === turn;
  if (isTurnOf(0)) parts.curve.redraw();
  if (isTurnOf(1)) parts.bars.update(frame);
  parts.heat.update(teams, rehearsal > 0);
  parts.twin.update(teams, rehearsal > 0, isTurnOf(2));
  parts.show.update(frame);
  parts.story.update();
  parts.link.write();
}

/** The address was edited, or a link opened in this tab: go where it leads. */
function takeAddress(given) {
  setLanguage(given.view.lang);
  Object.assign(app.view, given.view);
  setTheme(app.view.theme);
  app.begin({ ...given.setup });
  writeAll();
  tellOf(given);
}

/** Say what of an address was not taken: what is wrong, and what a recording cannot do. */
function tellOf({ wrong, setup, asked }) {
  tellWrong(wrong, app.source.recorded ? app.source.unlike(setup, asked) : []);
}

/** Show what is set; every change of the state ends here. */
function showState() {
  parts.controls.show();
  for (const side of SIDES) parts.teams[side].law.show(app.now[side]);
  if (SIDES.map(app.nameOf, app).join("|") !== named) writeNames();
  redraw();
  parts.link.write();
}

/** Draw the latest frame again: something comes into view, or looks different. */
function redraw() {
  if (app.frame && app.started) waiting ??= app.frame;
  schedule();
}

/** Every text and colour anew: the language or the theme has changed. */
function writeAll() {
  choose(all("[data-language]"), (button) => button.dataset.language === app.view.lang);
  one("#theme").value = app.view.theme;
  writeInfos();
  parts.controls.write();
  for (const side of SIDES) parts.teams[side].write();
  parts.show.write();
  parts.twin.write();
  parts.digits.write();
  parts.story.write();
  say(one("#scale-low"), t("solo.low"));
  say(one("#scale-high"), t("solo.high"));
  style();
  parts.curve.describe(t("curve.describe"));
  parts.bars.describe(t("bars.describe"));
  one("#ablation").setAttribute("aria-label", t("digits.describe"));
}

/** What is drawn has the theme's colours in it, and is drawn anew. */
function style() {
  parts.digits.style();
  writeNames();
  showState();
}

/** The sides are called by their laws, wherever they are named. */
function writeNames() {
  named = SIDES.map(app.nameOf, app).join("|");
  for (const side of SIDES) parts.teams[side].writeName();
  parts.heat.build();
  parts.curve.style();
  parts.bars.style();
  writeKey("#curve-key", SIDES.flatMap((side) => [[`${side}.solid`, `${app.nameOf(side)}, ${t("curve.all")}`], [`${side}.dashed`, t("curve.two")]]));
  writeKey("#bars-key", [["left.block", app.nameOf("left")], ["right.block.striped", app.nameOf("right")]]);
}

function wireTools() {
  // What is scrolled to comes to stand below the bar, however many lines it has.
  new ResizeObserver(([bar]) => {
    document.documentElement.style.scrollPaddingTop = `${bar.borderBoxSize[0].blockSize + 12}px`;
  }).observe(one(".bar"));
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => {
      app.view.lang = button.dataset.language;
      setLanguage(app.view.lang);
      one("#notices").replaceChildren();
      writeAll();
    });
  }
  one("#theme").addEventListener("change", (event) => {
    app.view.theme = event.target.value;
    setTheme(app.view.theme);
    style();
  });
  onSystemTheme(() => {
    setTheme(app.view.theme);
    style();
  });
  setInterval(() => {
    stats.perSecond = stats.applied - (stats.before ?? 0);
    stats.before = stats.applied;
    say(one("#rate"), t("footer.rate", { rate: stats.perSecond }));
  }, 1000);
}
