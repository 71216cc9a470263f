"""Reading a project's parts."""

from typing import Any

from django.db.models import Count, QuerySet

from apps.engine.canonical import decode
from apps.projects.models import Project, Task


def program_files(project: Project) -> dict[str, bytes]:
    """The seed: content of every component by path."""
    return {path: bytes(content) for path, content in project.components.values_list("path", "content")}


def edits(project: Project) -> dict[str, str]:
    """What may be edited of each component by path: whole, regions or protected."""
    return dict(project.components.values_list("path", "edit"))


def scorer_files(project: Project) -> dict[str, bytes]:
    """The evaluator's files by path."""
    return {path: text.encode() for path, text in decode(bytes(project.evaluator)).items()}


def tasks(project: Project, *splits: str) -> QuerySet[Task]:
    """Tasks of the splits, in the order of the folder."""
    return project.tasks.filter(split__in=splits)


def limits(project: Project) -> dict[str, Any]:
    """What a candidate may use per task: the fields of sandbox.contract.Limits."""
    return dict(project.limits)


def tasks_by_split(project: Project) -> dict[str, int]:
    """How many tasks are in which split."""
    return dict(project.tasks.order_by().values_list("split").annotate(Count("pk")))
