// A chart of lines, drawn as SVG: each line is named at its end, figures show where one points, and all stand in a table.

import { make, makeSvg, one } from "page/dom.js";
import { t } from "page/texts.js";

/** What stands for a team wherever colour alone would tell. */
export const MARKS = { left: "■", right: "●" };
export const FLOOR = -0.5; // quality has no lower bound; what falls below is drawn at the edge, its figure true

const [TOP, BOTTOM, LEFT] = [28, 38, 42]; // pixels around the plot; right of it stand the names
const NAME_HEIGHT = 15;
const MOST_ROWS = 12; // of the table; a curve has hundreds of points

/** Where an axis of quality begins: at 0, or below where there is something. */
export const floorOf = (values) => Math.max(FLOOR, Math.floor(Math.min(0, ...values) * 5) / 5);

/**
 * A chart in the element `id`, its table below the key of it.
 *
 * `style` takes what it looks like: `lines` of { side, dashed, name, short, dots }, `x` and `y` of { name, format }, and
 * the `step` of x, where it is always the same; `draw` its rows, (P, 1 + lines), and where a mark stands.
 */
export function makeLines(id) {
  const place = one(id);
  const [grid, mark, curves, names] = ["grid", "mark", "curves", "names"].map((name) => makeSvg("g", { class: name }));
  const svg = makeSvg("svg", { "aria-hidden": "true" }, grid, mark, curves, names);
  const tip = make("div.tip", { hidden: "" });
  const table = makeTable(one(`${id}-key`));
  let look = { lines: [], x: {}, y: {} };
  let [rows, marked] = [[], null];
  let pointed = null; // pixels from the left edge, where somebody points
  let [width, height, right] = [0, 0, 0];
  place.append(svg, tip);
  new ResizeObserver(([{ contentRect }]) => {
    ({ width, height } = contentRect);
    right = 0; // names may be measured only now
    paint();
  }).observe(place);
  for (const event of ["pointermove", "pointerdown"]) place.addEventListener(event, ({ clientX }) => {
    const box = place.getBoundingClientRect();
    point(((clientX - box.left) * width) / box.width); // a projector's page is zoomed
  });
  place.addEventListener("pointerleave", () => point(null));

  function point(at) {
    pointed = at;
    paint();
  }

  /** The rows that have a figure of line k: a team that diverged has none any more. */
  const known = (k) => rows.filter((row) => row[k + 1] !== null);

  function paint() {
    if (width === 0) return;
    right ||= 16 + Math.max(0, ...[...names.children].map((name) => name.getComputedTextLength()));
    const most = rows.at(-1)?.[0] || 1;
    const least = floorOf(rows.flatMap((row) => row.slice(1)));
    const X = (value) => LEFT + ((width - LEFT - right) * value) / most;
    const Y = (value) => TOP + ((height - TOP - BOTTOM) * (1 - Math.max(least, value))) / (1 - least);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    paintGrid(X, Y, most, least);
    look.lines.forEach(({ dots }, k) => {
      const path = known(k).map((row) => `${X(row[0]).toFixed(1)} ${Y(row[k + 1]).toFixed(1)}`);
      const [line, points] = curves.children[k].children;
      line.setAttribute("points", path.join(" "));
      points.setAttribute("d", dots ? path.map((at) => `M${at}h0`).join("") : "");
    });
    paintNames(X, Y);
    const near = pointed === null || !rows.length ? null : rows.reduce((best, row) =>
      (Math.abs(X(row[0]) - pointed) < Math.abs(X(best[0]) - pointed) ? row : best));
    const stands = [marked, near?.[0] ?? null].filter((value) => value !== null);
    mark.replaceChildren(...stands.map((value) => makeSvg("path", { d: `M${X(value)} ${TOP}V${height - BOTTOM}` })));
    paintTip(near, X);
  }

  function paintGrid(X, Y, most, least) {
    const [up, across] = [ticks(least, 1, 0.2), ticks(0, most, look.x.step ?? stepOf(most / Math.max(2, width / 110)))];
    const bottom = height - BOTTOM;
    grid.replaceChildren(
      ...up.map((value) => makeSvg("path", { d: `M${LEFT} ${Y(value)}H${width - right}` })),
      ...up.map((value) => label(LEFT - 7, Y(value) + 4, look.y.format(value), "end")),
      ...across.map((value) => label(X(value), bottom + 16, look.x.format(value), "middle")),
      label((LEFT + width - right) / 2, bottom + 32, look.x.name, "middle"), label(0, 12, look.y.name ?? "", "start"),
    );
  }

  /** Names stand at the ends of their lines, and make room for each other. */
  function paintNames(X, Y) {
    const order = look.lines.flatMap((_, k) => {
      const own = known(k);
      names.children[k].setAttribute("visibility", own.length ? "visible" : "hidden"); // to be measured all the same
      return own.length ? [{ k, y: Y(own.at(-1)[k + 1]), mean: own.reduce((sum, row) => sum + row[k + 1], 0) / own.length }] : [];
    }).sort((a, b) => a.y - b.y || b.mean - a.mean);
    order.forEach((name, i) => { name.y = Math.max(name.y, TOP, i ? order[i - 1].y + NAME_HEIGHT : 0); });
    let lowest = height - BOTTOM;
    for (const name of order.reverse()) {
      name.y = Math.min(name.y, lowest);
      lowest = name.y - NAME_HEIGHT;
      const text = names.children[name.k];
      text.setAttribute("x", X(rows.at(-1)[0]) + 8);
      text.setAttribute("y", name.y + 4);
    }
  }

  function paintTip(row, X) {
    tip.hidden = row === null;
    if (row === null) return;
    tip.replaceChildren(make("b", { text: `${look.x.name}: ${look.x.format(row[0])}` }), ...look.lines.flatMap(({ side, name }, k) => [
      make(`span.${side}`, { text: `${MARKS[side]} ${name}` }), make("i", { text: look.y.figure(row[k + 1]) })]));
    const before = X(row[0]) > width / 2; // beside the pointer, where there is more room
    tip.style.inset = before ? `0 ${width - X(row[0]) + 10}px auto auto` : `0 auto auto ${X(row[0]) + 10}px`;
  }

  return {
    style(next) {
      look = next;
      curves.replaceChildren(...look.lines.map(({ side, dashed }) => makeSvg("g", { class: dashed ? `${side} dashed` : side },
        makeSvg("polyline"), makeSvg("path", { class: "dots" }))));
      names.replaceChildren(...look.lines.map(({ side, short }) => label(0, 0, `${MARKS[side]} ${short}`, "start", side)));
      right = 0;
      table.style(look);
      paint();
    },
    draw(next, mark = null) {
      [rows, marked] = [next, mark];
      table.draw(rows);
      paint();
    },
  };
}

