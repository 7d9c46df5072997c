// How much of the page is shown: one panel for a slide or a page of somebody else's (?embed=teams), or all of it on a
// projector (?present), as wide as the screen and in type to match.

import { one } from "page/dom.js";

/** The panels that can stand alone, each with something that is in it. */
export const PANELS = { teams: "#pair", network: "#twins", curve: "#curve", ensemble: "#bars" };

const WIDTH = 1320; // CSS pixels that the page is laid out for

/** What an address asks to be shown: a panel, a projector, and what it asked for in vain. */
export function readShowing(search) {
  const asked = new URLSearchParams(search);
  const panel = asked.get("embed");
  const known = panel !== null && Object.hasOwn(PANELS, panel);
  return { panel: known ? panel : null, present: asked.has("present"), wrong: known ? null : panel };
}

/** Show that, and nothing else. */
export function showAs({ panel, present }) {
  if (panel) {
    document.documentElement.dataset.embed = panel;
    one(PANELS[panel]).closest("section").classList.add("alone");
    const whole = one("#whole");
    whole.hidden = false;
    // The address goes on changing: where it leads is asked when somebody goes there.
    for (const event of ["pointerdown", "focus"]) whole.addEventListener(event, () => (whole.href = withoutSearch()));
    whole.href = withoutSearch();
  }
  if (present) {
    document.documentElement.dataset.present = "";
    const fit = () => document.body.style.setProperty("zoom", String(Math.max(1, innerWidth / WIDTH)));
    addEventListener("resize", fit);
    fit();
  }
}

const withoutSearch = () => location.href.replace(location.search, "").replace(/&guide=away\b/, "");
