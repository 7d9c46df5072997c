"""The page that a sweep writes, and that a teacher can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from dashboard.files import write_whole
from dashboard.numbers import figure, percent
from dashboard.style import Texts
from dashboard.sweep.answers import (
    NAMES,
    OUTCOMES,
    Answer,
    Answers,
    Law,
    differ,
    direction,
    find_answers,
    in_common,
)
from dashboard.sweep.figures import draw_best_rates, draw_by_rate
from dashboard.sweep.words import (
    as_good,
    best_of,
    gain_of,
    joined,
    mean_of,
    spoken,
    spread,
)
from dashboard.templates import literal
from dashboard.texts import load
from dashboard.validation.markdown import table
from experiments.sweep.best_rate import WORTH
from experiments.sweep.results import UNSTABLE, frame
from experiments.sweep.store import Store

MOST_ROWS = 60
"""Settings listed in the last tables; of more, the export tells."""


@dataclass(frozen=True)
class Commands:
    """How a page was made, as one would type it.

    Attributes
    ----------
    run : str or None
        What ran the teams; None if nobody knows.
    report : str
    """

    run: str | None
    report: str


def write_report(store: Store, folder: Path, commands: Commands, language: str = "en") -> None:
    """Write the figures, and last report.md, which shows them, into `folder`.

    The folder must be there. Any store will do, also one that is not complete.

    Raises
    ------
    InputError
        If the language is unknown, or a file cannot be written.
    """
    answers = find_answers(frame(store))
    figures: dict[str, Callable[[Answers, str, IO[bytes]], None]] = {}
    if answers.reference is not None:
        figures["by_rate.png"] = draw_by_rate
        if answers.panels:
            figures["best_rates.png"] = draw_best_rates
    for name, draw in figures.items():
        write_whole(folder / name, partial(draw, answers, language))
    page = _Page(store, answers, commands, load("sweep", language))
    text = "\n".join(page.parts())
    write_whole(folder / "report.md", lambda file: file.write(text.encode()))


@dataclass(frozen=True)
class _Page:
    store: Store
    answers: Answers
    commands: Commands
    texts: Texts

    def parts(self) -> Iterator[str]:
        """Yield the page, part by part; each ends in a line of its own."""
        yield f"# {self.store.design.title}\n"
        yield from self._made()
        reference = self.answers.reference
        if reference is None:
            yield self._say("none")
        else:
            yield self._head("short.title")
            yield from self._in_short(reference)
            yield self._head("size.title")
            yield from self._by_size()
            if self.answers.panels:
                yield self._head("depends.title")
                yield from self._dependence()
            if self.answers.laws:
                yield self._head("laws.title")
                yield from self._laws()
            yield self._head("settings.title")
            yield from self._every_setting(reference)
        yield self._head("read.title")
        for about in ("quality", "best", "good", "gain", "unstable"):
            said = self.texts[f"read.{about}"].format(
                worth=f"{WORTH:g}", unstable=percent(UNSTABLE)
            )
            yield f"- {said}"
        yield ""

    def _say(self, key: str, **blanks: object) -> str:
        return self.texts[key].format(**blanks) + "\n"

    def _head(self, key: str) -> str:
        return f"## {self.texts[key]}\n"

    def _column(self, *keys: str) -> list[str]:
        return [self.texts[f"column.{key}"] for key in keys]

    def _made(self) -> Iterator[str]:
        store, state = self.store, self.store.state()
        yield self._say(
            "made",
            teams=f"{state.teams_done:,}",
            points=f"{len(store.design.points):,}",
            seeds=f"{len(store.design.seeds):,}",
            diverged=f"{state.diverged:,}",
        )
        yield self._say(
            "made.by" if self.commands.run is None else "made.after",
            run=self.commands.run,
            command=self.commands.report,
            design=store.design_hash[:12],
            versions=", ".join(f"{name} {version}" for name, version in store.versions.items()),
        )
        if not state.complete:
            missing = state.teams - state.teams_done
            yield self._say("incomplete", missing=f"{missing:,}", teams=f"{state.teams:,}")

    def _in_short(self, answer: Answer) -> Iterator[str]:
        for outcome in OUTCOMES:
            yield f"- {self._advice(answer, outcome)}"
        for law in self.answers.laws:
            if law.presenters == answer.size and law.against:
                yield f"- {self._comparison(law)}"
        settings = [
            self.texts["setting"].format(
                name=self.texts[f"name.{name}"], value=spoken(self.texts, answer.dose.setting[name])
            )
            for name in NAMES
            if name != "presenters"
        ]
        listed = self.texts["join"].join(settings)
        yield "\n" + self._say("short.for", size=answer.size, settings=listed)

    def _advice(self, answer: Answer, outcome: str) -> str:
        texts, best, size = self.texts, answer.best[outcome], answer.size
        label = texts[f"outcome.{outcome}"]
        if best.flat:
            return texts["short.flat"].format(outcome=label)
        people, gain = texts["short.nobody"], ""
        if best.rate > 0:
            people = texts["short.people"].format(missing=f"{best.rate * size:.2g}", size=size)
            lowest = texts["short.none absent"]
            if answer.dose.rates[0] > 0:
                lowest = texts["short.fewest"].format(rate=percent(answer.dose.rates[0]))
            gain = texts["short.gain"].format(gain=gain_of(best), lowest=lowest)
        advice = texts["short.best"].format(
            outcome=label,
            rate=percent(best.rate),
            people=people,
            rates=as_good(texts, answer, outcome),
            quality=figure(best.quality, 2),
            gain=gain,
        )
        return f"{advice} {texts['short.edge']}" if best.at_edge else advice

    def _comparison(self, law: Law) -> str:
        values = [
            self.texts["short.law.value"].format(
                value=figure(float(law.curves[outcome].mean[0]), 2),
                outcome=self.texts[f"outcome.{outcome}"],
                difference=mean_of(law.against[outcome], difference=True),
            )
            for outcome in OUTCOMES
        ]
        return self.texts["short.law"].format(
            law=law.attendance, absence=percent(law.absence), values="; ".join(values)
        )

    def _by_size(self) -> Iterator[str]:
        yield f"![{self.texts['size.alt']}](by_rate.png)\n"
        yield self._say("size.text")
        rows = []
        for outcome in OUTCOMES:
            for answer in self.answers.along("presenters"):
                best = answer.best[outcome]
                rows.append(
                    [
                        self.texts[f"outcome.{outcome}"],
                        str(answer.size),
                        best_of(self.texts, best),
                        f"{best.rate * answer.size:.2g}",
                        as_good(self.texts, answer, outcome),
                        gain_of(best),
                    ]
                )
        columns = self._column("outcome", "size", "best", "missing", "good", "gain")
        yield table(columns, rows, right=[1])

    def _dependence(self) -> Iterator[str]:
        texts = self.texts
        yield f"![{texts['depends.alt']}](best_rates.png)\n"
        yield self._say("depends.text")
        rows = []
        for name in self.answers.panels:
            along = self.answers.along(name)
            values = [spoken(texts, answer.dose.setting[name]) for answer in along]
            ends = texts["depends.ends"].format(
                name=texts[f"name.{name}"], first=values[0], last=values[-1]
            )
            for outcome in OUTCOMES:
                rates = [best_of(texts, answer.best[outcome]) for answer in along]
                where = [
                    texts["depends.at"].format(rate=rate, value=value)
                    for rate, value in zip(rates, values, strict=True)
                ]
                both = [percent(rate) for rate in in_common(along, outcome)]
                move = texts[f"move.{direction(along, outcome)}"].format(
                    rates=joined(texts, both) if both else ""
                )
                rows.append([ends, texts[f"outcome.{outcome}"], move, joined(texts, where)])
        yield table(self._column("setting", "outcome", "move", "rates"), rows)

    def _laws(self) -> Iterator[str]:
        yield self._say("laws.text")
        columns = self._column("size", "law", "absence")
        for outcome in OUTCOMES:
            columns += [self.texts[f"outcome.{outcome}"], *self._column("against")]
        columns += self._column("score", "diverged")
        rows = []
        for law in self.answers.laws:
            row = [str(law.presenters), literal(law.attendance), percent(law.absence)]
            for outcome in OUTCOMES:
                against = law.against.get(outcome)
                row.append(mean_of(law.curves[outcome]))
                row.append("" if against is None else mean_of(against, difference=True))
            rows.append([*row, mean_of(law.curves["co_adaptation"]), f"{law.diverged:,}"])
        yield table(columns, rows, right=[0])

    def _every_setting(self, reference: Answer) -> Iterator[str]:
        shown, all_of_them = self.answers.settings[:MOST_ROWS], len(self.answers.settings)
        columns = self._column(
            "setting", "best", "spread", "good", "quality", "gain", "seeds", "diverged", "unstable"
        )
        for outcome in OUTCOMES:
            label = self.texts[f"outcome.{outcome}"]
            yield f"### {self.texts['settings.outcome'].format(outcome=label)}\n"
            yield table(columns, [self._row(answer, outcome, reference) for answer in shown])
        if all_of_them > len(shown):
            yield self._say("settings.more", shown=len(shown), all=f"{all_of_them:,}")

    def _row(self, answer: Answer, outcome: str, reference: Answer) -> list[str]:
        texts, best, dose = self.texts, answer.best[outcome], answer.dose
        unstable = [percent(rate) for rate in dose.unstable]
        return [
            self._difference(answer, reference),
            best_of(texts, best),
            spread(texts, best.low, best.high),
            as_good(texts, answer, outcome),
            figure(best.quality, 2),
            gain_of(best),
            f"{len(dose.seeds):,}",
            f"{int(dose.diverged.sum()):,}",
            joined(texts, unstable) if unstable else texts["no unstable"],
        ]

    def _difference(self, answer: Answer, reference: Answer) -> str:
        """Name a setting by what is not as in the short answer."""
        theirs, ours = answer.dose.setting, reference.dose.setting
        parts = [
            self.texts["setting"].format(
                name=self.texts[f"name.{name}"], value=spoken(self.texts, theirs[name])
            )
            for name in NAMES
            if differ(theirs, ours, [name])
        ]
        return joined(self.texts, parts) if parts else self.texts["settings.as above"]
