"""The projects of an experiment file: found among those that are imported, or imported from their folders."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from apps.accounts.actors import Actor
from apps.experiments.draft import Site
from apps.projects.facts import Facts
from apps.projects.importer import import_package
from apps.projects.models import Project
from apps.projects.package import Package, PackageError
from apps.projects.problems import Problem
from apps.rounds.selftest import check
from apps.sandbox.probe import require


def known(name: str) -> Project | None:
    """The imported project of that name, or with that last part of its address."""
    return Project.objects.defer("evaluator").filter(Q(name=name) | Q(slug=name)).order_by("pk").first()


def bring_in(actor: Actor, sites: Sequence[Site]) -> list[Project]:
    """The projects of the sites, in their order. All folders are tried out before the first is imported.

    Raises PackageError with all that is wrong with them, UserError, NoIsolation, PermissionDenied.
    """
    tried: dict[bytes, tuple[Package, Facts]] = {}
    problems: list[Problem] = []
    for site in sites:
        if site.folder is None or Project.objects.filter(package_digest=site.key).exists():
            continue
        try:
            tried[site.key] = _try(site.folder)
        except PackageError as error:
            problems += [Problem(f"{site.said}/{p.file}", p.line, p.what, p.remedy) for p in error.problems]
    if problems:
        raise PackageError(problems)
    return [_project(actor, site, tried) for site in sites]


def _try(folder: Path) -> tuple[Package, Facts]:
    home = Path(settings.EVOWEB_HOME)
    return check(folder, home, require(home, settings.EVOWEB_SANDBOX))


def _project(actor: Actor, site: Site, tried: dict[bytes, tuple[Package, Facts]]) -> Project:
    if site.key in tried:
        return import_package(actor, *tried[site.key])
    return Project.objects.get(package_digest=site.key)
