// The link: the address follows the state, and a new address is followed.

import { SETUP, VIEW, writeAddress } from "page/address.js";
import { one } from "page/dom.js";
import { notice } from "page/notices.js";
import { t } from "page/texts.js";

const EVERY = 500; // ms; browsers refuse to have the address rewritten at every tick

/** Keep the address; `follow` is called with what `read` finds when somebody else changes it. */
export function makeLink(session, read, follow) {
  let timer = null;

  function now() {
    clearTimeout(timer);
    timer = null;
    history.replaceState(null, "", writeAddress(session.setup, session.view));
  }

  one("#copy").addEventListener("click", async () => {
    now();
    try {
      await navigator.clipboard.writeText(location.href);
      notice("copy", t("copy.done", { link: location.href }));
    } catch {
      notice("copy", t("copy.by_hand", { link: location.href }));
    }
  });
  addEventListener("hashchange", ({ newURL }) => {
    clearTimeout(timer);
    timer = null;
    follow(read(new URL(newURL).hash)); // the address itself may have been written over since
  });

  const later = () => (timer ??= setTimeout(now, EVERY));
  return { show: later, draw: later };
}

/** Say what of an address was not taken: what is wrong, and what a recording does not hold. */
export function tellWrong({ wrong, setup, asked }, source) {
  const shown = (value) => (value === "" ? "–" : value);
  const lines = wrong.map(([key, value]) => {
    const spec = SETUP[key] ?? VIEW[key];
    return spec ? t("address.value", { key, value, initial: shown(spec.initial) }) : t("address.key", { key });
  });
  if (lines.length) lines.unshift(t("address.wrong"));
  const unlike = source.unlike(setup, asked);
  if (unlike.length) lines.push(t("recorded.fixed"));
  lines.push(...unlike.map(([key, value, there]) => t("recorded.value", { key, value: shown(value), recorded: shown(there) })));
  notice("address", lines.join(" "));
}
