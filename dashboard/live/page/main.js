// The page: wires its parts to the session and to one another, and has them drawn.
//
// A part has some of three methods: `style` writes every text and colour anew, in another language or theme or for teams
// of other names; `show` shows what is set; `draw` shows a frame.

import { SIDES, readAddress, useSettings } from "page/address.js";
import { makeBet } from "page/bet.js";
import { onRedraw } from "page/canvas.js";
import { makeBars, makeCurve } from "page/charts.js";
import { makeCheck } from "page/check.js";
import { makeComputing } from "page/computing.js";
import { makeControls } from "page/controls.js";
import { makeDigits } from "page/digits.js";
import { one } from "page/dom.js";
import { makeGuide } from "page/guide.js";
import { makeLink, tellWrong } from "page/link.js";
import { notice, wireInfos } from "page/notices.js";
import { isPrinting, onPrint } from "page/printing.js";
import { PRESETS, SETTINGS } from "page/resources.js";
import { makeSentHome } from "page/sent_home.js";
import { Session } from "page/session.js";
import { PANELS, readShowing, showAs } from "page/showing.js";
import { makeSolo } from "page/solo.js";
import { makeTeam } from "page/team.js";
import { setLanguage, t } from "page/texts.js";
import { onSystemTheme, setTheme } from "page/theme.js";
import { makeTwin } from "page/twin.js";

useSettings(SETTINGS);
const read = (hash) => readAddress(hash, PRESETS.map(({ name }) => name));
const hash = location.hash || (one("meta[name=opens-at]")?.content ?? ""); // an exported page may have its own
const given = read(hash);
if (!/[#&]lang=/.test(hash) && navigator.language.startsWith("ja")) given.view.lang = "ja";

const showing = readShowing(location.search);
if (showing.panel) given.view.guide = "away";

const LONGEST_WAIT = 3000; // ms until all is shown, whether or not there is a team to show

/** What the footer tells, and a benchmark may read. */
const stats = { applied: 0, firstPlotMs: null };
window.stats = stats;

const session = new Session({ ...given.setup }, given.view, show);
const computing = makeComputing(session, onMessage);
const check = makeCheck(session, computing.served);
const bet = makeBet(session);
const digits = makeDigits(session, schedule);
const guide = makeGuide(session, bet, digits, schedule);
const sentHome = makeSentHome(session, bet, guide);
const teams = SIDES.map((side) => makeTeam(session, side, bet, sentHome.pick));
const curve = makeCurve(session);
const costly = [curve, makeBars(session), makeTwin(session)];
const parts = [makeControls(session, PRESETS), computing, check, ...teams, makeSolo(session), sentHome, digits, guide,
  makeLink(session, read, takeAddress)];
let styled = null; // what all was last written for
let drawn = null; // the last frame drawn
let scheduled = false;

computing.prepare(given.setup, given.view);
showAs(showing);
onRedraw(schedule);
wireInfos();
onSystemTheme(() => {
  styled = null;
  show();
});
onPrint(() => {
  styled = null;
  show();
  draw();
});
show();
tellWrong(given);
if (showing.wrong !== null) notice("embed", t("embed.wrong", { value: showing.wrong, panels: Object.keys(PANELS).join(", ") }));
// What is scrolled to comes to stand below the bar, however many lines it has.
new ResizeObserver(([bar]) => {
  document.documentElement.style.scrollPaddingTop = `${(bar.borderBoxSize[0].blockSize + 12) * (bar.target.currentCSSZoom ?? 1)}px`;
}).observe(one(".bar"));
setTimeout(() => document.body.classList.remove("waiting"), LONGEST_WAIT);
let before = 0;
setInterval(() => {
  one("#rate").textContent = t("footer.rate", { rate: stats.applied - before });
  before = stats.applied;
}, 1000);

function onMessage(message) {
  if (message.type === "error" && message.code === "engine") return computing.refused(message);
  computing.take(message);
  session.take(message);
  check.take(message);
  curve.take(message);
  schedule();
}

/** The address was edited, a link opened in this tab, or Back was pressed: go where it leads. */
function takeAddress(given, stays) {
  const view = { ...given.view, ...stays };
  computing.prepare(given.setup, view);
  session.goTo(given.setup, view);
  tellWrong(given);
}

/** Show what is set; every change of the state ends here. */
function show() {
  const { view, names, sections } = session;
  const style = JSON.stringify([view.lang, view.theme, names, sections, SIDES.map((side) => session.now[side])]);
  if (style !== styled) {
    styled = style;
    setLanguage(view.lang);
    setTheme(view.theme);
    for (const part of [...parts, ...costly]) part.style?.();
  }
  for (const part of parts) part.show?.();
  schedule();
}

/** Draw the latest frame at the next tick: it is new, comes into view, or looks different. */
function schedule() {
  if (!scheduled) requestAnimationFrame(draw);
  scheduled = true;
}

function draw() {
  scheduled = false;
  const { frame } = session;
  if (!frame || !session.started) return;
  for (const part of parts) part.draw?.(frame);
  // While they rehearse the costly pictures take turns; the rest is drawn at every tick.
  costly.forEach((part, turn) => {
    if (!frame.playing || isPrinting() || stats.applied % costly.length === turn) part.draw(frame);
  });
  if (frame !== drawn) stats.applied += 1;
  drawn = frame;
  document.body.classList.remove("waiting"); // nothing moves any more
  stats.firstPlotMs ??= Math.round(performance.now());
}
