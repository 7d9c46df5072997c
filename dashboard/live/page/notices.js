// Lines that tell what went wrong or what was started anew, and the small explanations beside the numbers.

import { all, make, one } from "page/dom.js";
import { t } from "page/texts.js";

const PASSING = ["reset", "changed", "copy"]; // what was asked for and is seen elsewhere too
const PASSES_AFTER = 7000; // ms

/**
 * Put up a line, one of each kind at a time; an empty text takes it down.
 * @param {string} kind
 * @param {string} text
 * @param {{label: string, act: Function}} [button]
 */
export function notice(kind, text, button) {
  one(`#notices [data-kind="${kind}"]`)?.remove();
  if (!text) return;
  const line = make("p.notice", { "data-kind": kind }, make("span", { text }));
  if (button) line.append(make("button", { type: "button", text: button.label, onclick: button.act }));
  line.append(make("button.close", { type: "button", "aria-label": t("close"), text: "×", onclick: () => line.remove() }));
  one("#notices").append(line);
  if (PASSING.includes(kind)) setTimeout(() => line.remove(), PASSES_AFTER);
}

/** Let every small i open what it explains, beside itself. */
export function wireInfos() {
  const bubble = one("#info");
  const buttons = all("[data-info]");
  for (const button of buttons) {
    button.setAttribute("popovertarget", "info");
    button.addEventListener("click", () => {
      bubble.replaceChildren(...t(`info.${button.dataset.info}`).split("\n").map((text) => make("p", { text })));
      const { left, bottom } = button.getBoundingClientRect();
      bubble.style.left = `${Math.max(12, Math.min(left - 20, innerWidth - 12 - Math.min(420, innerWidth - 24)))}px`;
      bubble.style.top = `${Math.max(12, Math.min(bottom + 8, innerHeight - 320))}px`;
    });
  }
}
