"""A design cut into chunks: stacks of teams that can be run anywhere, in any order.

The cut is a function of the design alone. What a stack computes for a team may depend, in the last
bit, on how many rehearse beside it; so a team has its chunk whatever the machine and the number of
workers, and with it its bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from experiments.stack import chunk_size
from experiments.sweep.design import Design
from experiments.sweep.points import Point
from simulation.attendance import AttendanceLaw

CHUNK_BYTES = 256 * 2**20
"""Memory that one stack may take; a constant, so that the cut does not depend on the machine."""

SHARES = 16
"""Chunks that a group of teams is cut into at least, so that there is work for several workers."""

FEWEST = 32
"""Teams below which a stack is not cut further for that: it would lose its speed."""


@dataclass(frozen=True)
class Chunk:
    """Teams that rehearse in one stack.

    Attributes
    ----------
    number : int
    points : tuple of int
        The points of its group, all of one shape, by their number in the design.
    start, stop : int
        Which of the group's teams, counted seed by seed and within a seed point by point: so the
        teams that a comparison pairs lie beside each other and share their talk.
    """

    number: int
    points: tuple[int, ...]
    start: int
    stop: int

    @property
    def n_teams(self) -> int:
        """How many teams."""
        return self.stop - self.start


@dataclass(frozen=True)
class Member:
    """One team of a chunk: its number in the design, its point's number, its seed."""

    team: int
    point: int
    seed: int


@dataclass(frozen=True)
class Task:
    """A chunk with all that another process, or machine, needs to run it.

    Attributes
    ----------
    points : dict of int to Point
    laws : dict of int to AttendanceLaw
        Read already: a recorded log need not be at hand where the chunk runs.
    members : tuple of Member
    versions : dict of str to str
        What the chunk must run under.
    """

    points: dict[int, Point]
    laws: dict[int, AttendanceLaw]
    members: tuple[Member, ...]
    versions: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """A design and its chunks, the dearest first."""

    design: Design
    chunks: tuple[Chunk, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the design and of how it is cut."""
        content = hashlib.sha256(self.design.hash.encode())
        for chunk in self.chunks:
            # A group by its first point and its size: the design decides which the others are.
            cut = (chunk.points[0], len(chunk.points), chunk.start, chunk.stop)
            content.update(repr(cut).encode())
        return content.hexdigest()

    def members(self, chunk: Chunk) -> Iterator[Member]:
        """List the teams of a chunk."""
        seeds = self.design.seeds
        for at in range(chunk.start, chunk.stop):
            seed, place = divmod(at, len(chunk.points))
            point = chunk.points[place]
            yield Member(point * len(seeds) + seed, point, seeds[seed])

    def work(self, chunk: Chunk) -> float:
        """Say how much work a chunk is, in the unit of `work_of`."""
        return work_of(self.design.points[chunk.points[0]]) * chunk.n_teams

    def task(self, chunk: Chunk, versions: dict[str, str]) -> Task:
        """Pack a chunk for a worker."""
        members = tuple(self.members(chunk))
        points = {m.point: self.design.points[m.point] for m in members}
        laws = {number: self.design.law(point) for number, point in points.items()}
        return Task(points, laws, members, versions)


def work_of(point: Point) -> float:
    """Say how much work a team of this point is, in multiplications, up to a factor."""
    features, sections = (64, 10) if point.talk == "digits" else (16, 5)
    one = point.presenters * point.abilities * (features + sections)
    heard = point.presenters**2 * sections * (point.trust < 1)
    return float(point.rehearsals * point.questions * (3 * one + heard) + 1_000 * one)


def cut(design: Design) -> Plan:
    """Cut a design into chunks."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, point in enumerate(design.points):
        groups.setdefault(point.shape, []).append(number)
    # The dearest first: no worker is left alone with one at the end.
    ordered = sorted(groups.values(), key=lambda group: -work_of(design.points[group[0]]))
    chunks: list[Chunk] = []
    for group in ordered:
        teams = len(group) * len(design.seeds)
        size = _size(design.points[group[0]], teams, len(group))
        for start in range(0, teams, size):
            stop = min(start + size, teams)
            chunks.append(Chunk(len(chunks), tuple(group), start, stop))
    return Plan(design, tuple(chunks))


def _size(point: Point, teams: int, points: int) -> int:
    most = chunk_size(
        point.prepare_talk(0),
        point.presenters,
        memory=CHUNK_BYTES,
        abilities=point.abilities,
        questions=point.questions,
    )
    size = min(most, max(FEWEST, -(-teams // SHARES)))
    return size // points * points if size > points else size
