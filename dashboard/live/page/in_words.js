// What has a short form in a message, in the page's language: laws, values, and what went wrong.

import { SETUP } from "page/address.js";
import { t, whole } from "page/texts.js";

/** A law in words. */
export function nameOfLaw(law) {
  const [kind, ...rest] = law.split(":");
  return t(`name.${kind}`, { argument: rest.join(":") || "1" });
}

/** A value of the setup in words. */
export function inWords(key, value) {
  if (SETUP[key].kind === "word") return t(textOfWord(key, value));
  return SETUP[key].kind === "flag" ? t(value ? "field.on" : "field.off") : value;
}

/** The text that one of several words has. */
export const textOfWord = (key, word) => `field.${key}.${word.replaceAll(" ", "_")}`;

/** What the source says went wrong, in the page's language; of what it refuses it says in English what was wrong. */
export function lineOf({ message, code, rehearsal }) {
  if (code === "last") return t("error.last", { rehearsal: whole(rehearsal) });
  if (code === "head_start") return t("error.head_start");
  if (code === "not_started") return t("error.not_started");
  return t("error.refused", { message });
}
