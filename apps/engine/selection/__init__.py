"""Rules that choose candidates, by rank or from the method's archive; one per module; a module put here is found.

The journal form of a rule is {"name": its name, and its parameters}, as `effects.rule_payload` writes it.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from apps.engine.effects import rule_payload as payload
from apps.engine.selection.best import Best
from apps.engine.selection.best_here import BestHere
from apps.engine.selection.born_here import BornHere
from apps.engine.selection.crowded import Crowded
from apps.engine.selection.explore_exploit import ExploreExploit
from apps.engine.selection.island_tournament import IslandTournament
from apps.engine.selection.latest import Latest
from apps.engine.selection.least_measured import LeastMeasured
from apps.engine.selection.linear_rank import LinearRank
from apps.engine.selection.most_novel import MostNovel
from apps.engine.selection.power_law import PowerLaw
from apps.engine.selection.proportional import Proportional
from apps.engine.selection.protocol import Selection
from apps.engine.selection.seed import Seed
from apps.engine.selection.task_front import TaskFront
from apps.engine.selection.tournament import Tournament
from apps.engine.selection.uniform_cell import UniformCell
from apps.engine.selection.weighted import Weighted

__all__ = [
    "REGISTRY",
    "Best",
    "BestHere",
    "BornHere",
    "Crowded",
    "ExploreExploit",
    "IslandTournament",
    "Latest",
    "LeastMeasured",
    "LinearRank",
    "MostNovel",
    "PowerLaw",
    "Proportional",
    "Seed",
    "Selection",
    "TaskFront",
    "Tournament",
    "UniformCell",
    "Weighted",
    "from_payload",
    "payload",
]


def _found() -> dict[str, type[Any]]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    rules: list[Any] = [each for module in modules for each in vars(module).values() if _is_rule(each)]
    return {rule.name: rule for rule in rules}


def _is_rule(found: object) -> bool:
    return is_dataclass(found) and hasattr(found, "choose")


REGISTRY: dict[str, type[Any]] = _found()


def from_payload(data: Mapping[str, Any]) -> Selection:
    """The rule behind its journal form; parameters that are missing keep their defaults.

    Raises LookupError for an unknown rule, ValueError for an unknown parameter, a wrong type or a value out of bounds.
    """
    name = data.get("name")
    if name not in REGISTRY:
        raise LookupError(f"unknown selection rule {name!r}; known rules: {', '.join(sorted(REGISTRY))}")
    kinds = {field.name: field.type for field in fields(REGISTRY[name])}
    given = {key: value for key, value in data.items() if key != "name"}
    for key, value in given.items():
        if key not in kinds:
            known = ", ".join(kinds) or "it has none"
            raise ValueError(f"unknown parameter {key!r}; parameters of the rule {name}: {known}")
        _check_type(key, value, kinds[key])
    rule: Selection = REGISTRY[name](**given)
    return rule


def _check_type(key: str, value: Any, kind: Any) -> None:
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or isinstance(value, bool):
        raise ValueError(f"parameter {key!r} must be of type {kind.__name__}, not {value!r}")
