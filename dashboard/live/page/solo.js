// Solo quality per presenter and section, as tables whose cells are coloured: a heatmap that can be read aloud.

import { SIDES } from "page/address.js";
import { make, one, say } from "page/dom.js";
import { number, t } from "page/texts.js";

/** The tables of both sides. */
export function makeSolo(session) {
  const cells = {};
  let shown = {};

  return {
    style() {
      shown = {};
      one("#solo").replaceChildren(...SIDES.map((side) => {
        const { names, sections, hardSection } = session;
        const head = make("tr", {}, make("th", { scope: "col", text: t("solo.who") }),
          ...Array.from({ length: sections }, (_, k) =>
            make("th", { scope: "col", text: t(k === hardSection ? "solo.hard" : "solo.section", { number: k + 1 }) })));
        cells[side] = names.map(() => Array.from({ length: sections }, () => make("td")));
        const rows = names.map((name, i) => make("tr", {}, make("th", { scope: "row", text: name }), ...cells[side][i]));
        return make(`div.heat.${side}`, {},
          make("table", {}, make("caption", { text: session.nameOf(side) }), make("thead", {}, head), make("tbody", {}, ...rows)));
      }));
    },
    /** Write the figures; before the first rehearsal they would say nothing, and there are none. */
    draw({ teams, rehearsal }) {
      const started = rehearsal > 0;
      const worse = SIDES.some((side) => teams[side].solo.flat().some((value) => value < 0));
      say(one("#solo-note"), !started ? t("rehearse_first") : worse ? t("below") : "");
      for (const side of SIDES) {
        const solo = teams[side].solo.map((row) => row.map((value) => (started ? value : null)));
        const key = solo.flat().map((v) => number(v)).join();
        if (shown[side] === key) continue;
        shown[side] = key;
        solo.forEach((row, i) => row.forEach((value, k) => {
          const cell = cells[side][i][k];
          say(cell, number(value));
          cell.style.setProperty("--heat", `${Math.round(100 * Math.min(1, Math.max(0, value || 0)))}%`);
          cell.classList.toggle("hot", value > 0.55);
        }));
      }
    },
  };
}
