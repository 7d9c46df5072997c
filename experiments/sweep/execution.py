"""A plan seen through: every chunk run, entered in the store, tried again if it fails."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field

from experiments.sweep.engines import Engine, Pool
from experiments.sweep.plan import Chunk, Plan, Task
from experiments.sweep.store import Store
from experiments.sweep.tables import Row

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
    while run.queue:
        with engine() as pool:
            run.until_broken(pool)


@dataclass
class _Run:
    """What is left to do: the first `suspects` of the queue one at a time, the others together."""

    plan: Plan
    store: Store
    work: Work
    on_done: OnDone
    queue: deque[Chunk]
    suspects: int = 0
    tried: Counter[int] = field(default_factory=Counter)
    running: dict[Future[list[Row]], Chunk] = field(default_factory=dict)

    def until_broken(self, pool: Pool) -> None:
        """Run until nothing is left to do, or the pool breaks."""
        try:
            while self.queue or self.running:
                self._submit(pool)
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                self._settle(done)
        # A lost scheduler cancels what was running there.
        except (BrokenExecutor, CancelledError) as error:
            self._settle({future for future in self.running if future.done() and _is_sound(future)})
            self._suspect(list(self.running.values()), str(error))
            self.running.clear()

    def _submit(self, pool: Pool) -> None:
        width = 1 if self.suspects else pool.width()
        while self.queue and len(self.running) < width:
            task = self.plan.task(self.queue[0], self.store.versions)
            future = pool.executor.submit(self.work, task)  # if it breaks, the chunk stays queued
            self.running[future] = self.queue.popleft()

    def _settle(self, futures: set[Future[list[Row]]]) -> None:
        """Enter what has come, all in one transaction; then see to what has failed."""
        sound = {future: self.running[future] for future in futures if _is_sound(future)}
        if sound:
            self.store.finish({chunk.number: future.result() for future, chunk in sound.items()})
        for future, chunk in sound.items():
            del self.running[future]
            self.suspects = max(self.suspects - 1, 0)
            self.on_done(chunk)
        for future in futures - sound.keys():
            try:
                future.result()
            except (BrokenExecutor, CancelledError):
                raise
            except Exception as error:
                chunk = self.running.pop(future)
                self.suspects = max(self.suspects - 1, 0)
                if self._may_try_again(chunk, f"{type(error).__name__}: {error}"):
                    self.queue.append(chunk)

    def _suspect(self, lost: list[Chunk], error: str) -> None:
        """Let each of the chunks that were running when the pool broke run alone."""
        if not self.suspects:
            self.suspects = len(lost)
        elif lost and not self._may_try_again(lost[0], f"the worker died: {error}"):
            self.suspects -= 1
            return
        self.queue.extendleft(reversed(lost))

    def _may_try_again(self, chunk: Chunk, error: str) -> bool:
        self.store.fail(chunk.number, " ".join(error.split()))
        self.tried[chunk.number] += 1
        return self.tried[chunk.number] < ATTEMPTS


def _is_sound(future: Future[list[Row]]) -> bool:
    return not future.cancelled() and future.exception() is None
