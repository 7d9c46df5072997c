// The seats at the round table: presenters as buttons, and who counts on whom as arrows on a canvas below them.

import { cleared, watch } from "page/canvas.js";
import { make, makeSvg, say } from "page/dom.js";
import { number, t } from "page/texts.js";
import { colours } from "page/theme.js";

/** Presenters above which their discs are small. */
export const CROWD = 9;
const RING = 2 * Math.PI * 21; // the ring's radius in the button's own 48 units

/** Seat of presenter i of n: fractions of the table's width and height; the first sits at the top. */
function seat(i, n) {
  const angle = (2 * Math.PI * i) / n - Math.PI / 2;
  return [0.5 + 0.39 * Math.cos(angle), 0.5 + 0.39 * Math.sin(angle)];
}

/** Seat those named; `onPick` is told whose seat was clicked. */
export function makeSeats(names, side, onPick) {
  const canvas = watch(make("canvas", { "aria-hidden": "true" }));
  const here = make("p.here");
  const table = make("div.seats", {}, canvas, here);
  let looked = null;
  let latest = null;
  const seats = names.map((name, i) => {
    const share = makeSvg("circle", { cx: 24, cy: 24, r: 21, class: "share", transform: "rotate(-90 24 24)" });
    const picture = makeSvg("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" },
      makeSvg("circle", { cx: 24, cy: 24, r: 21, class: "track" }), share,
      makeSvg("circle", { cx: 24, cy: 24, r: 16, class: "face" }));
    const away = make("span.away-mark", { "aria-hidden": "true" });
    const look = (who) => () => { looked = who; if (latest) arrows(latest); };
    const button = make("button.seat", {
      type: "button", "data-name": name, onclick: () => onPick(name),
      onpointerenter: look(i), onpointerleave: look(null), onfocus: look(i), onblur: look(null),
    }, picture, make("b", { text: name, "aria-hidden": "true" }), away);
    const [x, y] = seat(i, names.length);
    button.style.left = `${100 * x}%`;
    button.style.top = `${100 * y}%`;
    table.append(button);
    return { button, share, away, shown: {} };
  });
  table.classList.toggle("crowded", names.length > CROWD);

  /** Draw only what changed: an attribute that is set again still costs a style pass. */
  function set(seatOf, key, value, apply) {
    if (seatOf.shown[key] !== value) apply(seatOf.shown[key] = value);
  }

  function draw(team, arrowsKind, arrowScale, started) {
    // Once somebody is sent home it is the talk that is shown, no longer the last rehearsal.
    const talk = team.home.away.length > 0;
    latest = { team, arrowsKind, arrowScale, talk };
    seats.forEach((s, i) => {
      const away = team.home.away.includes(names[i]);
      const present = talk || team.present[i] === 1;
      const share = Math.round(100 * Math.min(1, Math.max(0, team.share[i] ?? 0)));
      set(s, "present", present, (v) => s.button.classList.toggle("absent", !v));
      set(s, "away", away, (v) => {
        s.button.classList.toggle("away", v);
        s.button.setAttribute("aria-pressed", String(v));
      });
      set(s, "mark", away ? t("seat.away") : present ? "" : t("seat.absent"), (v) => say(s.away, v));
      set(s, "share", share, (v) => s.share.setAttribute("stroke-dasharray", `${(RING * v) / 100} ${RING}`));
      const state = t(away ? "seat.away" : present ? "seat.present" : "seat.absent");
      set(s, "label", t("seat.label", { name: names[i], state, share }), (v) => s.button.setAttribute("aria-label", v));
    });
    const present = talk ? names.length - team.home.away.length : team.present.reduce((sum, m) => sum + m, 0);
    say(here, started ? t(talk ? "room.talk" : "room.here", { present, of: names.length }) : t("not_yet"));
    arrows(latest);
  }

  function arrows({ team, arrowsKind, arrowScale, talk }) {
    const sheet = cleared(canvas);
    if (!sheet) return;
    const { context, width, height } = sheet;
    const colour = colours()[side];
    const inner = names.length > CROWD ? 19 : Math.min(30, 0.09 * width);
    const links = team[arrowsKind];
    const crowd = Math.min(1, 5 / names.length) * Math.min(1, width / 300);
    const away = names.map((name) => team.home.away.includes(name));
    const only = looked !== null && !away[looked] ? looked : null; // the one who is pointed at
    names.forEach((_, i) => names.forEach((_, j) => {
      if (i === j || away[i] || away[j] || (only !== null && only !== i)) return;
      const strength = Math.min(1, Math.abs(links[i][j]) / arrowScale);
      if (strength < 0.02) return;
      const absent = !talk && team.present[i] === 0;
      context.globalAlpha = (only === i ? 0.9 : (0.12 + 0.6 * strength ** 1.5) * Math.sqrt(crowd)) * (absent ? 0.3 : 1);
      context.lineWidth = Math.max(0.4, (only === i ? 4 : 4 * crowd) * strength);
      context.strokeStyle = context.fillStyle = links[i][j] < 0 ? colours().soft : colour;
      context.setLineDash(links[i][j] < 0 ? [4, 4] : []);
      const [ax, ay] = seat(i, names.length);
      const [bx, by] = seat(j, names.length);
      arrow(context, ax * width, ay * height, bx * width, by * height, inner);
    }));
    context.globalAlpha = 1;
  }

  return { element: table, draw };
}

/** A bent arrow between two discs, bent so that there and back do not lie on each other. */
function arrow(context, ax, ay, bx, by, radius) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const [mx, my] = [(ax + bx) / 2 - uy * length * 0.1, (ay + by) / 2 + ux * length * 0.1];
  const start = towards(ax, ay, mx, my, radius);
  const end = towards(bx, by, mx, my, radius + 3);
  const head = 2 + 2 * context.lineWidth;
  context.beginPath();
  context.moveTo(...start);
  context.quadraticCurveTo(mx, my, ...towards(...end, mx, my, head * 0.8));
  context.stroke();
  const angle = Math.atan2(end[1] - my, end[0] - mx);
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(...end);
  for (const turn of [-0.42, 0.42]) {
    context.lineTo(end[0] - head * 1.5 * Math.cos(angle + turn), end[1] - head * 1.5 * Math.sin(angle + turn));
  }
  context.fill();
}

function towards(ax, ay, bx, by, distance) {
  const length = Math.hypot(bx - ax, by - ay);
  return [ax + ((bx - ax) * distance) / length, ay + ((by - ay) * distance) / length];
}

/** The scale of the arrows: reliance is at most 1; measured dependence has no bound of its own. */
export function arrowScaleOf(teams, kind) {
  if (kind === "reliance") return 1;
  return Math.max(0.1, ...teams.flatMap((team) => team.dependence.flat().map(Math.abs)));
}

/** Mean reliance of one on another, for the line below the table. */
export function meanReliance(team) {
  const n = team.reliance.length;
  return number((team.reliance.flat().reduce((sum, r) => sum + r, 0) - n) / (n * (n - 1)));
}
