"""A method as data: a Recipe of operators and the round that strings them together."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from apps.engine.acceptance import Acceptance, Improves
from apps.engine.effects import Choose, Effect, Judge, Rule
from apps.engine.measurement import everything
from apps.engine.population import Archive, Memory, Population
from apps.engine.records import Chosen
from apps.engine.selection import Best
from apps.engine.setup import Ensembles, Setup

type Steps[T] = Generator[Effect | list[Effect], Any, T]
type View = Literal["front", "map", "operators"]


@dataclass(slots=True)
class Context:
    """What a round is told: where it stands, what may be edited, its parameters. position is kept by the replay.

    edits maps each component's path to "whole", "regions" or "protected"; tasks are the keys of the validation tasks,
    train those of the tasks that prompts may show. about says what the project is about, templates are its own texts
    for prompts, by name; hints are what people want this round to heed.
    """

    seed: int
    round: int
    edits: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    run: int = 0  # for naming candidates beyond this run; never a source of randomness
    tasks: tuple[str, ...] = ()
    train: tuple[str, ...] = ()
    models: Ensembles = field(default_factory=dict)
    about: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class GoesBy:
    """The view of a run that shows what its method goes by, and what that is: how "it goes by ..." ends."""

    view: View
    what: str


def grow(recipe: "Recipe", ctx: Context) -> Steps[Outcome]:
    """The default round: choose parents, vary them, measure the child, judge it."""
    return (yield from grow_from(recipe, ctx, recipe.select))


def grow_from(recipe: "Recipe", ctx: Context, select: Rule) -> Steps[Outcome]:
    """The default round with a selection rule of its own."""
    parents = yield Choose("candidate", select, recipe.parents)
    child = yield from recipe.vary(ctx, parents)
    return (yield from concluded(recipe, ctx, child))


def concluded(recipe: "Recipe", ctx: Context, child: int | None) -> Steps[Outcome]:
    """The end of a round: what stands is measured and judged; None stands for no edit."""
    if child is None:
        return Barren("nothing was found to vary, or no edit stood")
    yield from recipe.measure(ctx, child)
    verdict = yield Judge(child, recipe.accept)
    return Grown(child, verdict["decision"])


def fits_anything(setup: Setup) -> str:
    """No complaint."""
    return ""


def unvaried(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """No child: for a method whose round makes its children itself."""
    return None
    yield


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """The operators of a method. parameters are its settings with their defaults.

    memory and archive are made anew for each run. roles are those that a model has to play for it. fits says, before a
    run starts, why the method cannot work there in a sentence for the person who asked for it, or "". goes_by says
    which view of a run shows what the method goes by, where one does.
    """

    vary: Vary = unvaried
    select: Rule = field(default_factory=Best)
    parents: int = 1
    measure: MeasureBy = everything
    accept: Acceptance = field(default_factory=Improves)
    memory: Callable[[Setup], Memory] | None = None
    archive: Callable[[Setup], Archive] | None = None
    roles: tuple[str, ...] = ()
    fits: Callable[[Setup], str] = fits_anything
    parameters: Mapping[str, Any] = field(default_factory=dict)
    round: Round = grow
    goes_by: GoesBy | None = None

    def population(self, setup: Setup) -> Population:
        """An empty population with the memory and the archive that this method keeps."""
        memory = self.memory(setup) if self.memory else None
        return Population(setup.tasks, memory, self.archive(setup) if self.archive else None)

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
