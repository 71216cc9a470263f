"""What the driver must know of a run and its project, read once: components, tasks, scorer, limits, plan, recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.common.ids import run_and_number
from apps.engine import registry
from apps.engine.axes import Axes, axes_from
from apps.engine.canonical import decode, digest
from apps.engine.effects import METHOD_SPLITS
from apps.engine.recipe import Recipe
from apps.engine.setup import Ensembles, Setup, ensembles_from
from apps.engine.supervise import Plan
from apps.projects import selectors
from apps.projects.models import Project, Task
from apps.projects.rubric import rubric_of
from apps.records.models import Run
from apps.rounds.selftest import with_variables
from apps.rounds.texts import of_candidate
from apps.rounds.working import Judge, Player, Work
from apps.sandbox.contract import Job, Limits, Runtime, Scorer
from apps.sandbox.runtime import prepare


@dataclass(frozen=True)
class Brief:
    """Everything that stays the same while a run is driven."""

    run: Run
    recipe: Recipe
    edits: Mapping[str, str]
    tasks: Mapping[str, Task]
    parameters: Mapping[str, Any]

    @property
    def project(self) -> Project:
        return self.run.project

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Keys of the tasks that selection scores count."""
        return self.split("validation")

    @cached_property
    def keys(self) -> dict[int, str]:
        """Keys of the tasks that methods may see, by their ids."""
        return {task.pk: key for key, task in self.tasks.items() if key in self.shown}

    @cached_property
    def shown(self) -> frozenset[str]:
        """Keys of the tasks that methods may see, and contracts may name."""
        return frozenset(key for key, task in self.tasks.items() if task.split in METHOD_SPLITS)

    def split(self, name: str) -> tuple[str, ...]:
        """Keys of a split's tasks, in order."""
        return tuple(task.key for task in self.tasks.values() if task.split == name)

    def named(self, tasks: str | Sequence[str]) -> list[Task]:
        """Tasks of a split, or by key. Raises LookupError for a key that the project does not have."""
        return [self.tasks[key] for key in (self.split(tasks) if isinstance(tasks, str) else tasks)]

    @property
    def sign(self) -> float:
        """+1 where higher is better, -1 where the project minimises: scores are turned at this border, once."""
        return -1.0 if self.project.direction == "minimise" else 1.0

    @cached_property
    def axes(self) -> Axes:
        """Descriptors and objectives that the method sees, as they were when the run started."""
        return axes_from(decode(bytes(self.run.axes)))

    @cached_property
    def models(self) -> Ensembles:
        """Who plays which role, as it was when the run started."""
        return ensembles_from(decode(bytes(self.run.ensembles)))

    @cached_property
    def about(self) -> str:
        """What prompts say the project is about, as it was when the run started."""
        return str(self._wording.get("about", ""))

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The project's own texts for prompts by name, as they were when the run started."""
        return dict(self._wording.get("templates", {}))

    @cached_property
    def _wording(self) -> Mapping[str, Any]:
        return dict(decode(bytes(self.run.wording)))

    def setup(self) -> Setup:
        """What the method is set against."""
        planted = planted_texts(self.project, self.run.origin)
        return Setup(planted, self.edits, self.required, self.axes, self.parameters, self.models)

    @cached_property
    def plan(self) -> Plan:
        """What this project can offer as evidence."""
        gate = self.split("gate")
        return Plan(repeatable=self.project.repeatable, gate=bool(gate), tasks=len(gate or self.required))

    @cached_property
    def limits(self) -> Limits:
        return Limits(**selectors.limits(self.project))

    @cached_property
    def scorer(self) -> Scorer:
        files = selectors.scorer_files(self.project)
        key = digest(bytes(self.project.evaluator) + self.project.evaluator_entry.encode()).hex()
        return Scorer(files=files, entry=self.project.evaluator_entry, key=key, **self.project.evaluator_limits)

    @cached_property
    def beside(self) -> Mapping[str, bytes]:
        """What runs in one sandbox with each candidate."""
        return selectors.beside(self.project)

    @cached_property
    def worker(self) -> Player | None:
        """The model that candidates are measured through, where they are."""
        return self._player(self.project.worker) if self.project.worker else None

    @cached_property
    def judge(self) -> Judge | None:
        """The model that judges answers, where a rubric scores."""
        told = self.project.rubric
        return Judge(self._player(told), rubric_of(told)) if told else None

    @property
    def players(self) -> list[Player]:
        """The models without which nothing is measured."""
        return [each for each in (self.worker, self.judge and self.judge.player) if each]

    def _player(self, told: Mapping[str, Any]) -> Player:
        (voice,) = self.models[told["role"]]
        return Player(voice.model, told["role"], told["max_tokens"], told["effort"])

    def work(self, job: Job, subject: int) -> Work:
        """One candidate's way through those models. subject: its id."""
        keys = {key: task.pk for key, task in self.tasks.items()}
        scorer = None if self.judge else self.scorer
        return Work(job, self.worker, scorer, self.judge, subject, keys)

    @cached_property
    def runtime(self) -> Runtime:
        built = prepare(self.project.packages, Path(settings.EVOWEB_HOME), tuple(self.project.preload))
        return with_variables(built, self.project.variables)


def brief(run: Run) -> Brief:
    """Read what driving the run takes. Raises LookupError for a method that this version does not have."""
    recipe = registry.get(run.method)
    edits = selectors.edits(run.project)
    tasks = {task.key: task for task in run.project.tasks.order_by("position")}
    return Brief(run, recipe, edits, tasks, recipe.settings(decode(bytes(run.parameters))))


def planted_texts(project: Project, origin: int | None) -> dict[str, str]:
    """What round 0 plants, by path: the candidate of another run whose id is origin, or the seed."""
    return seed_texts(project) if origin is None else of_candidate(*run_and_number(origin))


def seed_texts(project: Project) -> dict[str, str]:
    """The seed's components by path."""
    return {path: content.decode() for path, content in selectors.program_files(project).items()}
