"""The live page's files: its texts, its modules, and what a strict content policy allows."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dashboard.live
from dashboard.texts import load

PAGE = Path(dashboard.__file__).parent / "live" / "page"
MODULES = sorted(PAGE.glob("*.js"))
OURS = [*MODULES, *PAGE.glob("*.html"), *PAGE.glob("*.css"), *PAGE.glob("*.json")]
HTML = (PAGE / "index.html").read_text(encoding="utf-8")
KEYS = set(load("page", "en"))
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.feed(HTML)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute):
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


def first_arguments(source):
    """What stands in each t(..) of a module, up to the first comma that is not inside something."""
    for match in re.finditer(r"(?<![\w.])t\(", source):
        depth, end = 0, match.end()
        while not (depth == 0 and source[end] in ",)"):
            depth += (source[end] in "([{") - (source[end] in ")]}")
            end += 1
        yield source[match.end() : end]


def key_patterns():
    """Regular expressions of the keys that the page asks for, each with where it does."""
    tags = Tags()
    for attribute in ("data-text", "data-label"):
        for key in tags.values(attribute):
            yield "index.html", re.escape(key)
    for name in tags.values("data-info"):
        yield "index.html", re.escape(f"info.{name}")
    for module in MODULES:
        source = module.read_text(encoding="utf-8")
        marked = re.findall(r'"data-(?:text|label)": ("[^"]+"|`[^`]+`)', source)
        for argument in [*first_arguments(source), *marked]:
            tested = re.sub(r"\$\{[^}]*\}", ".+", argument)  # what a template leaves open
            for plain, template in LITERAL.findall(tested):
                text = plain or template
                if re.fullmatch(r"[\w.+-]+", text) and text not in ("left", "right"):
                    yield (
                        module.name,
                        text.replace(".+", "\0").replace(".", r"\.").replace("\0", ".+"),
                    )


def test_every_text_that_is_asked_for_exists():
    missing = [
        (place, key) for place, key in key_patterns() if not any(re.fullmatch(key, k) for k in KEYS)
    ]
    assert not missing


def test_no_text_is_left_over():
    patterns = [pattern for _, pattern in key_patterns() if pattern != ".+"]
    assert not [key for key in KEYS if not any(re.fullmatch(p, key) for p in patterns)]


def test_nothing_is_asked_of_another_host():
    for path in OURS:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?|wss?)://|[\"'(]//\w", text), path.name


def test_a_strict_content_policy_has_nothing_to_refuse():
    tags = Tags()
    assert not tags.values("style")
    assert not [name for _, attrs in tags.tags for name in attrs if name.startswith("on")]
    inline = [attrs for tag, attrs in tags.tags if tag == "script" and "src" not in attrs]
    assert inline == [{"type": "importmap"}]
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", text
        )
        assert not re.search(r"""[{,]\s*["']?style["']?:\s*["'`]""", text), path.name


def test_modules_import_each_other_by_the_names_an_export_can_give_them():
    imported = set()
    for path in MODULES:
        for source in re.findall(r'^import .*?from "(.+?)";', path.read_text(), re.M | re.S):
            assert re.fullmatch(r"page/(engine/)?\w+\.js", source), (path.name, source)
            if not source.startswith("page/engine/"):
                imported.add(source.removeprefix("page/"))
    assert imported == {path.name for path in MODULES} - {"main.js"} | {"resources.js"}


def test_files_that_the_page_links_to_are_there():
    tags = Tags()
    links = [link for link in tags.values("src") + tags.values("href") if link.startswith("page/")]
    assert len(links) >= 3
    for link in links:
        assert (PAGE / link.removeprefix("page/")).is_file(), link


@pytest.mark.parametrize("preset", json.loads((PAGE / "presets.json").read_text()), ids=str)
def test_presets_have_their_words(preset):
    assert {f"preset.{preset['name']}", f"preset.{preset['name']}.text"} <= KEYS


def test_the_map_names_every_file_and_no_other():
    folders = (PAGE, PAGE / "engine")
    files = {path.name for folder in folders for path in folder.iterdir() if path.is_file()}
    files |= {path.stem for path in PAGE.parent.glob("*.py")} - {"__init__"}
    named = set(re.findall(r"`([\w.]+)`", dashboard.live.__doc__)) - {"Connection"}
    assert named == files


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_is_one_idea_on_a_few_screens(module):
    assert len(module.read_text().splitlines()) <= 250