/** The figures of a chart, for whoever wants to read them: every so many of its rows, the last one among them. */
function makeTable(key) {
  const caption = make("summary");
  const table = make("table");
  const element = make("details.chart-table", { ontoggle: write }, caption, make("div", {}, table));
  let [look, rows] = [null, []];
  key.after(element);

  function write() {
    if (!element.open) return;
    const every = Math.ceil(rows.length / MOST_ROWS);
    const kept = rows.filter((_, i) => (rows.length - 1 - i) % every === 0);
    const cells = ([x, ...values]) => [make("th", { scope: "row", text: look.x.format(x) }), ...values.map((value) => make("td", { text: look.y.figure(value) }))];
    table.replaceChildren(
      make("thead", {}, make("tr", {}, ...[look.x.name, ...look.lines.map(({ name }) => name)].map((text) => make("th", { scope: "col", text })))),
      make("tbody", {}, ...kept.map((row) => make("tr", {}, ...cells(row)))),
    );
  }

  return {
    style(next) {
      look = next;
      caption.textContent = t("chart.table");
      write();
    },
    draw(next) {
      rows = next;
      write();
    },
  };
}

function label(x, y, text, anchor, side = "") {
  const element = makeSvg("text", { x, y, "text-anchor": anchor, class: side });
  element.textContent = text;
  return element;
}

/** Multiples of a step from `least` to `most`. */
function ticks(least, most, step) {
  const first = Math.ceil(least / step - 1e-9);
  return Array.from({ length: Math.floor(most / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** The least of 1, 2, 5, 10, 20 .. that is no smaller than what is asked for. */
function stepOf(asked) {
  const ten = 10 ** Math.max(0, Math.floor(Math.log10(asked)));
  return ten * ([1, 2, 5].find((digit) => digit * ten >= asked) ?? 10);
}
