"""ES modules as one classic script: a page opened from disk may not import files beside it.

Each module becomes a function that returns what it exports, called once, after those that it
imports. Of the language's forms of import and export only those are known that the page is
written in; `AssertionError` names the place of any other, so that none is bundled wrongly.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter

IMPORT = re.compile(
    r'^import \{(\s*[\w$]+(?:,\s*[\w$]+)*,?\s*)\} from "((?:page|\.{1,2})/[\w./-]+\.js)";', re.M
)
EXPORT = re.compile(
    r"^export ((?:async )?function\*? |class |const )(?!extends\b)([\w$]+)(?= =| [{e]|\()", re.M
)
OTHER = re.compile(
    r"^\s*(?:import|export)\b"  # any form that is left when those above are gone
    r"|\bimport\s*[(.]"  # dynamic, or import.meta
    r"|^(?!\s)(?:(?!\basync\b)(?:.|\n(?=[ \t])))*?\bawait\b",  # in no function
    re.M,
)
END = re.compile(r"</(?:script|style)|<!--", re.I)
"""Would end the element that the script stands in."""
SAID = re.compile(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|//[^\n]*', re.S)
"""Strings and comments, which may say anything."""


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """Return a module and all that it imports, as one script in strict mode.

    Parameters
    ----------
    entry : str
        Its path below `page/`.
    read : function(path)
        Returns a module's text.

    Raises
    ------
    AssertionError
        Names file and line, if a module is written in a form that is not known here, imports what
        is not exported, or imports itself by way of others.
    """
    parts: dict[str, tuple[str, list[str]]] = {}  # function, and what it exports
    needs: dict[str, dict[str, list[str]]] = {}  # by module and module that it imports, the names
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            text = read(name)
            needs[name] = {
                _path(name, found[2]): re.findall(r"[\w$]+", found[1])
                for found in IMPORT.finditer(text)
            }
            parts[name] = _function(name, text)
            waiting += needs[name]
    try:
        order = list(TopologicalSorter({name: [*of] for name, of in needs.items()}).static_order())
    except CycleError as error:
        raise AssertionError(f"modules import one another: {' <- '.join(error.args[1])}") from None
    script = ['"use strict";', "const __modules = {};"]
    for name in order:
        for other, names in needs[name].items():
            missing = {*names} - {*parts[other][1]}
            assert not missing, f"{name} imports {', '.join(sorted(missing))} of {other}: not there"
        script.append(f'__modules["{name}"] = {parts[name][0]}();')
    # In a block: as little of this as of a module is to be seen from outside.
    return "\n".join([script[0], "{", *script[1:], "}", ""])


def _function(name: str, text: str) -> tuple[str, list[str]]:
    """Return a module as a function, line by line the same, and the names that it exports."""

    def imported(found: re.Match[str]) -> str:
        return f'const {{{found[1]}}} = __modules["{_path(name, found[2])}"];'

    exports = [found[2] for found in EXPORT.finditer(text)]
    body = EXPORT.sub(r"\1\2", IMPORT.sub(imported, text))
    plain = SAID.sub(lambda found: '""' + "\n" * found[0].count("\n"), body)
    for whole, other in ((plain, OTHER.search(plain)), (body, END.search(body))):
        if other is not None:
            line = whole.count("\n", 0, other.end()) + 1
            raise AssertionError(f"{name}, line {line}: cannot be bundled: {other[0].strip()}")
    return f"(() => {{{body}\nreturn {{ {', '.join(exports)} }};\n}})", exports


def _path(importer: str, given: str) -> str:
    """Return the path below `page/` of what a module imports."""
    if given.startswith("page/"):
        return given.removeprefix("page/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), given))
