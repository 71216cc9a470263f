"""What prompts say of a project: what it is about, and its own texts in the place of evoweb's.

It changes no score, so it may change at any time. A run keeps what it started with, and its log entry vouches for that.
"""

from apps.accounts.actors import Actor
from apps.projects.access import require
from apps.projects.models import Project
from apps.projects.package import Package


def brought(actor: Actor, project: Project, package: Package) -> bool:
    """The project's folder came again: its wording is that of runs to come. Whether it is another than before.

    Raises PermissionDenied.
    """
    require(actor, "maintain", project)
    brought = {"about": package.about, "templates": dict(package.templates)}
    if brought == {name: getattr(project, name) for name in brought}:
        return False
    Project.objects.filter(pk=project.pk).update(**brought)
    for name, value in brought.items():
        setattr(project, name, value)
    return True
