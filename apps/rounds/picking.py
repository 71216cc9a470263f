"""Methods as somebody chooses one for a project: what each claims, what can be set, and what it lacks here."""

from dataclasses import dataclass

from apps.engine import registry
from apps.engine.setup import Ensembles, Setup, unplayed
from apps.projects import selectors
from apps.projects.models import Project
from apps.rounds.brief import seed_texts

USUAL = "hill_climb"  # where a project names no method, as in its manifest


@dataclass(frozen=True, slots=True)
class Pick:
    """A method. lacks: why it cannot work on the project as it stands, with its defaults; empty where it can.

    roles: those that a model has to play for it; missing: those of them that none does.
    """

    name: str
    claim: str
    parameters: tuple[str, ...]
    lacks: str
    roles: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def models(self) -> str:
        """Which roles models have to play for it, in words; empty where it asks none."""
        return ", ".join(self.roles)


def known_method(*named: str | None) -> str:
    """The first of these methods that there is: one that a project or a run names may be gone since."""
    return next((name for name in named if name in registry.names()), USUAL)


def picks(project: Project, models: Ensembles) -> list[Pick]:
    """Every method, by name. models: who plays which role."""
    texts, edits, axes = seed_texts(project), selectors.edits(project), selectors.axes(project)
    tasks = tuple(project.tasks.filter(split="validation").order_by("position").values_list("key", flat=True))
    found = []
    for name in registry.names():
        recipe = registry.get(name)
        missing = unplayed(models, recipe.roles)
        lacks = f"no model plays {' and '.join(missing)}" if missing else ""
        lacks = lacks or recipe.fits(Setup(texts, edits, tasks, axes, recipe.parameters, models))
        found.append(Pick(name, registry.claim(name), tuple(recipe.parameters), lacks, recipe.roles, tuple(missing)))
    return found


def needing() -> tuple[list[str], list[str]]:
    """Names of methods that ask a model, and of those that ask none."""
    asking = [name for name in registry.names() if registry.get(name).roles]
    return asking, [name for name in registry.names() if name not in asking]


def grouped(every: list[Pick]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of a form: those that can work first."""
    fitting = [(one.name, one.name) for one in every if not one.lacks]
    others = [(one.name, one.name) for one in every if one.lacks]
    return [
        (title, some) for title, some in (("For this project", fitting), ("Lacking something here", others)) if some
    ]
