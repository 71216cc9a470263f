"""Taking a project folder in: read it, try it out, import it. A folder that is known already is not tried again."""

from pathlib import Path

from django.conf import settings

from apps.accounts.actors import Actor
from apps.projects.importer import import_package
from apps.projects.models import Project
from apps.projects.package import read_package
from apps.rounds.selftest import check
from apps.sandbox.probe import require


def take_in(actor: Actor, folder: Path) -> Project:
    """The project of a folder. Raises PackageError, UserError, NoIsolation, PermissionDenied; nothing is half-done."""
    package = read_package(folder)
    if known := Project.objects.filter(package_digest=package.digest).first():
        return known
    home = Path(settings.EVOWEB_HOME)
    tried, facts = check(folder, home, require(home, settings.EVOWEB_SANDBOX))
    return import_package(actor, tried, facts)
