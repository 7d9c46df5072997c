"""All files of the site, each under the one name that it has there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from markupsafe import Markup

from dashboard.live.export import PAGE, live_page
from dashboard.policy import policy_of, with_policy
from dashboard.site.card import draw_card
from dashboard.site.documents import document, reached, site_name
from dashboard.templates import render
from dashboard.texts import LANGUAGES, load
from nn_bridge.results import wording as results
from nn_bridge.results.templates import framed
from simulation.checks import InputError
from simulation.outputs import Outputs

SOURCES = Path(__file__).parents[2]
"""Where licence, citation and `docs/` are, if this was not installed without them."""
REPORTS = "sweep/report.md", "sweep/ja/report.md", "sweep/prediction.md", "validation/report.md"
WORDS = "presenter", "understanding", "attendance", "speak_up", "reliance", "rehearsal", "show"
PANELS = "teams", "network", "curve", "ensemble"
LOCALES = {"en": "en_US", "ja": "ja_JP"}
ICON = Markup('<link rel="icon" type="image/svg+xml" href="icon.svg">')
NO_ICON = '<link rel="icon" href="data:,">'
"""In the head of a page that does not yet say of itself what a site's page says."""


class Wording(results.Wording):
    """The site's texts in one language, the live page's among them."""

    @property
    def texts(self) -> dict[str, str]:
        """All texts, by key."""
        return super().texts | load("page", self.language) | load("site", self.language)


@dataclass(frozen=True)
class Site:
    """What the pages are made of.

    Attributes
    ----------
    report : str
        The story's page, as `story` writes it.
    results : Path
        Where sweeps and validations of one's own may lie; else those of `docs/` are taken.
    base_url : str
        Where the site will stand, with a slash at its end; '' where nobody knows.
    """

    report: str
    results: Path
    base_url: str = ""

    def write(self, out: Outputs) -> list[str]:
        """Write all files; return from where the reports were taken."""
        folders = {
            name: place
            for name in ("sweep", "validation")
            for place in [_first_with_report(self.results / name, SOURCES / "docs" / name)]
        }
        found = reached(folders, REPORTS)
        pages = [
            ("index.html", "index"),
            ("report.html", "report"),
            *(
                (name, name.removesuffix(".html"))
                for name in (site_name(path) for path in REPORTS if path in found)
            ),
        ]
        english, japanese = (Wording(language) for language in LANGUAGES)
        both = " / ".join((english("site.description"), japanese("site.description")))
        title = " · ".join((english("title"), japanese("title")))
        out.write_text("index.html", self._index(title, both))
        out.write_text("plain.html", self._plain(title, both, pages))
        head = self._head("report.html", f"{english('site.report')} · {title}", both, LANGUAGES)
        out.write_text("report.html", self.report.replace(NO_ICON, head + ICON))
        for path, file in found.items():
            if path.endswith(".md"):
                out.write_text(site_name(path), self._document(path, found, pages))
            else:
                out.write(site_name(path), partial(_copy, file))
        out.write("card.png", draw_card)
        out.write_text("icon.svg", PAGE.joinpath("icon.svg").read_text(encoding="utf-8"))
        for name, source in (("LICENSE.txt", "LICENSE"), ("CITATION.cff", "CITATION.cff")):
            out.write_text(name, _source(source))
        return [str(folder) for folder in folders.values()]

    def _head(self, name: str, title: str, description: str, languages: Sequence[str]) -> Markup:
        text = render(
            "site/head.html",
            name=name,
            title=title,
            description=description,
            site=load("page", "en")["title"],
            locales=[LOCALES[language] for language in languages],
            base_url=self.base_url,
        )
        return Markup(text)

    def _index(self, title: str, description: str) -> str:
        english, japanese = (Wording(language) for language in LANGUAGES)
        link = '<p><a href="plain.html">{}</a> / <a href="plain.html#ja">{}</a></p>'
        html = live_page(
            head=str(self._head("index.html", title, description, LANGUAGES)),
            beside=link.format(english("site.plain"), japanese("site.plain")),
        )
        return re.sub("<title>.*?</title>", f"<title>{escape(title)}</title>", html)

    def _plain(self, title: str, description: str, pages: Sequence[tuple[str, str]]) -> str:
        editions = [{"say": Wording(language)} for language in LANGUAGES]
        html = render(
            "site/plain.html",
            **framed(editions, __package__) | {"policy": "POLICY"},
            head=self._head("plain.html", title, description, LANGUAGES),
            pages=pages,
            words=WORDS,
            panels=PANELS,
            citation=citation(_source("CITATION.cff")),
        )
        return html.replace("POLICY", policy_of(html), 1)

    def _document(self, path: str, found: dict[str, Path], pages: Sequence[tuple[str, str]]) -> str:
        made = document(path, found)
        say = Wording(made.language)
        others = [("plain.html", "pages"), *pages[1:]]
        html = render(
            "site/document.html",
            document=made,
            body=Markup(made.body),
            site=say("title"),
            head=self._head(site_name(path), made.title, made.description, [made.language]),
            style=framed([], __package__)["style"],
            current=site_name(path),
            pages=[(name, say(f"site.{key}")) for name, key in others],
        )
        return with_policy(html)


def checked_base_url(text: str) -> str:
    """Return where a site will stand, with a slash at its end.

    Raises
    ------
    InputError
        If it is no address of a folder on the web.
    """
    try:
        parts = urlsplit(text)
        good = (
            parts.scheme in ("http", "https")
            and parts.hostname is not None
            and parts.port != 0
            and parts.username is None
            and not parts.query + parts.fragment
            and re.fullmatch(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]+", text, re.ASCII) is not None
        )
    except ValueError:
        good = False
    if not good or "?" in text or "#" in text:
        raise InputError(
            f"base-url is {text!r}, but must be where the site will stand, "
            "such as https://example.org/dropout/"
        )
    return text.rstrip("/") + "/"


def citation(cff: str) -> str:
    r"""Return how to cite this, for BibTeX.

    >>> print(citation('title: "A: b"\nversion: 1.0\ndate-released: 2026-11-30\n'))
    @software{group_presentation,
      title = {{A: b}},
      author = {{the group-presentation developers}},
      version = {1.0},
      year = {2026}
    }
    """
    title, version, year = (
        re.findall(rf'^{key}: "?(.*?)"?$', cff, re.M)[0]
        for key in ("title", "version", r"date-released")
    )
    return (
        f"@software{{group_presentation,\n  title = {{{{{title}}}}},\n"
        "  author = {{the group-presentation developers}},\n"
        f"  version = {{{version}}},\n  year = {{{year[:4]}}}\n}}"
    )


def _copy(file: Path, to: IO[bytes]) -> None:
    to.write(file.read_bytes())


def _first_with_report(*folders: Path) -> Path:
    return next((each for each in folders if (each / "report.md").is_file()), folders[-1])


def _source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")
