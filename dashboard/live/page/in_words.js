// What has a short form in a message, in the page's language: laws, and what went wrong.

import { t, whole } from "page/texts.js";

/** A law in words. */
export function nameOfLaw(law) {
  const [kind, ...rest] = law.split(":");
  return t(`name.${kind}`, { argument: rest.join(":") || "1" });
}

/** What the server says went wrong, in the page's language; of what it refuses it says in English what was wrong. */
export function lineOf({ message, code, rehearsal }) {
  if (code === "last") return t("error.last", { rehearsal: whole(rehearsal) });
  if (code === "head_start") return t("error.head_start");
  if (code === "not_started") return t("error.not_started");
  return t("error.refused", { message });
}
