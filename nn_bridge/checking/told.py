"""How a check-up is told, in one language: what was found first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nn_bridge.checking.findings import Finding
from nn_bridge.checking.report import Estimate, Gap, Report
from nn_bridge.checking.sites import Site
from nn_bridge.measuring.metrics import OWN
from nn_bridge.results import parts
from nn_bridge.results.loaded import loaded_versions
from nn_bridge.results.numbers import figure, interval_digits, with_interval
from nn_bridge.results.wording import Wording

FIRST = 2
"""Findings that stand in the first sentence."""

LOSSES = "training", "evaluation", "chance", "own", "validation", "gap", "without"


def told(check_up: Report, say: Wording) -> parts.Told:
    """Say what was seen."""
    made_with = ", ".join(map(" ".join, loaded_versions().items()))
    return parts.Told(
        say("checked.title", model=check_up.model, framework=check_up.framework),
        sentence(check_up, say),
        tuple(all_parts(check_up, say)),
        ((say("versions"), made_with),),
    )


def sentence(check_up: Report, say: Wording) -> str:
    """Say the main thing, and whence the gap to the validation loss, where it is known."""
    gap = check_up.gap
    explained = [] if gap is None or gap.without is None else [of_gap(gap, say)]
    return say.joined([of_sites(check_up, say), *explained], "space")


def of_sites(check_up: Report, say: Wording) -> str:
    """Say what is wrong, or that nothing is."""
    found = check_up.findings
    if found:
        seen = [each.told("seen", say.language) for each in found[:FIRST]]
        more = len(found) - FIRST
        return say.joined([*seen, *([say("checked.more", more=more)] if more > 0 else [])], "space")
    if not check_up.sites:
        return say("checked.nothing")
    one = ".one" if len(check_up.sites) == 1 else ""
    return say(f"checked.well{one}", sites=len(check_up.sites))


def of_gap(gap: Gap, say: Wording) -> str:
    """Say why the validation loss is not the training loss.

    A difference is said to be one if its interval leaves 0 out.
    """
    assert gap.own is not None
    assert gap.gap is not None
    assert gap.without is not None
    before, after = side(gap.gap), side(gap.without)
    said = [say(f"gap.said.{before}", gap=size(gap.gap))]
    if side(gap.own) != "above":
        return "".join([*said, say("gap.said.own.none")])
    turned = before == "below" != after
    said.append(say("gap.said.own.why" if turned else "gap.said.own", own=size(gap.own)))
    norms = "" if gap.training.value == gap.chance.value else ".norms"  # which then go with it
    said.append(say(f"gap.said.without{norms}"))
    still = ".still" if before == after == "below" else ""
    said.append(say(f"gap.said.without.{after}{still}", without=size(gap.without)))
    return "".join(said)


def side(difference: Estimate) -> str:
    """Say on which side of 0 a difference lies, with all of its interval."""
    if difference.low > 0:
        return "above"
    return "below" if difference.high < 0 else "neither"


def size(difference: Estimate) -> str:
    """Print a difference without its sign, as exactly as its interval allows."""
    digits = interval_digits(difference.value, difference.low, difference.high)
    return figure(abs(difference.value), digits)


def all_parts(check_up: Report, say: Wording) -> Iterator[parts.Part]:
    """Say all of it, part by part."""
    if check_up.sites:
        yield sites(check_up, say)
    if check_up.findings:
        labels = say("findings.why"), say("findings.line")
        found = tuple(finding(each, say) for each in check_up.findings)
        yield parts.Findings(say("findings"), found, labels)
    if check_up.gap is not None:
        yield losses(check_up.gap, say, check_up.findings)
    if check_up.mode in ("training", "mixed"):
        yield parts.Notes(say("notes"), (say(f"mode.{check_up.mode}"),))


def sites(check_up: Report, say: Wording) -> parts.Table:
    """Tabulate where chance enters."""
    columns = "where", "kind", "asked", "rate", "scale", "on", "calls", "mask"
    note = say("checked.sites.note", passes=check_up.passes, examples=check_up.examples)
    return parts.Table(
        say("checked.sites"),
        tuple(say(f"column.{name}") for name in columns),
        tuple(row(site, say) for site in check_up.sites),
        note,
        frozenset({2, 3, 4, 6}),
        frozenset({5}),
    )


def row(site: Site, say: Wording) -> tuple[str, ...]:
    """Say what was seen of one place."""
    nothing = say("none")
    rate = site.rate
    modes = site.training, site.evaluation, site.again
    return (
        site.where,
        site.kind,
        nothing if site.asked is None else f"{site.asked:g}",
        nothing if rate is None else with_interval(rate.value, rate.low, rate.high),
        nothing if site.scale is None else f"x {figure(site.scale)}",
        " ".join(say("on" if each else "off") for each in modes),
        f"{site.calls:g}",
        say.joined([say(f"mask.{each}") for each in site.mask.split(", ")])
        if site.mask
        else nothing,
    )


def finding(found: Finding, say: Wording) -> parts.Finding:
    """Say what was seen, why it matters and what to change."""
    told = (found.told(part, say.language) for part in ("seen", "why", "line"))
    return parts.Finding(*told)


def losses(gap: Gap, say: Wording, findings: Sequence[Finding]) -> parts.Table:
    """Tabulate the loss on the same data in both modes, and whose part of the gap is whose."""
    meant = {"evaluation": "restless"} if gap.own is None else {}
    misled = [each.where for each in findings if each.kind == "evaluated in training mode"]
    notes = [*passes(gap, say), *(say("gap.misled", where=where) for where in misled)]
    counts = {"examples": gap.examples, "passes": gap.passes, "unit": say(f"unit.{gap.unit}")}
    estimates = {name: getattr(gap, name) for name in LOSSES}
    if gap.chance.value == gap.training.value:  # no batch normalisation to tell it from
        del estimates["chance"]
    return parts.Table(
        say("gap.title", loss=say(f"loss.{OWN}") if gap.loss == OWN else gap.loss),
        (say("column.measure"), say("column.figure"), say("column.says")),
        tuple(
            (
                say(f"gap.{name}"),
                with_interval(estimate.value, estimate.low, estimate.high),
                say(f"gap.{meant.get(name, name)}.says"),
            )
            for name, estimate in estimates.items()
            if estimate is not None
        ),
        say.joined([say("gap.note", **counts), *notes], "space"),
        frozenset({1}),
        frozenset({0}),
    )


def passes(gap: Gap, say: Wording) -> list[str]:
    """Say how many passes with chance on match one scaled pass."""
    if gap.own is None:
        return [say("gap.restless")]
    if not gap.averaged:
        return []
    if gap.matches is None:
        return [say("gap.no match", passes=len(gap.averaged))]
    one = ".one" if gap.matches == 1 else ""
    return [say(f"gap.matches{one}", passes=gap.matches)]
