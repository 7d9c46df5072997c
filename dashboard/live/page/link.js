// The link: the address follows the state, and a new address is followed.

import { SETUP, VIEW, writeAddress } from "page/address.js";
import { one } from "page/dom.js";
import { notice } from "page/notices.js";
import { t } from "page/texts.js";

const EVERY = 500; // ms; browsers refuse to have the address rewritten at every tick

/** Keep the address; `follow` is called with what `read` finds when somebody else changes it. */
export function makeLink(app, read, follow) {
  let timer = null;

  function now() {
    clearTimeout(timer);
    timer = null;
    history.replaceState(null, "", writeAddress(app.setup, app.view));
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

  return {
    write() {
      timer ??= setTimeout(now, EVERY);
    },
  };
}

/** Say which parts of an address could not be used, and what was taken for them; and what a recording does not hold. */
export function tellWrong(pairs, unlike = []) {
  const values = pairs.map(([key, value]) => {
    const spec = SETUP[key] ?? VIEW[key];
    return spec ? t("address.value", { key, value, initial: spec.initial === "" ? "–" : spec.initial }) : t("address.key", { key });
  });
  if (values.length) values.unshift(t("address.wrong"));
  const shown = (value) => (value === "" ? "–" : value);
  const others = unlike.map(([key, value, there]) => t("recorded.value", { key, value: shown(value), recorded: shown(there) }));
  if (others.length) others.unshift(t("recorded.fixed"));
  notice("address", [...values, ...others].join(" "));
}
