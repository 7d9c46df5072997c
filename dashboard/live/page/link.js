// The link: the address follows the state, a new address is followed, and Back takes back what one did.

import { specOf, writeAddress } from "page/address.js";
import { one } from "page/dom.js";
import { presenterNames } from "page/engine/laws.js";
import { notice } from "page/notices.js";
import { t } from "page/texts.js";

const EVERY = 500; // ms; browsers refuse to have the address rewritten at every tick
const READERS = ["lang", "theme", "source"]; // no deed of the teams': Back leaves it to whoever reads
const MOST_TOLD = 4; // of the things that are wrong with an address; of others the names
const LONGEST = 40; // letters of a value that is told

/** Keep the address; `follow` is called with what `read` finds in another one, and with what of the view stays. */
export function makeLink(session, read, follow) {
  let timer = null;
  let written = -Infinity; // when
  let marked = false;

  /** Write the address, into a new entry of the history or over the one that is there. */
  function write(how) {
    clearTimeout(timer);
    timer = null;
    written = performance.now();
    const address = writeAddress(session.setup, session.view);
    if (how === "pushState" && address === location.hash) return;
    try {
      history[how]("ours", "", address);
    } catch {
      // A frame that may not, or too many in too short a time: the page works without.
    }
  }

  function later() {
    const wait = written + EVERY - performance.now();
    if (wait <= 0) write("replaceState");
    else timer ??= setTimeout(write, wait, "replaceState");
  }

  // What one does is one entry of the history, however many parts it has.
  session.mark = () => {
    if (marked) return;
    marked = true;
    write("replaceState"); // what there was can be come back to
    queueMicrotask(() => {
      marked = false;
      write("pushState");
    });
  };

  one("#copy").addEventListener("click", async () => {
    write("replaceState");
    const link = location.href.split("#")[0] + writeAddress(session.setup, session.view);
    if (!/^(https?|file):/.test(link)) return notice("copy", t("copy.nowhere"));
    try {
      await navigator.clipboard.writeText(link);
      notice("copy", t("copy.done", { link }));
    } catch {
      notice("copy", t("copy.by_hand", { link }));
    }
  });
  // It would lead away from the state that the address holds.
  one(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    one("#teams").focus();
  });
  addEventListener("popstate", ({ state }) => {
    clearTimeout(timer);
    timer = null;
    const { view } = session;
    follow(read(location.hash), state === "ours" ? Object.fromEntries(READERS.map((key) => [key, view[key]])) : {});
  });

  return { show: later, draw: later };
}

/** Say what of an address was not taken, and what is shown instead. */
export function tellWrong({ wrong, setup }) {
  const lines = wrong.slice(0, MOST_TOLD).map((one) => lineOf(one, setup.presenters));
  if (lines.length) lines.unshift(t("address.wrong"));
  const others = new Set(wrong.slice(MOST_TOLD).map(({ key }) => short(key)));
  if (others.size) lines.push(t("address.more", { keys: short([...others].join(", ")) }));
  notice("address", lines.join(" "));
}

const shown = (value) => (value === "" ? "–" : value);
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** One thing that was wrong with an address, in words. */
function lineOf({ key, text, why }, presenters) {
  const spec = specOf(key);
  if (!spec || why === "twice") return t(`address.${why}`, { key: short(key) });
  const blanks = { ...spec, presenters, last: presenterNames(presenters).at(-1), words: spec.words?.join(" / ") };
  const rule = t(`address.must.${spec.above ? "above" : why}`, blanks);
  return t("address.value", { key, value: short(text), rule, initial: shown(spec.initial) });
}
