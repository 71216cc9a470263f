"""The axes of a project: set with its import, changed whenever somebody wants to look at its candidates another way."""

import os

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.errors import Conflict
from apps.engine.axes import Axes, axes_payload
from apps.engine.canonical import encode
from apps.log.chain import Entry, salted
from apps.log.services import append
from apps.projects import selectors
from apps.projects.access import require
from apps.projects.models import AxesVersion, Project


@transaction.atomic
def change(actor: Actor, project: Project, axes: Axes, seen: int | None = None) -> bool:
    """Put other axes in force, for pages at once and for runs to come. Whether they are others than before.

    seen: the version that the person looked at, 0 for none. Raises PermissionDenied; Conflict when another is in
    force by now.
    """
    require(actor, "maintain", project)
    Project.objects.select_for_update().get(pk=project.pk)
    before = selectors.axes_version(project)
    version = before.version if before else 0
    if seen is not None and seen != version:
        raise Conflict(f"The axes were changed while you looked (version {version}). Nothing was changed; look again.")
    if axes == selectors.axes(project):
        return False
    append(project.pk, [added(actor, project, axes, version + 1)])
    return True


@transaction.atomic
def brought(actor: Actor, project: Project, axes: Axes) -> bool:
    """The project's folder came again: its axes come into force if they are others than it brought before.

    So a folder that did not change undoes nothing that somebody set since. Raises PermissionDenied.
    """
    require(actor, "maintain", project)
    Project.objects.select_for_update().get(pk=project.pk)
    versions = project.axes_versions.order_by("-version")
    told = versions.filter(imported=True).first()
    if encode(axes_payload(axes)) == (bytes(told.axes) if told else b"{}"):
        return False
    last = versions.first()
    append(project.pk, [added(actor, project, axes, last.version + 1 if last else 1, imported=True)])
    return True


def added(actor: Actor, project: Project, axes: Axes, version: int, imported: bool = False) -> Entry:
    """Store a version and return the log's word of it, for the caller to append."""
    made = AxesVersion.objects.create(
        project=project,
        version=version,
        axes=encode(axes_payload(axes)),
        imported=imported,
        actor=str(actor),
        salt=os.urandom(16),
    )
    return Entry("axes.changed", str(actor), f"project:{project.pk}", said(made))


def said(made: AxesVersion) -> dict[str, object]:
    """What the log holds of a version: no name, because people wrote those."""
    return {"version": made.version, "imported": made.imported, "axes": salted(bytes(made.salt), bytes(made.axes))}
