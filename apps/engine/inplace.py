"""The effects that need nothing but the population: drawing and judging. Pure: tests run them as the driver does."""

from collections.abc import Collection, Mapping
from random import Random
from typing import Any, cast

from apps.engine.acceptance import Acceptance, Decision
from apps.engine.canonical import encode
from apps.engine.contracts.validity import complaint
from apps.engine.effects import Choose, Judge, Propose, Refused
from apps.engine.measurement.racing import Undecided
from apps.engine.population import Population
from apps.engine.recall import Draw
from apps.engine.selection.protocol import Selection
from apps.engine.variation.regions import RegionError, outside_unchanged
from apps.engine.variation.text.bounds import LARGEST_TEXT, is_text

LARGEST_TRAITS = 64_000  # bytes, as canonical JSON


def choose(population: Population, effect: Choose, rng: Random) -> list[Any]:
    """Journal form of what the rule draws: [number, score] each for candidates, JSON for a memory, keys of tasks.

    Raises Refused when there is nothing to draw from.
    """
    if effect.kind == "memory":
        return cast(Draw, effect.rule).draw(population.memory, rng, effect.n)
    if effect.kind == "task":
        return _tasks(population, effect, rng)
    if effect.kind != "candidate":
        raise Refused(f"nothing of the kind {effect.kind!r} can be chosen")
    if not population.ranked:
        raise Refused("no candidate is kept and complete")
    rule = cast(Selection, effect.rule)
    return [[number, population.score(number)] for number in rule.choose(population, rng, effect.n)]


def _tasks(population: Population, effect: Choose, rng: Random) -> list[Any]:
    rule = cast(Undecided, effect.rule)
    if rule.candidate not in population.members:
        raise Refused(f"there is no candidate {rule.candidate} in this run")
    return list(rule.draw(population, rng, effect.n))


def judge(population: Population, effect: Judge) -> Decision:
    """The rule's decision on a candidate of the run."""
    if effect.candidate not in population.members:
        raise Refused(f"there is no candidate {effect.candidate} in this run")
    return cast(Acceptance, effect.rule).judge(population, effect.candidate)


def check(
    effect: Propose, base: Mapping[str, str], edits: Mapping[str, str], tasks: Collection[str] | None = None
) -> None:
    """Raise Refused unless the edit may stand: it changes something, only what may be edited, within bounds.

    tasks are the keys that its contract may name; without them the contract is not looked at.
    """
    for path, text in effect.edit.items():
        _check_file(path, base.get(path), text, edits)
    if all(base.get(path) == text for path, text in effect.edit.items()):
        raise Refused("the edit changes nothing")
    if effect.traits and (size := len(encode(effect.traits))) > LARGEST_TRAITS:
        raise Refused(f"the traits have {size} bytes; {LARGEST_TRAITS} are allowed")
    if tasks is not None and (said := complaint(effect.contract, tasks)):
        raise Refused(said)


def _check_file(path: str, before: str | None, after: str, edits: Mapping[str, str]) -> None:
    if before is None:
        raise Refused(f"{path} is no component of this project")
    if len(after) > LARGEST_TEXT:
        raise Refused(f"{path} would grow to {len(after)} characters; {LARGEST_TEXT} are allowed")
    if not is_text(after):
        raise Refused(f"{path} would hold characters that are no text")
    try:
        kept = outside_unchanged(before, after, edits.get(path, "protected"))
    except RegionError as error:
        raise Refused(f"{path}: {error}") from None
    if not kept:
        raise Refused(f"{path} would change outside its editable regions")
