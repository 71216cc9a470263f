"""A method as data: a Recipe of operators and the round that strings them together."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from apps.engine.acceptance import Acceptance, Improves
from apps.engine.effects import Choose, Effect, Judge, Rule
from apps.engine.measurement import everything
from apps.engine.population import Memory
from apps.engine.records import Chosen
from apps.engine.selection import Best

type Steps[T] = Generator[Effect | list[Effect], Any, T]


@dataclass(slots=True)
class Context:
    """What a round is told: where it stands, what may be edited, its parameters. position is kept by the replay.

    edits maps each component's path to "whole", "regions" or "protected".
    """

    seed: int
    round: int
    edits: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    run: int = 0  # for naming candidates beyond this run; never a source of randomness

    def random(self, label: str) -> Random:
        """A generator of its own for each place and purpose: equal labels at one position give the same stream."""
        return Random(f"{self.seed}/{self.round}/{self.position}/{label}")


@dataclass(frozen=True, slots=True)
class Barren:
    """A round that brought no candidate to a verdict, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Grown:
    """A round that brought a candidate to a verdict."""

    candidate: int
    decision: str


type Outcome = Barren | Grown
type Vary = Callable[[Context, Sequence[Chosen]], Steps[int | None]]
type MeasureBy = Callable[[Context, int], Steps[None]]
type Round = Callable[["Recipe", Context], Steps[Outcome]]


def grow(recipe: "Recipe", ctx: Context) -> Steps[Outcome]:
    """The default round: choose parents, vary them, measure the child, judge it."""
    parents = yield Choose("candidate", recipe.select, recipe.parents)
    child = yield from recipe.vary(ctx, parents)
    if child is None:
        return Barren("no edit stood")
    yield from recipe.measure(ctx, child)
    verdict = yield Judge(child, recipe.accept)
    return Grown(child, verdict["decision"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The operators of a method. parameters are its settings with their defaults."""

    vary: Vary
    select: Rule = field(default_factory=Best)
    parents: int = 1
    measure: MeasureBy = everything
    accept: Acceptance = field(default_factory=Improves)
    memory: Memory | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    round: Round = grow

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a run. Raises ValueError for one that the method does not have or of another type."""
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "it has none"
                raise ValueError(f"unknown parameter {name!r}; parameters of this method: {known}")
            kind = type(self.parameters[name])
            if not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
                raise ValueError(f"parameter {name!r} must be a {kind.__name__}, not {value!r}")
        return dict(self.parameters) | dict(given)
