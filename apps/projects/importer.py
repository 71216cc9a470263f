"""Turns a checked project folder into a project: all of it in one transaction, or nothing.

A folder that did not change since its last import is the same project, also where its axes did: they change no score.
Any other change makes it a new version beside the old, because scores of different evaluators, tasks or seeds must
never be compared: the project keeps its name, and the new version is called "name (2)". Members are taken over. Where
nothing changed but the evaluator, it may take the place of the old one instead: services/evaluators.py.
"""

from collections.abc import Iterable
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from apps.accounts.actors import Actor
from apps.engine.axes import Axes
from apps.engine.canonical import encode
from apps.log.services import append
from apps.projects.access import require
from apps.projects.facts import Facts
from apps.projects.models import Component, Membership, Project, Task
from apps.projects.package import Package
from apps.projects.protocol import scorer_digest
from apps.projects.services import labels, wording
from apps.projects.services.axes import added as axes_added
from apps.projects.services.axes import brought
from apps.projects.services.evaluators import imported
from apps.projects.services.members import added as member_added


def known(actor: Actor, package: Package) -> Project | None:
    """The project of the same folder, from now on with the axes, wording and labels that the folder has now.

    Raises PermissionDenied.
    """
    project = Project.objects.filter(package_digest=package.digest).first()
    if project is not None:
        brought(actor, project, package.axes)
        wording.brought(actor, project, package)
        labels.brought(actor, project, package.labels)
    return project


@transaction.atomic
def import_package(actor: Actor, package: Package, facts: Facts) -> Project:
    """The project of this package: the one imported before, or a new one. Raises PermissionDenied."""
    require(actor, "maintain", None)
    if (same := known(actor, package)) is not None:
        return same
    before = Project.objects.filter(family=package.name).order_by("-pk").first()
    project = Project(
        family=package.name,
        name=_free_name(package.name),
        package_digest=package.digest,
        direction=package.direction,
        metric=package.metric,
        entry=package.entry,
        style=package.style,
        about=package.about,
        notes=[str(note) for note in package.notes],
        evaluator=encode(package.evaluator),
        evaluator_entry=package.evaluator_entry,
        repeatable=facts.repeatable,
        noise=facts.noise,
        templates=dict(package.templates),
        **package.settings.columns(),
    )
    project.slug = _free_slug(project.name)
    project.scorer = scorer_digest(project)
    project.save(force_insert=True)
    _add_parts(project, package)
    labels.brought(actor, project, package.labels)
    members = _add_members(project, before, actor)
    entries = [imported(actor, project), *(member_added(actor, member) for member in members)]
    if package.axes != Axes():
        entries.append(axes_added(actor, project, package.axes, 1, imported=True))
    append(project.pk, entries)
    return project


def _add_parts(project: Project, package: Package) -> None:
    Component.objects.bulk_create(
        Component(project=project, path=part.path, kind=part.kind, edit=part.edit, content=part.content)
        for part in package.components
    )
    tasks = (
        Task(
            project=project,
            key=task.key,
            split=task.split,
            input=task.input,
            expected=task.expected,
            origin=task.origin,
            difficulty=task.difficulty,
            position=position,
        )
        for position, task in enumerate(package.tasks)
    )
    Task.objects.bulk_create(tasks, batch_size=500)


def _add_members(project: Project, before: Project | None, actor: Actor) -> list[Membership]:
    roles = dict(Membership.objects.filter(project=before).values_list("user_id", "role")) if before else {}
    if actor.kind == "person":
        roles[actor.user.pk] = "admin"
    return Membership.objects.bulk_create(
        Membership(project=project, user_id=user, role=role) for user, role in roles.items()
    )


def _free_name(name: str) -> str:
    return _first_free("name", (name if version == 1 else f"{name} ({version})" for version in count(1)))


def _free_slug(name: str) -> str:
    base = slugify(name, allow_unicode=True) or "project"  # a name of signs only leaves nothing
    return _first_free("slug", (base if number == 1 else f"{base}-{number}" for number in count(1)))


def _first_free(field: str, names: Iterable[str]) -> str:
    return next(name for name in names if not Project.objects.filter(**{field: name}).exists())
