"""A plan seen through: every chunk run, entered in the store, tried again if it fails."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field

from experiments.sweep.engines import Engine, Pool
from experiments.sweep.plan import Chunk, Plan, Task
from experiments.sweep.store import Row, Store

ATTEMPTS = 3
"""How often a chunk is tried in one run before it is given up; the next run tries it again."""

Work = Callable[[Task], list[Row]]
OnDone = Callable[[Chunk], None]
"""Told each chunk when it has been entered."""


def see_through(plan: Plan, store: Store, engine: Engine, work: Work, on_done: OnDone) -> None:
    """Run every chunk that the store does not have yet.

    A chunk that raises is noted in the store and tried again after the others, `ATTEMPTS` times in
    all. If a worker dies, nobody knows which of the running chunks killed it: they are run again
    one at a time, and only the one that then kills its worker is charged with it.

    Parameters
    ----------
    plan : Plan
    store : Store
        The plan's, of which the caller is the one coordinator.
    engine : Engine
    work : function(Task) -> list of Row
        What is done to a chunk; other processes must be able to find it by its name.
    on_done : function(Chunk)
    """
    there = store.open_chunks()
    run = _Run(plan, store, work, on_done, deque(c for c in plan.chunks if c.number in there))
    while run.queue or run.suspects:
        with engine() as pool:
            run.until_broken(pool)


@dataclass
class _Run:
    plan: Plan
    store: Store
    work: Work
    on_done: OnDone
    queue: deque[Chunk]
    suspects: deque[Chunk] = field(default_factory=deque)
    tried: Counter[int] = field(default_factory=Counter)
    running: dict[Future[list[Row]], Chunk] = field(default_factory=dict)

    def until_broken(self, pool: Pool) -> None:
        """Run until nothing is left to do, or the pool breaks."""
        try:
            while self.queue or self.suspects or self.running:
                self._submit(pool)
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                self._settle(done)
        # A lost scheduler cancels what was running there.
        except (BrokenExecutor, CancelledError) as error:
            self._note_break(str(error))

    def _submit(self, pool: Pool) -> None:
        if self.suspects:
            chunks = [] if self.running else [self.suspects[0]]
        else:
            room = max(pool.width() - len(self.running), 0)
            chunks = [self.queue.popleft() for _ in range(min(room, len(self.queue)))]
        for at, chunk in enumerate(chunks):
            try:
                task = self.plan.task(chunk, self.store.versions)
                self.running[pool.executor.submit(self.work, task)] = chunk
            except BrokenExecutor:
                if not self.suspects:
                    self.queue.extendleft(reversed(chunks[at:]))
                raise

    def _settle(self, futures: set[Future[list[Row]]]) -> None:
        """Enter what has come, all in one transaction; then see to what has failed."""
        sound = {future: self.running[future] for future in futures if _is_sound(future)}
        if sound:
            self.store.finish({chunk.number: future.result() for future, chunk in sound.items()})
        for future, chunk in sound.items():
            del self.running[future]
            self._acquit(chunk)
            self.on_done(chunk)
        for future in futures - sound.keys():
            try:
                future.result()
            except (BrokenExecutor, CancelledError):
                raise
            except Exception as error:
                chunk = self.running.pop(future)
                self._charge(chunk, f"{type(error).__name__}: {error}", self.queue)

    def _note_break(self, error: str) -> None:
        self._settle({future for future in self.running if future.done() and _is_sound(future)})
        lost = list(self.running.values())
        self.running.clear()
        if self.suspects and lost:
            self._charge(lost[0], f"the worker died: {error}", self.suspects)
        else:
            self.suspects.extend(lost)

    def _charge(self, chunk: Chunk, error: str, again: deque[Chunk]) -> None:
        self.store.fail(chunk.number, " ".join(error.split()))
        self.tried[chunk.number] += 1
        self._acquit(chunk)
        if self.tried[chunk.number] < ATTEMPTS:
            again.append(chunk)

    def _acquit(self, chunk: Chunk) -> None:
        if self.suspects and self.suspects[0] is chunk:
            self.suspects.popleft()


def _is_sound(future: Future[list[Row]]) -> bool:
    return not future.cancelled() and future.exception() is None
