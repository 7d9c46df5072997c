"""What was seen, made into sites and findings: the rules for the model as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np

from nn_bridge.checking.findings import Finding
from nn_bridge.checking.place import Wrong, at_place
from nn_bridge.checking.seen import Seen, inside
from nn_bridge.checking.sites import Site
from nn_bridge.checking.table import Table
from nn_bridge.checking.watching import Norm

SHIFT = 1.1
"""How many times as large the variance before batch normalisation may be with dropout on: at 1.1
its outputs in evaluation are 5% too small."""

WHOLE = "the model"


def judged(seen: Seen, framework: str) -> tuple[list[Site], list[Finding]]:
    """Make sites and findings of what was seen."""
    table = Table(seen)
    findings = [
        Finding(kind, where, {"framework": framework, "name": where.rpartition(".")[2], **facts})
        for kind, where, facts in _all(table)
    ]
    return table.sites, findings


def _all(table: Table) -> Iterator[Wrong]:
    """Go through all rules; what follows from a finding is not told besides."""
    seen = table.seen
    for where in table.anew:
        yield "made anew in forward", where, {}
    if seen.misled:
        yield "evaluated in training mode", seen.misled, {}
    unreached = dict(_unreached(table))
    for part, switch in unreached.items():
        yield "not reached", part or WHOLE, {"switch": switch}
    for spot, site in table.places:
        within = spot.all[0].within
        lost = spot.where in table.anew or any(inside(within, part) for part in unreached)
        yield from at_place(seen, spot, site, lost)
    yield from _written(table, [part for part in unreached if part])
    yield from _norms(table)
    restless = [site.where for site in table.skipped if site.evaluation]
    if restless:
        yield "drops in evaluation", common(restless), {}
    drawn = any(each.drops for one in seen.evaluation for each in one.draws)
    if seen.difference > 0 and not drawn:
        yield "other outputs in evaluation", WHOLE, {"difference": seen.difference}


def common(paths: Sequence[str]) -> str:
    """Return the smallest part that holds all of some layers.

    Examples
    --------
    >>> common(["encoder.layers.0", "encoder.layers.2"])
    'encoder.layers'
    """
    steps = zip(*(path.split(".") for path in paths), strict=False)
    shared = takewhile(lambda step: len(set(step)) == 1, steps)
    return ".".join(step[0] for step in shared) or WHOLE


def _unreached(table: Table) -> Iterator[tuple[str, str]]:
    """Parts that a switch does not reach, where that matters, each with the switch's name."""
    norms = {path for one in table.passes for path in one.norms}
    drawn = [spot.all[0] for spot, _ in table.places if spot.where not in table.anew]
    for training, parts in table.seen.unreached.items():
        for part in parts:
            chance = any(
                inside(each.within, part) and (each.drops or (each.asked or 0) > 0)
                for each in drawn
            ) or any(
                each.rate > 0 and each.kind != "setting" and inside(each.where, part)
                and table.called(each.where)
                for each in table.seen.declared
            )  # fmt: skip
            statistics = not training and any(inside(path, part) for path in norms)
            if chance or statistics:
                yield part, "train()" if training else "eval()"


def _written(table: Table, unreached: Sequence[str]) -> Iterator[Wrong]:
    """Rates that are written down and come to nothing."""
    for one in table.seen.declared:
        told = one.where, {"rate": one.rate}
        if one.one_layer:
            yield "one layer", *told
        elif one.rate <= 0 or any(inside(one.where, part) for part in unreached):
            continue
        elif one.runs and one.where not in table.drawn and not table.carried_out(one):
            if table.called(one.where):
                yield "never drops", *told
            elif not table.asleep(one.part):
                yield "never called", *told
        elif one.kind == "setting" and not table.asleep(one.part) and not table.carried_out(one):
            yield "not wired", *told


def _norms(table: Table) -> Iterator[Wrong]:
    """Dropout before batch normalisation, and by how much it shifts the variance."""
    still, chance = table.seen.still, table.seen.chance
    if still is None or not chance:
        return
    # What drops in evaluation too is on both sides: its shift is not there until that is mended.
    sharing = {site.where: site.mask for site in table.sites if not site.evaluation}
    told: set[str] = set()
    for path, norm in chance[0].norms.items():
        before = [each for each in norm.before if sharing.get(each, "") not in ("", "per sample")]
        if not before or before[-1] in told or path not in still.norms:
            continue
        norms = [one.norms[path] for one in chance if path in one.norms]
        ratio = _shift(norms, still.norms[path])
        if ratio > SHIFT:
            told.add(before[-1])
            yield "before batch norm", before[-1], {"norm": path, "ratio": ratio}


def _shift(chance: Sequence[Norm], still: Norm) -> float:
    """Return the median over channels of the variance with chance on against off."""
    with_chance = np.mean([each.variances for each in chance], axis=0)
    some = still.variances > 0
    return float(np.median(with_chance[some] / still.variances[some])) if some.any() else 1.0
