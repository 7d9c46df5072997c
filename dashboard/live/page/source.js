// Where messages come from, live: one socket is one session of the server.
//
// What a source can do: `send` a message; say in which `place` of its own a setup leads, and what of an address is
// `unlike` what it has. It answers by messages, and by its status; whether it is `recorded` it says itself.

const FULL = 4503;
const IDLE = 4408;
const LONGEST_WAIT = 4000;

/**
 * A session over a WebSocket. It connects again when it is lost; who owns it starts it anew on 'open'.
 * @param {(message: Object) => void} onMessage
 * @param {(status: 'open'|'lost'|'full'|'idle') => void} onStatus
 */
export class SocketSource {
  recorded = false;

  constructor(onMessage, onStatus) {
    this.onMessage = onMessage;
    this.onStatus = onStatus;
    this.wait = 250;
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(new URL("live", location.href).href.replace(/^http/, "ws"));
    this.socket = socket;
    socket.onopen = () => {
      this.wait = 250;
    };
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "hello") this.onStatus("open");
      else this.onMessage(message);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.onStatus({ [FULL]: "full", [IDLE]: "idle" }[code] ?? "lost");
      if (code === IDLE) return; // whoever looks at the page asks for it again
      this.timer = setTimeout(() => this.connect(), code === FULL ? LONGEST_WAIT : this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
  }

  /** What an address asks for can be had as it is. */
  place = (setup) => setup;
  unlike = () => [];

  /** Send a message; what cannot be sent now is part of the state that a new session starts with. */
  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
