"""The same script said to Python's session and to the engine's, and what both told."""

import json
from pathlib import Path

import dashboard.live.session as module
from dashboard.live.frames import encode, refusal
from dashboard.live.messages import parse
from dashboard.live.session import Session
from simulation import InputError

PAGE = Path(module.__file__).parent / "page"
TABLES = json.loads((PAGE / "settings.json").read_text(encoding="utf-8"))
HEAR = "hear"
"""Stands in a script where the page listens until there is nothing more to tell."""

ENGINE = """
import { Session } from "page/engine/session.js";
import { Refused } from "page/engine/refused.js";

tell(data.scripts.map((script) => {
  const session = new Session({ settings: data.settings, slice: Infinity });
  const told = [];
  let now = 100;
  for (const said of script) {
    if (said !== "hear") {
      try {
        session.take(said);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        told.push({ type: "error", message: error.message, code: error.code });
      }
      continue;
    }
    for (let wait = 0; wait !== null; now += wait ?? 0) {
      const slice = session.work(now);
      told.push(...slice.told);
      wait = slice.wait;
    }
  }
  return told;
}));
"""


def engine_tells(node, *scripts, most=None):
    """What the engine's session tells to each script; `most` rehearsals instead of 20,000."""
    settings = json.loads(json.dumps(TABLES))
    if most is not None:
        settings["setup"]["at"]["most"] = most
    return node(ENGINE, {"scripts": scripts, "settings": settings}, within=300)


def python_tells(script):
    """What Python's session tells; slices must be made endless, and networks are left out."""
    session, told, now = Session(), [], 100.0
    for said in script:
        if said != HEAR:
            try:
                session.take(parse(json.dumps(said)))
            except InputError as error:
                told.append(refusal(error))
            continue
        wait = 0.0
        while wait is not None:
            session.training = session.training and _Idle()
            slice_told, wait = session.work(now)
            told += slice_told
            now += wait or 0.0
    session.release()
    return json.loads(json.dumps([json.loads(encode(message)) for message in told]))


class _Idle:
    def work(self, now, tell):
        return None


def start(**setup):
    return {"type": "start", "setup": setup}


def frames(told):
    return [message for message in told if message["type"] == "frame"]
