// Where messages come from: Mesa's teams on the server, over a socket; or the engine, in a worker of the page's own.
//
// Both take the same messages by `send`, answer with the same, and say how they are by a status. Whoever owns a source
// starts it anew on 'open'. A source that was closed says nothing more.

import { one } from "page/dom.js";
import { DIGITS, SETTINGS } from "page/resources.js";

const FULL = 4503;
const IDLE = 4408;
const LONGEST_WAIT = 4000;

/** A session of the server's. It connects again when it is lost. */
export class SocketSource {
  kind = "mesa";
  ticks = 30; // a second, at most

  /**
   * @param {(message: Object) => void} onMessage
   * @param {(status: 'open'|'lost'|'full'|'idle') => void} onStatus
   */
  constructor(onMessage, onStatus) {
    Object.assign(this, { onMessage, onStatus, wait: 250 });
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    const url = new URL("live", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.wait = 250;
    };
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      const message = JSON.parse(event.data);
      if (message.type === "hello") this.onStatus("open");
      else this.onMessage(message);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.onStatus({ [FULL]: "full", [IDLE]: "idle" }[code] ?? "lost");
      // Whoever looks at the page asks for it again; or has gone over to another source by now.
      if (code === IDLE || this.socket !== socket) return;
      this.timer = setTimeout(() => this.connect(), code === FULL ? LONGEST_WAIT : this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
  }

  /** Send a message; what cannot be sent now is part of the state that a new session starts with. */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  close() {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}

/** The engine's own session. What goes wrong in it ends it, and `connect` starts another one. */
export class EngineSource {
  kind = "engine";
  ticks = 60; // a second, at most

  /**
   * @param {(message: Object) => void} onMessage
   * @param {(status: 'open'|'unable'|'broken', line: string) => void} onStatus 'unable': it never started; `line`: what
   *   the browser says of it
   */
  constructor(onMessage, onStatus) {
    Object.assign(this, { onMessage, onStatus, isOpen: false });
    this.connect();
  }

  connect() {
    this.close();
    let worker;
    try {
      worker = takeWorker();
    } catch (error) {
      queueMicrotask(() => this.onStatus("unable", error.message));
      return;
    }
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if (this.worker !== worker) return;
      if (data.type !== "hello") return this.onMessage(data);
      this.isOpen = true;
      this.onStatus("open");
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.worker !== worker) return;
      const status = this.isOpen ? "broken" : "unable";
      this.close();
      this.onStatus(status, event.message ?? "");
    };
    worker.postMessage({ type: "resources", settings: SETTINGS, digits: DIGITS });
  }

  /** Send a message; before it is open whoever owns it has nothing to say that the start does not. */
  send(message) {
    if (this.isOpen) this.worker.postMessage(message);
  }

  close() {
    this.worker?.terminate();
    this.worker = null;
    this.isOpen = false;
  }
}

/** Where the engine stands in the page, as an export puts it there; null where a server has it. */
export const engineInside = () => one("#engine");

let spare = null;

/** Load the engine before it is needed: a server that is lost takes its files with it. */
export function loadEngine() {
  if (spare) return;
  try {
    const worker = (spare = newWorker());
    worker.onerror = (event) => {
      event.preventDefault();
      if (spare === worker) spare = null; // it is told when somebody needs one
    };
  } catch {
    // The same.
  }
}

function takeWorker() {
  const worker = spare ?? newWorker();
  spare = null;
  return worker;
}

function newWorker() {
  const inside = engineInside();
  if (!inside) return new Worker(new URL("page/engine/worker.js", document.baseURI), { type: "module" });
  const url = URL.createObjectURL(new Blob([inside.textContent], { type: "text/javascript" }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
