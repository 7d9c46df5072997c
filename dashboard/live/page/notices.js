// Lines that tell what went wrong or what was started anew, and the small explanations beside the numbers.

import { all, make, one } from "page/dom.js";
import { t } from "page/texts.js";

const LASTING = ["connection", "address", "field", "law"]; // until what they speak of is mended
const PASSES_AFTER = 7000; // ms, or longer where there is more to read
const A_LETTER = 80; // ms

/**
 * Put up a line, one of each kind at a time; an empty text takes it down.
 * @param {string} kind
 * @param {string} text
 * @param {...{label: string, act: Function}} buttons
 */
export function notice(kind, text, ...buttons) {
  one(`#notices [data-kind="${kind}"]`)?.remove();
  if (!text) return;
  const line = make("p.notice", { "data-kind": kind }, make("span", { text }));
  for (const { label, act } of buttons) line.append(make("button", { type: "button", text: label, onclick: act }));
  line.append(make("button.close", { type: "button", "aria-label": t("close"), text: "×", onclick: () => line.remove() }));
  one("#notices").append(line);
  if (!LASTING.includes(kind)) passLater(line, Math.max(PASSES_AFTER, A_LETTER * text.length));
}

/** Take down all that was said of teams which are no longer there. */
export function forgetNotices() {
  for (const line of all("#notices .notice:not([data-kind=connection])")) line.remove();
}

/** Let a line pass, but not while somebody points at it or stands in it. */
function passLater(line, after) {
  setTimeout(() => (line.matches(":hover, :focus-within") ? passLater(line, after) : line.remove()), after);
}

/** Let every small i open what it explains, beside itself. */
export function wireInfos() {
  const bubble = one("#info");
  const buttons = all("[data-info]");
  for (const button of buttons) {
    button.setAttribute("popovertarget", "info");
    button.addEventListener("click", () => {
      bubble.replaceChildren(...t(`info.${button.dataset.info}`).split("\n").map((text) => make("p", { text })));
      const zoom = button.currentCSSZoom ?? 1; // of a projector's page; rectangles and the window's size know none
      const { left, bottom } = button.getBoundingClientRect();
      const [x, y, width, height] = [left, bottom, innerWidth, innerHeight].map((pixels) => pixels / zoom);
      bubble.style.left = `${Math.max(12, Math.min(x - 20, width - 12 - Math.min(420, width - 24)))}px`;
      bubble.style.top = `${Math.max(12, Math.min(y + 8, height - 320))}px`;
    });
  }
}
