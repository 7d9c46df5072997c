// The twin: each team as the network that it is, its mask, its loss, and how far apart the two are.

import { SIDES } from "page/address.js";
import { cleared, watch } from "page/canvas.js";
import { make, one, say } from "page/dom.js";
import { number, t, tiny } from "page/texts.js";
import { colours, font } from "page/theme.js";

const WORDS = ["presenter", "understanding", "attendance", "speak_up", "reliance", "rehearsal", "show"];

/** Both networks, and the table of words. */
export function makeTwin(session) {
  const panels = SIDES.map((side) => makePanel(session, side));
  one("#twins").append(...panels.map((panel) => panel.element));
  one("#words").append(...WORDS.map((key) => make("tr", {}, ...["room", "network"].map((world) =>
    make("td", { "data-text": `words.${key}.${world}` })))));

  return {
    draw({ teams, rehearsal }) {
      // One scale for both, so that thick means the same on either side.
      const most = Math.max(1e-9, ...SIDES.flatMap((side) => teams[side].twin.outgoing.flat().map(Math.abs)));
      SIDES.forEach((side, k) => panels[k].draw(teams[side], rehearsal > 0, most));
    },
  };
}

function makePanel(session, side) {
  const canvas = watch(make("canvas.network", { role: "img", "data-label": "twin.picture" }));
  const [mask, difference, largest, loss] = [make("p.mask"), make("dd.difference"), make("dd.note"), make("dd")];
  return {
    element: make(`div.twin.${side}`, {}, make("h3", { "data-text": `twin.${side}` }), canvas, mask, make("dl.facts", {},
      make("div", {}, make("dt", { "data-text": "twin.difference" }), difference, largest),
      make("div", {}, make("dt", { "data-text": "twin.loss" }), loss, make("dd.note", { "data-text": "twin.loss.why" })))),
    /** The mask is who was present. */
    draw({ twin, present }, started, most) {
      say(difference, started ? tiny(twin.difference) : "–");
      say(largest, !started ? t("not_yet") : Number.isNaN(twin.largest) ? "" : t("twin.largest", { largest: tiny(twin.largest) }));
      say(loss, started ? number(twin.loss, 3) : "–");
      say(mask, !started ? t("not_yet") : `${t("twin.mask")} ${session.names.map((name, i) => `${name} ${present[i]}`).join("   ")}`);
      const sheet = cleared(canvas);
      if (sheet) picture(sheet, twin, present, session, colours()[side], most);
    },
  };
}

/** The question goes in at the left, each presenter is a group of hidden units, the sections come out. */
function picture({ context, width, height }, twin, mask, { names, sections: outputs, hardSection }, colour, most) {
  const { ink, soft, line, card } = colours();
  const [n, units] = [names.length, twin.incoming.length];
  const perGroup = units / n;
  const gap = n > 9 ? 3 : 9;
  const pitch = (height - gap * (n + 1)) / units;
  const yOf = (unit) => gap * (1 + Math.floor(unit / perGroup)) + pitch * (unit + 0.5);
  const yOut = (k) => (height * (k + 0.5)) / outputs;
  const [xIn, xHidden, xOut] = [46, width * 0.46, width - 46];
  const mostIn = Math.max(1e-9, ...twin.incoming);

  context.font = `12px ${font()}`;
  context.textBaseline = "middle";
  context.lineCap = "round";
  for (let unit = 0; unit < units; unit++) {
    const there = mask[Math.floor(unit / perGroup)] === 1;
    const y = yOf(unit);
    context.strokeStyle = there ? soft : line;
    context.globalAlpha = there ? 0.15 + (0.5 * twin.incoming[unit]) / mostIn : 0.25;
    context.lineWidth = (2.5 * twin.incoming[unit]) / mostIn;
    stroke(context, xIn + 6, height / 2, xHidden, y);
    for (let k = 0; k < outputs; k++) {
      const weight = twin.outgoing[k][unit];
      const strength = Math.abs(weight) / most;
      if (strength < 0.03) continue;
      context.strokeStyle = there ? colour : line;
      context.globalAlpha = there ? 0.1 + 0.8 * strength : 0.3;
      context.lineWidth = Math.max(0.3, 4 * strength);
      context.setLineDash(weight < 0 ? [3, 3] : []);
      stroke(context, xHidden, y, xOut - 8, yOut(k));
    }
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
  const radius = Math.max(1.5, Math.min(6, pitch * 0.42));
  for (let unit = 0; unit < units; unit++) {
    const there = mask[Math.floor(unit / perGroup)] === 1;
    dot(context, xHidden, yOf(unit), radius, there ? colour : card, there ? colour : soft);
  }
  context.textAlign = "right";
  names.forEach((name, i) => {
    const y = (yOf(i * perGroup) + yOf((i + 1) * perGroup - 1)) / 2;
    context.fillStyle = mask[i] ? ink : soft;
    context.fillText(mask[i] ? name : `${name} 0`, xHidden - radius - 7, y);
  });
  dot(context, xIn, height / 2, 6, ink, ink);
  context.fillStyle = soft;
  context.fillText("x", xIn - 12, height / 2);
  context.textAlign = "left";
  for (let k = 0; k < outputs; k++) {
    dot(context, xOut, yOut(k), 5, k === hardSection ? ink : card, ink);
    context.fillStyle = soft;
    context.fillText(k === hardSection ? t("twin.hard") : `y${"₁₂₃₄₅₆₇₈₉"[k] ?? ""}`, xOut + 10, yOut(k));
  }
}

function stroke(context, ax, ay, bx, by) {
  context.beginPath();
  context.moveTo(ax, ay);
  context.bezierCurveTo((ax + bx) / 2, ay, (ax + bx) / 2, by, bx, by);
  context.stroke();
}

function dot(context, x, y, radius, fill, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = 1.3;
  context.fill();
  context.stroke();
}
