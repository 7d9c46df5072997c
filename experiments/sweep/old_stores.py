"""Stores of format 1, which had no checksums: read where they make sense, never gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from experiments.sweep.design import Design
from experiments.sweep.plan import Plan
from experiments.sweep.store import Header, Store
from experiments.sweep.tables import ROW, packed
from simulation.checks import InputError

OLD_FORMAT = 1


class OldStore(Store):
    """A store of format 1."""

    def check_belongs_to(self, plan: Plan, versions: dict[str, str]) -> None:
        """Raise InputError: an older program wrote it."""
        raise InputError(
            f"the store {self.path} was begun with an older program (its format is {OLD_FORMAT}): "
            "it can be read, but not gone on with, so name another --store"
        )

    def _header(self) -> Header:
        with self._making_sense():
            said = dict(self.connection.execute("SELECT name, value FROM sweep"))
            design = Design.from_json(said["design"])
            if _hash(design) != said["design hash"]:
                raise ValueError("the design, or a recorded log has changed or is gone")
            chunks = self.connection.execute("SELECT chunk, teams, done FROM chunks ORDER BY chunk")
            sizes = [teams for _, teams, _ in chunks if teams > 0]
            if sum(sizes) != design.n_teams:
                raise ValueError("the chunks")
            versions = {str(name): str(what) for name, what in json.loads(said["versions"]).items()}
            return Header(design, design.hash, str(said["plan hash"]), versions, sizes)

    def check(self) -> None:
        """Raise InputError if the results make no sense."""
        teams, points = 0, range(len(self.design.points))
        with self._reading(), self._making_sense():
            for row in self.connection.execute(f"SELECT {ROW} FROM results"):
                if not (packed(row) and row[1] in points):
                    raise ValueError("a team of no point")
                teams += 1
            if teams != sum(self._sizes[chunk] for chunk in self._done()):
                raise ValueError("not as many teams as there should be")

    def _done(self) -> dict[int, str]:
        done = self.connection.execute("SELECT chunk FROM chunks WHERE done")
        with self._making_sense():
            return {range(len(self._sizes))[chunk]: "" for (chunk,) in done}

    def _failures(self) -> dict[int, str]:
        return dict(self.connection.execute("SELECT chunk, error FROM failures ORDER BY rowid"))

    @contextmanager
    def _making_sense(self) -> Iterator[None]:
        try:
            yield
        except InputError:
            raise
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise InputError(
                f"the store {self.path} is damaged ({type(error).__name__}: {error}), and its "
                f"format, {OLD_FORMAT}, has no checksums to repair it by: name another --store"
            ) from None


def _hash(design: Design) -> str:
    """SHA-256 as format 1 had it, over how laws are written, too."""
    content = {
        "points": [[asdict(point), repr(design.law(point))] for point in design.points],
        "seeds": design.seeds,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
