"""Taking a project folder in: read it, try it out, import it. A folder that is known already is not tried again."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.projects.access import require as require_verb
from apps.projects.facts import Facts
from apps.projects.importer import import_package, known
from apps.projects.models import Intake, IntakeState, Project
from apps.projects.package import NOTHING, Package, PackageError, Problem, Told, read_package
from apps.projects.services import evaluators
from apps.projects.staging import Staging, left_over
from apps.rounds.renewal import replace_evaluator
from apps.rounds.selftest import check
from apps.rounds.start import order_of, start
from apps.sandbox.isolation import Isolation, NoIsolation
from apps.sandbox.probe import require

log = logging.getLogger(__name__)

TRIES = 3
KEPT_FOR = timedelta(days=7)
READ_AT_ONCE = 4_000_000  # bytes of a folder that is read in a request; a larger one only where it is tried out
UNDER_WAY = (IntakeState.WAITING, IntakeState.CHECKING)


def take_in(actor: Actor, folder: Path, replacing: Project | None = None, told: Told = NOTHING) -> Project:
    """The project of a folder, or the one whose evaluator the folder's replaces. told is as for read_package.

    Raises PackageError, UserError, NoIsolation, PermissionDenied; nothing is half-done.
    """
    package = read_package(folder, told=told)
    if replacing is not None:
        return _replace(actor, replacing, package, folder, told)
    if (same := known(actor, package)) is not None:
        return same
    tried, facts = check(folder, _home(), _isolation(), told=told)
    return import_package(actor, tried, facts)


def _replace(actor: Actor, project: Project, package: Package, folder: Path, told: Told) -> Project:
    if package.digest == bytes(project.package_digest):
        return known(actor, package) or project
    if wrong := evaluators.obstacles(project, package):  # before anything is measured
        raise UserError(f"This is no other evaluator for {project}: {' '.join(wrong)} Nothing was changed.")
    tried, facts = check(folder, _home(), _isolation(), told=told)
    replace_evaluator(actor, project, tried, facts)
    return Project.objects.get(pk=project.pk)


def staging(intake: Intake) -> Staging:
    """The files of an intake."""
    return Staging(_home(), intake.pk)


def _read(intake: Intake) -> Package:
    return read_package(staging(intake).root, told=_told(intake))


def _told(intake: Intake) -> Told:
    """A folder of another engine has no name but the one that it was brought under."""
    return Told(called=intake.origin)


def submit(intake: Intake) -> None:
    """Have the intake's files checked: what reading them shows at once, the rest where candidates run."""
    staged = staging(intake)
    intake.step, intake.attempts, intake.problems, intake.facts, intake.digest = "", 0, [], {}, None
    intake.state = IntakeState.WAITING
    try:
        if sum(staged.files().values()) <= READ_AT_ONCE:
            package = _read(intake)
            if (same := known(Actor.person(intake.person), package)) is not None:
                intake.project, intake.state = same, IntakeState.IMPORTED
                staged.discard()
    except PackageError as error:
        _wrong(intake, error)
    intake.save()
    if intake.state == IntakeState.WAITING:
        ring("sweep")


def replaceable(intake: Intake) -> list[Project]:
    """The projects whose evaluator an intake that was found fine could replace."""
    try:
        return evaluators.candidates(_read(intake)) if intake.state == IntakeState.FINE else []
    except PackageError:
        return []


def bring_in(actor: Actor, intake: Intake, replacing: Project | None = None) -> Project:
    """Import an intake that was found fine, or replace a project's evaluator by its own.

    Raises UserError when its files are no longer those that were checked, and as replace_evaluator does.
    """
    require_verb(actor, "maintain", None)
    staged = staging(intake)
    package = _read(intake)
    if intake.state != IntakeState.FINE or package.digest != bytes(intake.digest or b""):
        raise UserError("The files changed after they were checked. Check them again.")
    facts = Facts(**{**intake.facts, "notes": tuple(intake.facts["notes"])})
    if replacing is None:
        intake.project = import_package(actor, package, facts)
    else:
        replace_evaluator(actor, replacing, package, facts)
        intake.project = replacing
    intake.state = IntakeState.IMPORTED
    intake.save()
    staged.discard()
    return intake.project


def discard(intake: Intake) -> None:
    """Forget an intake and its files."""
    staging(intake).discard()
    intake.delete()


def forget_old() -> None:
    """Forget the intakes that nobody touched for a week, and files that belong to none."""
    long_ago = timezone.now() - KEPT_FOR
    for intake in Intake.objects.filter(changed__lt=long_ago):
        discard(intake)
    known = set(Intake.objects.values_list("pk", flat=True))
    for files in list(left_over(_home(), known, long_ago.timestamp())):
        files.discard()


def examine_all() -> None:
    """Check every intake that waits, and those whose check died with its process. Raises NoIsolation."""
    for intake in Intake.objects.filter(state__in=UNDER_WAY).order_by("changed"):
        with _alone(intake) as mine:
            if mine:
                _examine(intake)


def due() -> bool:
    """Whether an intake waits, or the process that checked it is gone."""
    for intake in Intake.objects.filter(state__in=UNDER_WAY):
        with _alone(intake) as mine:
            if mine:
                return True
    return False


def _examine(intake: Intake) -> None:
    intake.attempts += 1
    if intake.attempts > TRIES:
        gone = Problem(intake.origin, None, f"the check ended {TRIES} times without an answer", "See the worker's log.")
        _wrong(intake, PackageError([gone]))
        intake.save()
        return
    _tell(intake, "reading")
    try:
        told = _told(intake)
        package, facts = check(staging(intake).root, _home(), _isolation(), lambda step: _tell(intake, step), told)
    except PackageError as error:
        _wrong(intake, error)
    except (UserError, NoIsolation) as error:
        _wrong(intake, PackageError([Problem(intake.origin, None, str(error))]))
    else:
        intake.state, intake.facts, intake.digest = IntakeState.FINE, asdict(facts), package.digest
    intake.save()
    if intake.state == IntakeState.FINE and intake.starts:
        _go_on(intake)


def _go_on(intake: Intake) -> None:
    """Import and start, as the person asked beforehand."""
    actor = Actor.person(intake.person)
    try:
        project = bring_in(actor, intake)
        start(actor, project, order_of(project), _isolation().kind)
    except (UserError, PermissionDenied) as error:
        log.warning("intake %s was not imported: %s", intake.pk, error)


def _tell(intake: Intake, step: str) -> None:
    intake.state, intake.step = IntakeState.CHECKING, step[:200]
    intake.save()


def _wrong(intake: Intake, error: PackageError) -> None:
    intake.state = IntakeState.WRONG
    intake.problems = [asdict(problem) for problem in error.problems]


@contextmanager
def _alone(intake: Intake) -> Iterator[bool]:
    """Whether no other process checks this intake. The lock goes with its process, however that dies."""
    lock = staging(intake).lock
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _home() -> Path:
    return Path(settings.EVOWEB_HOME)


def _isolation() -> Isolation:
    return require(_home(), settings.EVOWEB_SANDBOX)
