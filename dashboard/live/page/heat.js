// Solo quality per presenter and section, as tables whose cells are coloured: a heatmap that can be read aloud.

import { make, one, say } from "page/dom.js";
import { number, t } from "page/texts.js";

/** Build the tables of both sides in `place`; `app.sections` and `app.names` say their size. */
export function makeHeat(app, place) {
  let cells = {};
  let shown = {};

  function build() {
    cells = {};
    shown = {};
    place.replaceChildren(...["left", "right"].map((side) => {
      const head = make("tr", {}, make("th", { scope: "col", text: t("solo.who") }),
        ...Array.from({ length: app.sections }, (_, k) =>
          make("th", { scope: "col", text: t(k === app.hardSection ? "solo.hard" : "solo.section", { number: k + 1 }) })));
      cells[side] = app.names.map(() => Array.from({ length: app.sections }, () => make("td")));
      const rows = app.names.map((name, i) => make("tr", {}, make("th", { scope: "row", text: name }), ...cells[side][i]));
      return make(`div.heat.${side}`, {},
        make("table", {}, make("caption", { text: app.nameOf(side) }), make("thead", {}, head), make("tbody", {}, ...rows)));
    }));
  }

  /** Write the figures; before the first rehearsal they would say nothing, and there are none. */
  function update(teams, started) {
    const worse = ["left", "right"].some((side) => teams[side].solo.flat().some((value) => value < 0));
    say(one("#solo-note"), !started ? t("rehearse_first") : worse ? t("below") : "");
    for (const side of ["left", "right"]) {
      const solo = started ? teams[side].solo : teams[side].solo.map((row) => row.map(() => null));
      const key = solo.flat().map((v) => number(v)).join();
      if (shown[side] === key) continue;
      shown[side] = key;
      solo.forEach((row, i) => row.forEach((value, k) => {
        const cell = cells[side][i][k];
        say(cell, number(value));
        cell.style.setProperty("--heat", `${Math.round(100 * Math.min(1, Math.max(0, value ?? 0)))}%`);
        cell.classList.toggle("hot", value > 0.55);
      }));
    }
  }

  return { build, update };
}
