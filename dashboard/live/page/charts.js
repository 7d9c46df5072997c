// The charts that Apache ECharts draws: quality while they rehearse, and with some missing.

import { SIDES } from "page/address.js";
import { onScreen, watch } from "page/canvas.js";
import { make, one } from "page/dom.js";
import { number, t, whole } from "page/texts.js";
import { colours, font, still } from "page/theme.js";

const MOST_POINTS = 300;
const FLOOR = -0.5; // quality has no lower bound; what falls below is drawn at the edge, its figure true
const MEASURES = ["all", "one_mean", "one_worst", "two_mean", "two_worst"];
const DECAL = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: Math.PI / 4, color: "rgba(255,255,255,.35)" };

/** A chart in its place; canvas, so that a strict content policy has no inline style to refuse. */
export function makeChart(id) {
  const chart = window.echarts.init(one(id), null, { renderer: "canvas" });
  new ResizeObserver(() => chart.resize()).observe(watch(one(id)));
  return chart;
}

/** What every chart shares: no motion where the system asks for none, and the page's ink. */
export function basics() {
  const { ink, line, card } = colours();
  return {
    animation: false,
    textStyle: { fontFamily: font(), color: ink },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, transitionDuration: still() ? 0 : 0.2,
      backgroundColor: card, borderColor: line, textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (value) => number(value),
    },
  };
}

/** An axis in the page's ink. */
export function axis(more = {}) {
  const { soft, line } = colours();
  return {
    axisLine: { show: true, lineStyle: { color: line } }, axisTick: { show: false },
    axisLabel: { color: soft, fontSize: 11, hideOverlap: true }, splitLine: { lineStyle: { color: line, opacity: 0.6 } },
    nameTextStyle: { color: soft, fontSize: 11 }, ...more,
  };
}

/** Say below a chart which line or bar is whose: pairs of a look and a text. */
export function writeKey(place, entries) {
  one(place).replaceChildren(...entries.map(([look, text]) => make("span", {}, make(`i.${look}`), text)));
}

/** What the curve takes of a frame: the rehearsal, then all and two missing, side by side. */
export const pointOf = ({ rehearsal, teams }) =>
  [rehearsal, ...SIDES.flatMap((side) => [teams[side].quality.all, teams[side].quality.two_mean])];

/** Quality on unseen questions along the rehearsals: with everyone, and with two missing. */
export function makeCurve(session) {
  const chart = makeChart("#curve");
  const lines = SIDES.flatMap((side) => [[side, "all", "solid"], [side, "two", "dashed"]]);
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
      chart.setOption({
        ...basics(),
        grid: { left: 38, right: 16, top: 14, bottom: 34 },
        xAxis: axis({ type: "value", min: 0, max: "dataMax", splitLine: { show: false }, name: t("curve.x"), nameLocation: "middle", nameGap: 22,
          axisLabel: { color: colours().soft, fontSize: 11, hideOverlap: true, showMaxLabel: false, formatter: whole } }),
        yAxis: axis({ type: "value", max: 1, min: ({ min }) => Math.max(FLOOR, Math.floor(Math.min(0, min) * 5) / 5),
          axisLabel: { color: colours().soft, fontSize: 11, formatter: (v) => number(v, 1) } }),
        series: lines.map(([side, key, type]) => ({
          name: `${session.nameOf(side)}: ${t(`curve.${key}`)}`, type: "line", showSymbol: false, clip: true,
          lineStyle: { color: colours()[side], width: key === "all" ? 2.5 : 1.8, type },
          itemStyle: { color: colours()[side] }, symbol: side === "left" ? "rect" : "circle",
        })),
      }, true);
      writeKey("#curve-key", SIDES.flatMap((side) => [
        [`${side}.solid`, `${session.nameOf(side)}, ${t("curve.all")}`], [`${side}.dashed`, t("curve.two")]]));
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
      if (!onScreen(chart.getDom())) return;
      chart.setOption({ series: lines.map((_, k) => ({ data: started ? points.map((p) => [p[0], p[k + 1]]) : [] })) });
    },
  };
}

/** Quality with everyone, with one and with two missing: mean and worst. */
export function makeBars(session) {
  const chart = makeChart("#bars");
  let shown = "";

  return {
    style() {
      shown = "";
      chart.setOption({
        ...basics(),
        grid: { left: 8, right: 44, top: 6, bottom: 22, containLabel: true },
        xAxis: axis({ type: "value", max: 1, min: ({ min }) => (min < 0 ? Math.max(FLOOR, Math.floor(min * 5) / 5) : 0),
          axisLabel: { color: colours().soft, fontSize: 11, formatter: (v) => number(v, 1) } }),
        yAxis: axis({ type: "category", inverse: true, data: MEASURES.map((key) => t(`bars.${key}`)), splitLine: { show: false },
          axisLabel: { color: colours().ink, fontSize: 12 } }),
        series: SIDES.map((side) => ({
          name: session.nameOf(side), type: "bar", barGap: "12%", barCategoryGap: "34%", clip: true,
          itemStyle: { color: colours()[side], borderRadius: 2, decal: side === "right" ? DECAL : null },
          label: { show: true, position: "right", color: colours().ink, fontSize: 11.5, formatter: ({ data }) => number(data.truth) },
        })),
      }, true);
      writeKey("#bars-key", [["left.block", session.nameOf("left")], ["right.block.striped", session.nameOf("right")]]);
    },
    draw({ teams, rehearsal }) {
      const started = rehearsal > 0;
      one("#bars-empty").hidden = started;
      one("#bars-below").hidden = !started || !SIDES.some((side) => MEASURES.some((key) => teams[side].quality[key] < 0));
      if (!onScreen(chart.getDom())) return;
      const series = SIDES.map((side) => ({
        data: !started ? [] : MEASURES.map((key) => {
          const truth = teams[side].quality[key];
          const value = Math.max(FLOOR, truth);
          return { value, truth, label: { position: value < 0 ? "insideRight" : "right" } };
        }),
      }));
      const text = JSON.stringify(series);
      if (text !== shown) chart.setOption({ series });
      shown = text;
    },
  };
}
