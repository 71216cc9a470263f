"""Another evaluator for a project: a new series of scores begins, what was measured before stays as it is."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine.canonical import digest, encode
from apps.log.chain import Entry
from apps.log.services import append
from apps.projects import selectors
from apps.projects.access import require
from apps.projects.facts import Facts
from apps.projects.models import FormerEvaluator, Project
from apps.projects.package import Package
from apps.projects.protocol import scorer_digest
from apps.projects.services import axes, labels

MOST_TOLD = 5


def candidates(package: Package) -> list[Project]:
    """The projects whose evaluator the package could replace, the latest first."""
    family = Project.objects.filter(family=package.name).order_by("-pk")
    return [project for project in family if not obstacles(project, package)]


def obstacles(project: Project, package: Package) -> list[str]:
    """Why the package is another project and not another evaluator for this one, in words."""
    return list(_obstacles(project, package))


def replace(actor: Actor, project: Project, package: Package, facts: Facts) -> bool:
    """Put the package's evaluator, limits and defaults in force; the project's runs from now on are a new series.

    Whether anything that decides scores is another now. The caller sees to it that no run is open, and keeps new ones
    from starting: they lock the project too. Raises PermissionDenied; UserError where the package is another project.
    """
    require(actor, "maintain", project)
    with transaction.atomic():
        now = Project.objects.select_for_update().get(pk=project.pk)
        if found := obstacles(now, package):
            raise UserError(f"This is no other evaluator for {now}: {' '.join(found)} Nothing was changed.")
        former, before = _columns(now), bytes(now.scorer)
        _take_over(now, package, facts)
        now.save()
        axes.brought(actor, now, package.axes)
        labels.brought(actor, now, package.labels)
        entries = [imported(actor, now)]
        if changed := bytes(now.scorer) != before:
            version = now.former_evaluators.count() + 1
            kept = FormerEvaluator(project=now, version=version, columns=encode(former), actor=str(actor))
            kept.save()
            body = said(kept, bytes(now.scorer))
            entries.append(Entry("evaluator.changed", str(actor), f"project:{now.pk}", body))
        append(now.pk, entries)
    return changed


def imported(actor: Actor, project: Project) -> Entry:
    """The log's word of a folder that came in."""
    body: dict[str, Any] = {"package": bytes(project.package_digest).hex(), "repeatable": project.repeatable}
    if project.forgeable:
        body |= {"style": project.style, "forgeable": True}
    return Entry("project.imported", str(actor), f"project:{project.pk}", body)


def said(kept: FormerEvaluator, scorer: bytes) -> dict[str, object]:
    """What the log holds of a replacement: digests of what was, and of what decides scores from then on."""
    return {"version": kept.version + 1, "before": digest(bytes(kept.columns)).hex(), "scorer": scorer.hex()}


def _take_over(project: Project, package: Package, facts: Facts) -> None:
    values: dict[str, Any] = {
        "evaluator": encode(package.evaluator),
        "evaluator_entry": package.evaluator_entry,
        "package_digest": package.digest,
        "about": package.about,
        "templates": dict(package.templates),
        "notes": [str(note) for note in package.notes],
        "repeatable": facts.repeatable,
        "noise": facts.noise,
        **package.settings.columns(),
    }
    del values["mode"]  # people set it, and a folder does not loosen it behind them
    for name, value in values.items():
        setattr(project, name, value)
    project.scorer = scorer_digest(project)


def _columns(project: Project) -> dict[str, Any]:
    """What is kept of an evaluator that is replaced, as JSON."""
    plain = {name: getattr(project, name) for name in selectors.OF_EVALUATOR}
    return plain | {"evaluator": bytes(project.evaluator).decode(), "package": bytes(project.package_digest).hex()}


def _obstacles(project: Project, package: Package) -> Iterator[str]:
    if other := Project.objects.filter(package_digest=package.digest).exclude(pk=project.pk).first():
        yield f"This folder is the project {other} already."
    names = ("metric", "direction", "entry")
    yield from (f"Its {name} is another." for name in names if getattr(project, name) != getattr(package, name))
    seed = {part.path: (part.kind, part.edit, bytes(part.content)) for part in project.components.all()}
    parts = {part.path: (part.kind, part.edit, part.content) for part in package.components}
    if differing := sorted(path for path in seed.keys() | parts.keys() if seed.get(path) != parts.get(path)):
        yield f"What evolves is another: {_some(differing)}."
    tasks = {task.key: _task(task) for task in project.tasks.all()}
    others = {task.key: _task(task) for task in package.tasks}
    if differing := sorted(key for key in tasks.keys() | others.keys() if tasks.get(key) != others.get(key)):
        yield f"Its tasks are others: {_some(differing)}."


def _task(task: Any) -> tuple[object, ...]:
    return (task.split, bytes(task.input), bytes(task.expected), task.origin or "", task.difficulty)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return ", ".join(names[:MOST_TOLD]) + more
