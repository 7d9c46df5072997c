// Play, step, speed, reset, presets, language and theme, and the fields of the setup.

import { all, choose, make, one, say } from "page/dom.js";
import { makeFields } from "page/fields.js";
import { t, whole } from "page/texts.js";


/** Wire all controls above the teams. */
export function makeControls(session, presets) {
  const fields = makeFields(session);
  const buttons = presets.map((preset) =>
    make("button", { type: "button", "data-preset": preset.name, "data-text": `preset.${preset.name}`, onclick: () => session.loadPreset(preset) }));
  one("#preset-buttons").append(...buttons);
  one("#play").addEventListener("click", () => session.play(!session.playing));
  one("#step").addEventListener("click", () => session.send("step"));
  one("#reset").addEventListener("click", () => session.reset());
  one("#speed").addEventListener("input", (event) => session.setView("speed", Number(event.target.value)));
  one("#theme").addEventListener("change", (event) => session.setView("theme", event.target.value));
  one("#settings").addEventListener("toggle", ({ target }) => session.setView("settings", target.open));
  for (const button of all("[data-arrows]")) {
    button.addEventListener("click", () => session.setView("arrows", button.dataset.arrows));
  }
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => {
      one("#notices").replaceChildren(); // they are in the other language
      session.setView("lang", button.dataset.language);
    });
  }

  function showPlaying() {
    say(one("#play"), t(session.playing ? "pause" : "play"));
  }

  return {
    style() {
      for (const field of fields) field.style();
    },
    /** Show the state as it is: what is set, what is pressed. */
    show() {
      const { view } = session;
      const softmax = session.now.audience === "softmax";
      for (const field of fields) field.show();
      choose(buttons, (button) => button.dataset.preset === view.preset);
      choose(all("[data-arrows]"), (button) => button.dataset.arrows === view.arrows);
      choose(all("[data-language]"), (button) => button.dataset.language === view.lang);
      one("#theme").value = view.theme;
      one("#settings").open = view.settings;
      say(one("#preset-text"), view.preset ? t(`preset.${view.preset}.text`) : "");
      one("#speed").value = view.speed;
      say(one("#speed-value"), t("speed.value", { rate: whole(session.source.ticks * view.speed) }));
      say(one("#legend-arrow"), t(`legend.${view.arrows}`));
      say(one("#legend-scale"), softmax ? t("legend.scale.softmax") : t("legend.scale"));
      showPlaying();
    },
    draw({ rehearsal }) {
      const { target } = session;
      say(one("#rehearsals"), whole(rehearsal));
      say(one("#busy"), target > rehearsal ? t("busy", { target: whole(target) }) : "");
      showPlaying();
    },
  };
}
