"""People's labels for a project's judge: what its folder brings is in force at once, for they change no score."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from apps.accounts.actors import Actor
from apps.engine.canonical import digest, encode
from apps.projects.access import require
from apps.projects.models import Labels, Project

type Label = Mapping[str, str]


@transaction.atomic
def brought(actor: Actor, project: Project, labels: Sequence[Label]) -> bool:
    """Put these in the place of those before. Whether they are others. Raises PermissionDenied.

    The project's row is written first: who reads both, under its lock, reads labels of one folder.
    """
    require(actor, "maintain", project)
    rows = encode(list(labels))
    found = digest(rows) if labels else b""
    if found == bytes(project.labels_digest):
        return False
    Project.objects.filter(pk=project.pk).update(labels_digest=found)
    project.labels_digest = found
    if labels:
        Labels.objects.update_or_create(project=project, defaults={"count": len(labels), "rows": rows})
    else:
        Labels.objects.filter(project=project).delete()
    return True
