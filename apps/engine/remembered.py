"""What a method goes by, as a few figures for people: read off its archive, small whatever the run has grown to."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.engine.archives.clades import Clades, alive
from apps.engine.archives.lineages import Lineages
from apps.engine.archives.refinements import Refinements
from apps.engine.archives.repairs import Repairs, Tally
from apps.engine.population import Population
from apps.engine.selection.clade import BestBelief, ToMeasure

LISTED = 10  # candidates, kinds or attempts


def remembered(population: Population, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the method's archive says, as JSON; empty where it keeps none that people could read.

    repairs: {open, drafts, errors, attempts}, each tally as [name, tried, better]. clades: {measure, made,
    measurements, trusted, best} with best as [number, own successes, own count, of its clade, count]. lineages: rows of
    [number, share of the draws, children]. refinements: [wrong, mended, right, broken].
    """
    archive = population.archive
    if isinstance(archive, Repairs):
        return {"repairs": _repairs(archive)}
    if isinstance(archive, Clades):
        return {"clades": _clades(population, archive, parameters)} if population.members else {}
    if isinstance(archive, Lineages):
        return {"lineages": _lineages(archive)}
    if isinstance(archive, Refinements):
        told = archive.transitions
        return {"refinements": [told.wrong, told.mended, told.right, told.broken]}
    return {}


def _repairs(archive: Repairs) -> dict[str, Any]:
    errors = sorted(archive.errors.items(), key=lambda item: (-item[1].tried, item[0]))
    return {
        "open": len(archive.open),
        "drafts": [archive.drafts.tried, archive.drafts.mended],
        "errors": _tallies(errors),
        "attempts": _tallies(sorted(archive.attempts.items())),
    }


def _tallies(found: Sequence[tuple[str | int, Tally]]) -> list[list[Any]]:
    return [[name, tally.tried, tally.mended] for name, tally in found[:LISTED]]


def _clades(population: Population, archive: Clades, given: Mapping[str, Any]) -> dict[str, Any]:
    """The candidates whose clades are believed to do best, and what the method does next."""

    def belief(number: int) -> float:
        pool = archive.clade(number)
        return (1 + pool.wins(archive.scale)) / (2 + pool.count)

    living = alive(population)
    rows = []
    for number in sorted(living, key=lambda number: (-belief(number), number))[:LISTED]:
        own, clade = archive.own(number), archive.clade(number)
        rows.append([number, own.wins(archive.scale), own.count, clade.wins(archive.scale), clade.count])
    rule = ToMeasure(given["alpha"], given["initial"])
    made = len(population.members) - 1
    return {
        "measure": not rule.expands(made, archive.measurements),
        "made": made,
        "measurements": archive.measurements,
        "trusted": BestBelief(given["percentile"]).most_trusted(population) if living else None,
        "best": rows,
    }


def _lineages(archive: Lineages) -> list[list[Any]]:
    """Whom the next parent is likeliest drawn from."""
    weights = archive.weights.all()
    total = sum(weights.values()) or 1.0
    ranked = sorted(weights, key=lambda number: (-weights[number], number))[:LISTED]
    return [[number, weights[number] / total, archive.children(number)] for number in ranked if weights[number] > 0]
