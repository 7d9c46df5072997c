// The curve and the bars: quality while they rehearse, and with some missing.

import { SIDES } from "page/address.js";
import { MARKS, floorOf, makeLines } from "page/chart.js";
import { make, one, say } from "page/dom.js";
import { number, t, whole } from "page/texts.js";

const MOST_POINTS = 300;
const MEASURES = ["all", "one_mean", "one_worst", "two_mean", "two_worst"];

/** Say below a chart which line or bar is whose: triples of a side, a look and a text. */
export function writeKey(place, entries) {
  one(place).replaceChildren(...entries.map(([side, look, text]) =>
    make("span", {}, make(`i.${side}.${look}`), text)));
}

/** What the curve takes of a frame: the rehearsal, then all and two missing, side by side. */
export const pointOf = ({ rehearsal, teams }) =>
  [rehearsal, ...SIDES.flatMap((side) => [teams[side].quality.all, teams[side].quality.two_mean])];

/** Quality on unseen questions along the rehearsals: with everyone, and with two missing. */
export function makeCurve(session) {
  const chart = makeLines("#curve");
  let points = [];
  let every = 1;

  function add(point) {
    const last = points.at(-1);
    if (last && (last[0] >= point[0] || (points.length > 1 && last[0] - points.at(-2)[0] < every))) points.pop();
    points.push(point);
    if (points.length > MOST_POINTS) {
      // Thin them out, and the newest stays: the curve keeps its whole past at half the detail.
      points = points.filter((one, i) => i % 2 === 0 || one === point);
      every = (2 * point[0]) / MOST_POINTS;
    }
  }

  return {
    style() {
      chart.style({
        lines: SIDES.flatMap((side) => ["all", "two"].map((key) => ({
          side, dashed: key === "two", name: `${session.nameOf(side)}: ${t(`curve.${key}`)}`, short: t(`curve.${key}.short`),
        }))),
        x: { name: t("curve.x"), format: whole },
        y: { format: (value) => number(value, 1), figure: number },
      });
      writeKey("#curve-key", SIDES.flatMap((side) => [
        [side, "solid", `${MARKS[side]} ${session.nameOf(side)}, ${t("curve.all")}`], [side, "dashed", t("curve.two")]]));
    },
    /** Keep what a message says of the past and of now. */
    take(message) {
      if (message.type === "started" || message.type === "history") {
        points = message.points ?? [];
        every = 1;
      } else if (message.type === "frame") add(pointOf(message));
    },
    draw({ rehearsal }) {
      const started = rehearsal > 0;
      one("#curve-empty").hidden = started;
      one("#curve-below").hidden = !started || !points.some((point) => point.slice(1).some((value) => value < 0));
      chart.draw(started ? points : []);
    },
  };
}

/** Quality with everyone, with one and with two missing, mean and worst: bars in a table, which can be read aloud. */
export function makeBars(session) {
  let bars = {};

  return {
    style() {
      bars = Object.fromEntries(SIDES.map((side) => [side, MEASURES.map(() => ({ bar: make("i"), figure: make("b") }))]));
      one("#bars").replaceChildren(...MEASURES.flatMap((key, row) => SIDES.map((side) => {
        const { bar, figure } = bars[side][row];
        const who = make("th", { scope: "row" }, MARKS[side], make("span.unseen", { text: session.nameOf(side) }));
        const what = make("th", { scope: "rowgroup", rowspan: SIDES.length, text: t(`bars.${key}`) });
        return make(`tr.${side}`, {}, ...(side === SIDES[0] ? [what] : []), who, make("td", {}, make("span.track", {}, bar)), make("td", {}, figure));
      })));
      writeKey("#bars-key", SIDES.map((side) => [side, side === "left" ? "block" : "striped", `${MARKS[side]} ${session.nameOf(side)}`]));
    },
    draw({ teams, rehearsal }) {
      const started = rehearsal > 0;
      const values = SIDES.map((side) => MEASURES.map((key) => (started ? teams[side].quality[key] : null)));
      const least = floorOf(values.flat());
      one("#bars-empty").hidden = started;
      one("#bars-below").hidden = !values.flat().some((value) => value < 0);
      const zero = -least / (1 - least);
      SIDES.forEach((side, k) => values[k].forEach((value, row) => {
        const { bar, figure } = bars[side][row];
        say(figure, number(value));
        const length = Math.max(least, value) / (1 - least);
        bar.style.transform = `translateX(${(100 * (zero + Math.min(0, length))).toFixed(1)}%) scaleX(${Math.abs(length).toFixed(3)})`;
      }));
    },
  };
}
