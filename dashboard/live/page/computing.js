// Who computes: which source the page asks, the line that says so, and going over from one to the other.

import { one, say } from "page/dom.js";
import { notice } from "page/notices.js";
import { EngineSource, SocketSource, engineInside, loadEngine } from "page/source.js";
import { t, whole } from "page/texts.js";

const FAR = 200; // rehearsals that Mesa's teams hold in about a second
const SOURCES = { mesa: SocketSource, engine: EngineSource };

export const otherOf = (kind) => (kind === "mesa" ? "engine" : "mesa");

/** A source of a kind. */
export const newSource = (kind, onMessage, onStatus) => new SOURCES[kind](onMessage, onStatus);

/** Choose the session's source, and keep it going; `onMessage` is told what it says. */
export function makeComputing(session, onMessage) {
  const served = !engineInside();
  let trouble = null; // the status that stands in the way, and what the browser says of it
  let why = null; // these teams are the engine's without its having been asked for: the key of a text, and its blanks
  let next = null; // the same of the teams that are about to start

  function use(kind, reason = null) {
    [why, next] = [null, reason];
    session.source?.close();
    session.source = newSource(kind, onMessage, onStatus);
    trouble = null;
    tellTrouble();
  }

  /** Go over to a source, at the same setup and rehearsal. */
  function goOver(kind, reason) {
    use(kind, reason);
    session.start(); // it is told once the source is open, as after a lost connection
  }

  function choose(kind) {
    session.setView("source", kind);
    goOver(kind);
  }

  function onStatus(status, line) {
    trouble = status === "open" ? null : { status, line: line || "–" };
    tellTrouble();
    if (status === "open") session.start();
  }

  /** Say what is the matter with the source, and what can be done. */
  function tellTrouble() {
    if (!trouble) return notice("connection", "");
    const { kind } = session.source;
    const again = { label: t(`connection.again.${kind}`), act: () => session.source.connect() };
    const other = { label: t(`connection.other.${kind}`), act: () => goOver(otherOf(kind)) };
    notice("connection", t(`connection.${trouble.status}`, trouble), again, ...(served ? [other] : []));
  }

  one("#computing-switch").addEventListener("click", () => choose(otherOf(session.source.kind)));

  return {
    served,
    /** Choose the source for what an address asks for. */
    prepare(setup, { source }) {
      const { at } = setup;
      const now = session.source?.kind;
      const far = at > FAR && !session.isAt(setup);
      const kind = !served || source === "engine" || (source === "auto" && (far || now === "engine")) ? "engine" : "mesa";
      if (kind === now) return;
      use(kind, served && source === "auto" && far ? { key: "far", at: whole(at) } : null);
    },
    /** Mesa's teams cannot do what is asked for: go on without them. */
    refused({ message }) {
      goOver("engine", { key: "refused", message });
    },
    style: tellTrouble,
    take({ type }) {
      if (type !== "started") return;
      [why, next] = [next, null];
      if (session.source.kind === "mesa") loadEngine();
    },
    show() {
      const { kind } = session.source;
      const reason = next ?? why;
      say(one("#computing-line"), t(`computing.${reason?.key ?? kind}`, reason ?? {}));
      say(one("#computing-switch"), t(`computing.to.${otherOf(kind)}`));
      one("#computing-switch").hidden = !served;
    },
  };
}
