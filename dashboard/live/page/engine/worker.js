// The engine in a worker: a session that hears the page between two slices of its work.

import { problem } from "./frames.js";
import { Refused } from "./refused.js";
import { Session } from "./session.js";

let session = null; // until the page has sent what it needs
let timer = 0;
let posted = false;

// A message to oneself comes after those that wait already, and without the delay of a timer.
const { port1: turn, port2: toMyself } = new MessageChannel();
turn.onmessage = work;

self.onmessage = ({ data }) => {
  if (data.type === "resources") {
    session = new Session(data);
    self.postMessage({ type: "hello" });
    return;
  }
  try {
    session.take(data);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    self.postMessage(problem(error.message, error.code));
  }
  wake();
};

function wake() {
  clearTimeout(timer);
  if (posted) return;
  posted = true;
  toMyself.postMessage(null);
}

function work() {
  posted = false;
  const { told, wait } = session.work(performance.now());
  for (const message of told) self.postMessage(message);
  if (wait === 0) wake();
  else if (wait !== null) timer = setTimeout(wake, wait);
}
