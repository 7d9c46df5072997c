// Who comes to a team's rehearsals: the choice of a law, of what it takes, and of a log that is pasted.

import { LAWS, SETUP, lawHolds } from "page/address.js";
import { make, say } from "page/dom.js";
import { notice } from "page/notices.js";
import { lawOfTable, tableOf } from "page/pasted_log.js";
import { t } from "page/texts.js";

/** Choose a side's law: its kind, and what it takes. It holds from the next rehearsal on. */
export function makeLaw(session, side) {
  const kinds = make("select", { id: `law-${side}`, "data-label": "law" },
    ...Object.keys(LAWS).map((kind) => make("option", { value: kind, "data-text": `law.${kind}` })));
  const argument = make("input", { type: "text", id: `argument-${side}`, size: "8", spellcheck: "false", autocomplete: "off", "data-label": "law.argument" });
  const log = makeLog(session, side, show);
  const edit = make("button", { type: "button", id: `log-${side}`, "data-text": "log.edit", onclick: () => log.ask() });

  function take() {
    const text = argument.value.trim();
    const law = LAWS[kinds.value] === null || text === "" ? kinds.value : `${kinds.value}:${text}`;
    const holds = lawHolds(law, session.names.length);
    argument.setAttribute("aria-invalid", String(!holds));
    if (holds) session.change(side, law);
    else notice("law", t("law.wrong", { law: t(`law.${kinds.value}`), argument: text || "–", presenters: session.names.length }));
  }

  function showArgument(kind) {
    argument.hidden = LAWS[kind] === null || kind === "log";
    edit.hidden = kind !== "log";
  }

  kinds.addEventListener("change", () => {
    if (kinds.value === "log") return log.ask();
    argument.value = LAWS[kinds.value]?.(session.names.length) ?? "";
    showArgument(kinds.value);
    take();
  });
  argument.addEventListener("change", take);

  /** Show the law that holds now. */
  function show() {
    argument.title = t("law.argument");
    if (document.activeElement === argument) return; // somebody is writing there
    const [kind, ...rest] = session.now[side].split(":");
    kinds.value = kind;
    argument.value = rest.join(":");
    showArgument(kind);
    argument.setAttribute("aria-invalid", "false");
  }

  return { element: make("div.law", {}, kinds, argument, edit), show };
}

/** The dialog into which a log is pasted; `putOff` is called when none is. */
function makeLog(session, side, putOff) {
  const table = make("textarea", { id: `table-${side}`, rows: "8", spellcheck: "false", autocomplete: "off", "data-label": "log.table" });
  const wrong = make("p.wrong", { role: "alert" });
  const explained = make("p");
  const dialog = make("dialog.log", { "data-label": "log" }, make("h2", { "data-text": "log" }), explained, table, wrong,
    make("menu", {}, make("button", { type: "button", "data-text": "log.take", onclick: take }),
      make("button", { type: "button", "data-text": "log.cancel", onclick: () => dialog.close() })));
  document.body.append(dialog);
  dialog.addEventListener("close", putOff);

  function take() {
    const read = lawOfTable(table.value, session.names.length, SETUP[side].longest);
    if (read.wrong) return say(wrong, t(`log.${read.wrong}`, read.blanks));
    session.change(side, read.law);
    return dialog.close();
  }

  return {
    ask() {
      const n = session.names.length;
      say(explained, t("log.text", { first: session.names[0], last: session.names[n - 1] }));
      say(wrong, "");
      table.value = tableOf(session.now[side], n);
      dialog.showModal();
      table.select();
    },
  };
}
