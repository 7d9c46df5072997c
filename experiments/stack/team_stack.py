"""Stacks of teams: many teams that differ in seed, law and rates, trained in one go.

By T1 a team is a network, and networks of the same shape are a batch of small matrices. Nothing is
shared between members but the numbers of one memory: each sees the questions and absences that
`simulation.Team` with its seed sees, and ends where that team ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

import numpy as np

from experiments.stack.alike import check_alike, for_each
from experiments.stack.block import Block
from experiments.stack.kernel import Skills, TargetNoise
from experiments.stack.measures import game_measures
from experiments.stack.size import members_at_once, shape_of, skill_floats
from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.attendance import AttendanceLaw
from simulation.checks import DivergedError, InputError, flag, given, listed, real, room, whole
from simulation.coalitions import AdditiveGame
from simulation.presenter import presenter_names
from simulation.talk import Talk


class TeamStack:
    """R teams that rehearse side by side.

    The same, member by member, as `Team(talk, law, ..., rng=seed)` for each talk, law and seed.

    Parameters
    ----------
    talks : sequence of Talk
        One for all or one each: the same sizes, audience and hard section.
    laws : sequence of AttendanceLaw
        One each, for the same number of presenters.
    seeds : sequence of int
        One each.
    abilities : int
        H.
    trust, learning_rate : float or sequence of float
        One for all or one each, ranges as of `Team`. Members who all have trust 1 take a plain
        dropout step, which is faster.
    questions : int
        B.
    target_noise : function(seeds) -> TargetNoise, optional
        What these seeds' members hear of what was wanted, as `Team.as_heard`; left out: all of it.
        It wants several questions in a rehearsal, trust below 1, and NumPy's kernels.
    weight_decay : float
        Each rehearsal shrinks all skills by learning rate times this: what L2 regularisation adds
        to the gradient of plain SGD (Krogh & Hertz 1991, A simple weight decay can improve
        generalization); the handout, a bias, is left alone. Other than 0 it wants several questions
        in a rehearsal and NumPy's kernels.
    compiled : bool
        Whether Numba compiles the rehearsal: some five seconds once in a process, one for each
        further size, and then less than half the time. Results are the same up to rounding.
        It needs the extra `compiled`.

    Attributes
    ----------
    rehearsals : int
        How many have been held.
    diverged : (R,) int array
        The rehearsal at which a member's handout left the finite numbers, which in a team raises an
        error; if its head start did, the first rehearsal. 0: it did not. All that a diverged member
        knows is nan. Other members never notice.

    Raises
    ------
    InputError
        If a parameter is out of its range, or members differ in what they must share.

    Examples
    --------
    >>> from simulation import Everyone, one_or_two_absent, synthetic_talk
    >>> talk = synthetic_talk(np.random.default_rng(0))
    >>> stack = TeamStack([talk], [Everyone(5), one_or_two_absent(5)], seeds=[1, 1])
    >>> stack.rehearse(10)
    >>> stack.delivery.shape, stack.diverged.tolist()
    ((2, 5, 5, 4), [0, 0])
    """

    def __init__(
        self,
        talks: Sequence[Talk],
        laws: Sequence[AttendanceLaw],
        seeds: Sequence[int],
        *,
        abilities: int = 4,
        trust: float | Sequence[float] = 0.02,
        learning_rate: float | Sequence[float] = 0.02,
        questions: int = 8,
        target_noise: Callable[[Sequence[int]], TargetNoise] | None = None,
        weight_decay: float = 0.0,
        compiled: bool = False,
    ) -> None:
        seeds, talks, laws = listed("seeds", seeds), listed("talks", talks), listed("laws", laws)
        members = len(seeds)
        if not members:
            raise InputError("the stack has no members: give at least one seed")
        if len(laws) != members:
            raise InputError(
                f"{len(laws)} laws for {members} members (seeds): give each a law and a seed"
            )
        if len(talks) not in (1, members):
            raise InputError(
                f"{len(talks)} talks for {members} members: give one for all, or one each"
            )
        check_alike(talks, laws)
        self._shape = shape_of(
            talks[0], laws[0].n_presenters, abilities=abilities, questions=questions
        )
        room("the stack's members", members, skill_floats(self._shape))
        trusts = for_each("trust", trust, members, above=0, most=1)
        rates = for_each("learning rate", learning_rate, members, above=0)
        checked = [whole("seed", seed, least=0) for seed in seeds]
        flag("compiled", compiled)
        if target_noise is not None and not callable(target_noise):
            raise InputError(
                f"target_noise is {given(target_noise)}, but must be a function of the seeds"
            )
        if target_noise is not None and (questions == 1 or (trusts == 1.0).any()):
            raise InputError(
                "target noise goes by each one's contribution, which one question in a rehearsal "
                "or a trust of 1 does not lay out: ask for more questions and a lower trust, or "
                "leave target_noise out"
            )
        if real("weight decay", weight_decay, least=0) and (questions == 1 or compiled):
            raise InputError(
                "neither the kernel for one question in a rehearsal nor the compiled one knows "
                "weight decay: ask for more questions, leave compiled out, or leave weight_decay "
                "at 0"
            )
        if compiled:
            _compilable(target_noise)
        self.names = presenter_names(self._shape.presenters)
        self.rehearsals = 0
        self.diverged: IntArray = np.zeros(members, dtype=np.int64)
        self._talks: list[Talk] = list(talks)
        at_once = members_at_once(self._shape)
        self._blocks = []
        for first in range(0, members, at_once):
            own = slice(first, first + at_once)
            self._blocks.append(
                Block(
                    self._shape,
                    talks if len(talks) == 1 else talks[own],
                    laws[own],
                    checked[own],
                    trusts[own],
                    rates[own],
                    None if target_noise is None else target_noise(checked[own]),
                    weight_decay=weight_decay,
                    compiled=compiled,
                )
            )

    @property
    def n_members(self) -> int:
        """R."""
        return len(self.diverged)

    @property
    def understanding(self) -> FloatArray:
        """(R, N, H, D)."""
        return self.skills().understanding

    @property
    def understanding_bias(self) -> FloatArray:
        """(R, N, H)."""
        return self.skills().bias

    @property
    def delivery(self) -> FloatArray:
        """(R, N, K, H)."""
        return self.skills().delivery

    @property
    def handout(self) -> FloatArray:
        """(R, K)."""
        return self.skills().handout

    @property
    def reliance(self) -> FloatArray:
        """rho_ij of each member, (R, N, N)."""
        return self.skills().reliance

    def skills(self) -> Skills:
        """Gather what all members know, as copies."""
        parts = zip(*(block.skills().parts() for block in self._blocks), strict=True)
        return Skills(*(np.concatenate(part) for part in parts))

    def rehearse(self, rehearsals: int) -> None:
        """Hold so many rehearsals; a member that diverges does not stop the others."""
        count = whole("rehearsals", rehearsals, least=0)
        # Overflow is looked for where it can be said at which rehearsal it came.
        with np.errstate(over="ignore", invalid="ignore"):
            for block, diverged in self._with_diverged():
                at = block.rehearse(count)
                self._note(block, diverged, at > 0, self.rehearsals + at)
        self.rehearsals += count

    def practise_alone(self, who: str, rehearsals: int) -> None:
        """Let presenter `who` of every member practise the hard section alone: a head start."""
        count = whole("rehearsals", rehearsals, least=0)
        if not isinstance(who, str) or who not in self.names:
            raise InputError(
                f"presenter {given(who)} is not in the team: {self.names[0]} to "
                f"{self.names[-1]} are"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            for block, diverged in self._with_diverged():
                lost = block.practise_alone(self.names.index(who), count)
                self._note(block, diverged, lost, self.rehearsals + 1)

    def talk(self, member: int) -> Talk:
        """Give the talk of a member."""
        number = whole("member", member, least=0, most=self.n_members - 1)
        return self._talks[number if len(self._talks) > 1 else 0]

    def game(self, member: int, part: str = "show") -> AdditiveGame:
        """Let a member give its talk: the game of coalitions that its team's `game` gives.

        Parameters
        ----------
        member : int
        part : {'show', 'practice', 'choice'}
            Of the talk: on the audience's unseen questions, or on those of `Talk.part`.

        Raises
        ------
        DivergedError
            If the member diverged: it says at which rehearsal.
        """
        talk = self.talk(member)
        if self.diverged[member]:
            raise DivergedError(
                f"learning of member {member} diverged at rehearsal {self.diverged[member]}: "
                "its learning rate is too large for this talk, lower it"
            )
        questions, wanted = talk.part(part)
        skills = self.skills()
        thoughts = questions @ skills.understanding[member].swapaxes(1, 2)
        thoughts += skills.bias[member][:, None]  # (N, M, H)
        np.maximum(thoughts, 0.0, out=thoughts)
        contributions = thoughts @ skills.delivery[member].swapaxes(1, 2)  # (N, M, K)
        return AdditiveGame(contributions, skills.handout[member], wanted, talk.audience)

    def game_measures(self) -> dict[str, FloatArray]:
        """Hold the yardstick to every member's show.

        Returns
        -------
        dict of str to (R,) array
            'quality' (everyone there); 'one missing, mean' and 'worst', 'two missing, mean' and
            'worst' (nobody covers); 'solo quality, mean'; 'hard section'; 'hard section, without
            its carrier' (who has the largest share of the answers on it); 'agreement';
            'co-adaptation score'; 'reliance, mean'; 'squared weights'. nan for members that
            diverged.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            parts = [
                game_measures(self._shape, talks, block.skills())
                for block, talks in self._with_talks()
            ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _with_talks(self) -> Iterator[tuple[Block, Sequence[Talk]]]:
        """Yield each block with its members' talks, one for all or one each."""
        first = 0
        for block in self._blocks:
            own = slice(first, first + block.n_members)
            yield block, self._talks if len(self._talks) == 1 else self._talks[own]
            first += block.n_members

    def _with_diverged(self) -> Iterator[tuple[Block, IntArray]]:
        """Yield each block with its part of `diverged`, a view."""
        first = 0
        for block in self._blocks:
            yield block, self.diverged[first : first + block.n_members]
            first += block.n_members

    @staticmethod
    def _note(block: Block, diverged: IntArray, lost: BoolArray, at: IntArray | int) -> None:
        """Note when members were `lost`, those that were not before."""
        new = lost & (diverged == 0)
        if new.any():
            diverged[new] = np.broadcast_to(at, new.shape)[new]
            block.give_up(new)


def _compilable(target_noise: object) -> None:
    if target_noise is not None:
        raise InputError(
            "target_noise is a function of Python's, which the compiled kernel cannot call: leave "
            "out one of the two"
        )
    if find_spec("numba") is None:
        raise InputError(
            "the compiled kernel needs Numba, which is not installed: "
            "pip install -c constraints.txt -e '.[compiled]', or leave compiled out"
        )
