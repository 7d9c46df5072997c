"""Reports in Markdown as pages of the site: their links and pictures follow them there."""

from __future__ import annotations

import posixpath
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

OURS = re.compile(r'<br>|<a id="[\w-]+">|</a>')
"""The only tags that our reports are written with; all others are shown as text."""
PNG = b"\x89PNG\r\n\x1a\n"
JAPANESE = re.compile(r"[\u3040-\u30ff]")


@dataclass(frozen=True)
class Document:
    """A report as a page.

    Attributes
    ----------
    title, description : str
        Plain text.
    language : {'en', 'ja'}
    body : str
        HTML.
    """

    title: str
    description: str
    language: str
    body: str


def site_name(path: str) -> str:
    """Return the name that a file of the reports has on the site, which has no folders.

    >>> [site_name(each) for each in ("sweep/report.md", "sweep/ja/report.md", "sweep/by_rate.png")]
    ['sweep.html', 'sweep-ja.html', 'sweep-by_rate.png']
    """
    stem, ending = posixpath.splitext(path)
    name = stem.removesuffix("/report").replace("/", "-")
    return name + (".html" if ending == ".md" else ending)


def reached(folders: Mapping[str, Path], entries: Sequence[str]) -> dict[str, Path]:
    """Return the files that reports lead to, pages and pictures, those left out that are not there.

    Parameters
    ----------
    folders : dict of str to Path
        Where the files are whose paths begin with a word.
    entries : list of str
        Paths to begin with, such as 'sweep/report.md'.
    """
    found: dict[str, Path] = {}
    waiting = [*reversed(entries)]
    while waiting:
        path = waiting.pop()
        folder, _, rest = path.partition("/")
        if path in found or folder not in folders:
            continue
        file = folders[folder] / rest
        if not file.is_file():
            continue
        found[path] = file
        if path.endswith(".md"):
            tokens = _parsed(file.read_text(encoding="utf-8"))
            waiting += [_joined(path, link) for link, _ in _links(tokens)]
    return found


def document(path: str, files: Mapping[str, Path]) -> Document:
    """Return a report as a page; links to what is not on the site become plain text.

    Parameters
    ----------
    path : str
        One of `files`.
    files : dict of str to Path
        What is on the site.
    """
    tokens = _parsed(files[path].read_text(encoding="utf-8"))
    _follow(tokens, path, files)
    title, paragraph = (_first(tokens, kind) for kind in ("heading_open", "paragraph_open"))
    return Document(
        title=title,
        description=paragraph,
        language="ja" if JAPANESE.search(title + paragraph) else "en",
        body=_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
    )


def _parsed(text: str) -> list[Token]:
    return _MARKDOWN.parse(text)


def _inline(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """Yield each run of text with what stands before it: the tag that it is in."""
    for before, token in pairwise(tokens):
        if token.children is not None:
            yield before, token.children


def _links(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    for _, children in _inline(tokens):
        for child in children:
            link = child.attrGet("href") or child.attrGet("src")
            if link is not None:
                yield str(link), child


def _follow(tokens: Sequence[Token], path: str, files: Mapping[str, Path]) -> None:
    """Let links and pictures lead to where they are on the site; give headings their names."""
    for token in tokens:
        if token.attrs.pop("style", None) == "text-align:right":  # a policy has no styles but ours
            token.attrSet("class", "figure")
    for before, children in _inline(tokens):
        kept, dropped = [], 0
        for child in children:
            if child.type == "link_close" and dropped:
                dropped -= 1
                continue
            link = child.attrGet("href") or child.attrGet("src")
            if link is not None:
                there, _, fragment = str(link).partition("#")
                target = _joined(path, there) if there else path
                if re.match(r"\w+:", there):
                    child.attrSet("rel", "noreferrer")
                elif target not in files:
                    dropped += 1
                    continue
                else:
                    name = site_name(target) if there else ""
                    child.attrSet(
                        "src" if child.type == "image" else "href",
                        name + (f"#{fragment}" if fragment else ""),
                    )
                if child.type == "image":
                    _fit(child, files[target])
            kept.append(child)
        children[:] = kept
        if before.type == "heading_open":
            before.attrSet("id", _slug(_text(children)))


def _fit(image: Token, file: Path) -> None:
    """Tell a picture's size, so that nothing moves when it has come."""
    begins = file.read_bytes()[:24]
    if begins.startswith(PNG):
        for name, size in zip(("width", "height"), struct.unpack(">II", begins[16:]), strict=True):
            image.attrSet(name, str(size))
    image.attrSet("loading", "lazy")


def _joined(path: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link.partition("#")[0]))


def _text(children: Sequence[Token]) -> str:
    return "".join(
        " " if child.type == "softbreak" else child.content
        for child in children
        if child.type in ("text", "code_inline", "softbreak")
    )


def _first(tokens: Sequence[Token], kind: str) -> str:
    return next(_text(children) for before, children in _inline(tokens) if before.type == kind)


def _slug(text: str) -> str:
    """Name a heading as the places do where the reports are read otherwise.

    >>> _slug("C7. How to read the figures, `p`")
    'c7-how-to-read-the-figures-p'
    """
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


class _Renderer(RendererHTML):
    """Writes HTML as a strict policy wants it, and tables that scroll by themselves."""

    def html_inline(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        content = tokens[at].content
        return content if OURS.fullmatch(content) else escape(content)

    def table_open(self, *_: Any) -> str:
        return '<div class="scroll" tabindex="0">\n<table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table>\n</div>\n"


_MARKDOWN = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable("table")
_MARKDOWN.disable("html_block")  # its tags are then inline ones, each by itself
