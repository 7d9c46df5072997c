"""The page's modules as one script: in their order, each once, and only in forms that are known."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from dashboard.live.bundle import bundle

MODULES = {
    "main.js": (
        'import { double, Kept } from "page/parts/sums.js";\n'
        'import {\n  ORIGIN,\n  later,\n} from "page/origin.js";\n\n'
        "const kept = new Kept(double(ORIGIN));\n"
        "later().then((more) => console.log(kept.value, more, typeof double, typeof ORIGIN));\n"
    ),
    "parts/sums.js": (
        'import { ORIGIN } from "../origin.js";\n'
        'import { twice } from "./twice.js";\n'
        "export function double(value) {\n  return twice(value) + 0 * ORIGIN;\n}\n"
        "export class Kept {\n  constructor(value) {\n    this.value = value;\n  }\n}\n"
    ),
    "parts/twice.js": (
        "// To import(or to export): await it.\n"
        '/**\n * @param {import("./main.js").Any} value\n */\n'
        "export const twice = (value) => 2 * value;\n"
        'export const TEXT = "we await what you import (and export).";\n'
    ),
    "origin.js": (
        'console.log("origin, once");\nexport const ORIGIN = 21;\n'
        "export async function later() {\n  return await Promise.resolve(ORIGIN);\n}\n"
        "export function* each() {\n  yield ORIGIN;\n}\n"
    ),
}


def bundled(entry="main.js", **changed):
    modules = MODULES | {f"{name}.js": text for name, text in changed.items()}
    return bundle(entry, modules.__getitem__)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
def test_it_does_what_the_modules_do():
    done = subprocess.run(
        ["node", "-"], input=bundled(), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "origin, once\n42 21 function number\n"


def test_each_module_stands_behind_those_that_it_imports_and_only_those_reached_are_there():
    script = bundled()
    places = [script.index(f'["{name}"] = ') for name in ("origin.js", "parts/sums.js", "main.js")]
    assert places == sorted(places)
    assert "sums.js" not in bundled("origin.js")


@pytest.mark.parametrize(
    "form",
    [
        'import twice from "page/parts/twice.js";',
        'import * as all from "page/parts/twice.js";',
        'import { twice as two } from "page/parts/twice.js";',
        'import "page/parts/twice.js";',
        'import { twice } from "parts/twice.js";',
        'import { twice } from "/page/parts/twice.js";',
        'import { twice } from "https://example.org/twice.js";',
        "import { twice } from 'page/parts/twice.js';",
        'import { twice } from "page/parts/twice.json" with { type: "json" };',
        '  import { twice } from "page/parts/twice.js";',
        "export default twice;",
        "export let twice = 2;",
        "export { twice };",
        'export { twice } from "page/parts/twice.js";',
        'export * from "page/parts/twice.js";',
        "export const { a, b } = twice;",
        "export class extends Kept {}",
        "export function() {}",
        'const twice = await import("page/parts/twice.js");',
        "console.log(import.meta.url);",
        "const early = await later();",
        "const early = twice\n  ? await later()\n  : null;",
        'const text = "</script>";',
        'const text = "<!-- so";',
    ],
)
def test_any_other_form_is_refused_with_its_place(form):
    text = f"// A module.\n\n{form}\n"
    with pytest.raises(AssertionError, match=r"^origin\.js, line [3-4]: cannot be bundled: "):
        bundled(origin=text)


def test_what_is_not_exported_cannot_be_imported():
    with pytest.raises(AssertionError, match=r"parts/sums\.js imports twice of parts/twice\.js"):
        bundled(**{"parts/twice": "export const thrice = 3;\n"})


def test_a_circle_is_refused():
    with pytest.raises(AssertionError, match=r"parts/twice\.js <- "):
        bundled(**{"parts/twice": 'import { double } from "page/parts/sums.js";\n'})
