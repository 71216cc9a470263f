"""A new project: bring a folder, see what the check says, correct it in place, import it."""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import actor_of
from apps.common.doorbell import signs
from apps.common.errors import UserError
from apps.common.keyset import key
from apps.common.pages import region
from apps.projects.access import require, visible_projects
from apps.projects.facts import Facts
from apps.projects.folder import Folder, Unusable
from apps.projects.foreign.recognition import SIGNS, recognise
from apps.projects.importer import known
from apps.projects.manifest import FILE
from apps.projects.models import Intake, IntakeState, Project
from apps.projects.package import PackageError, read_package
from apps.projects.staging import without_top
from apps.rounds import intake as service
from apps.rounds.start import order_of, start
from apps.sandbox.isolation import NoIsolation
from apps.sandbox.probe import require as isolation

OPEN = 20  # intakes that are listed
FOLDERS = 50  # of a root


@dataclass(frozen=True, slots=True)
class Found:
    """A project folder on this machine."""

    path: Path

    @property
    def name(self) -> str:
        """What its manifest calls it; the folder's own name where that cannot be read."""
        try:
            return str(tomllib.loads((self.path / FILE).read_text())["name"])
        except (OSError, ValueError, KeyError):
            return self.path.name


@dataclass(frozen=True, slots=True)
class Family:
    """A folder of examples that belong together."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name.replace("_", " ").capitalize()

    @property
    def members(self) -> list[Found]:
        """Its project folders, in the order in which a person counts: nguyen_2 before nguyen_10."""
        return sorted(_folders(self.path), key=lambda found: _counted(found.path.name))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The ways to bring a project; sent, a zip archive or the files of a folder."""
    require(actor_of(request), "maintain", None)
    if request.method == "POST":
        return _brought(request)
    brought = Intake.objects.exclude(state=IntakeState.IMPORTED).filter(person=actor_of(request).user)
    context = {
        "examples": list(_folders(_examples())),
        "families": list(_families(_examples())),
        "folders": [found for root in settings.EVOWEB_PROJECT_ROOTS for found in _folders(Path(root))],
        "rooted": bool(settings.EVOWEB_PROJECT_ROOTS),
        "intakes": brought.order_by("-changed")[:OPEN],
    }
    return render(request, "rounds/project_new.html", context)


@require_POST
def example(request: HttpRequest) -> HttpResponse:
    """Import an example and start a run of it, in one go."""
    require(actor_of(request), "maintain", None)
    chosen = _chosen(request, _examples())
    same = known(actor_of(request), read_package(chosen))
    if same is None:
        return _stage(request, chosen.name, lambda made: service.staging(made).copy(chosen), starts=True)
    try:
        kind = isolation(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX).kind
        run = start(actor_of(request), same, order_of(same), kind)
    except (UserError, NoIsolation) as error:
        messages.error(request, str(error))
        return redirect("project-new")
    messages.success(request, f"Run {run.number} of the example is started. The seed is measured first.")
    return redirect("run", same.slug, run.number)


@require_POST
def folder(request: HttpRequest) -> HttpResponse:
    """Copy a folder of this machine, from below one of the configured roots."""
    require(actor_of(request), "maintain", None)
    chosen = _chosen(request, *map(Path, settings.EVOWEB_PROJECT_ROOTS))
    return _stage(request, chosen.name, lambda made: service.staging(made).copy(chosen))


@require_GET
def intake(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """How far the check is, or what it found."""
    made = _intake(request, identifier)
    if made.state == IntakeState.IMPORTED and made.project is not None:
        return _onward(request, made.project)
    context = {
        "intake": made,
        "facts": Facts(**made.facts) if made.facts else None,
        "replaceable": service.replaceable(made),
        "files": service.staging(made).files(),
        "under_way": made.state in service.UNDER_WAY,
        "idle": (signs(["worker"]) or {"worker": False})["worker"] is False,
    }
    return region(request, "rounds/intake.html", context, {"standing"})


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, identifier: UUID, path: str) -> HttpResponse:
    """One file of the intake as text; sent, its new text, and the check again."""
    made = _intake(request, identifier)
    staged = service.staging(made)
    try:
        text = staged.text(path)
        if request.method == "POST":
            _at_rest(made)
            text = request.POST.get("text", "").replace("\r\n", "\n")
            staged.add(path, [text.encode()])
            service.submit(made)
            return redirect("intake", identifier)
    except LookupError:
        raise Http404("there is no such file") from None
    except (Unusable, UserError) as refusal:
        messages.error(request, _words(refusal))
        return redirect("intake", identifier)
    here = [problem for problem in made.problems if problem["file"] == path]
    context = {"intake": made, "path": path, "text": text, "problems": here, "line": key(request, "line")}
    return render(request, "rounds/intake_file.html", context)


@require_POST
def add(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Further files, or others in the place of some; then the check again."""
    made = _intake(request, identifier)
    try:
        _at_rest(made)
        _take(request, made)
    except (Unusable, UserError) as refusal:
        messages.error(request, _words(refusal))
    else:
        service.submit(made)
    return redirect("intake", identifier)


@require_POST
def accept(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Import what was found fine, or put its evaluator in the place of a project's."""
    made, slug = _intake(request, identifier), request.POST.get("replace", "")
    replacing = get_object_or_404(visible_projects(actor_of(request)), slug=slug) if slug else None
    try:
        project = service.bring_in(actor_of(request), made, replacing)
    except (UserError, PackageError) as error:
        messages.error(request, str(error))
        return redirect("intake", identifier)
    imported = f"“{project.name}” is imported, and you are its admin."
    messages.success(request, f"“{project.name}” has the new evaluator." if replacing else imported)
    return redirect("project", project.slug)


@require_POST
def again(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Check the same files again."""
    made = _intake(request, identifier)
    if made.state not in service.UNDER_WAY:
        service.submit(made)
    return redirect("intake", identifier)


@require_POST
def discard(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Throw the upload away."""
    made = _intake(request, identifier)
    if made.state == IntakeState.CHECKING:
        messages.error(request, "It is being checked now. Try again when the check has ended.")
        return redirect("intake", identifier)
    service.discard(made)
    messages.success(request, "Thrown away.")
    return redirect("project-new")


def _brought(request: HttpRequest) -> HttpResponse:
    names = [_name(file) for file in _uploads(request)]
    if not names:
        messages.error(request, "No file came. Choose a zip archive, or a folder.")
        return redirect("project-new")
    paths = request.POST.getlist("paths")
    origin = paths[0].partition("/")[0] if paths else names[0]
    return _stage(request, origin, lambda made: _take(request, made))


def _stage(request: HttpRequest, origin: str, fill: Callable[[Intake], None], *, starts: bool = False) -> HttpResponse:
    service.forget_old()
    made = Intake(person=actor_of(request).user, origin=origin[:300], starts=starts)
    try:
        fill(made)
    except Unusable as refusal:
        service.staging(made).discard()
        messages.error(request, f"Nothing was kept: {_words(refusal)}")
        return redirect("project-new")
    service.submit(made)
    return redirect("intake", made.pk)


def _take(request: HttpRequest, made: Intake) -> None:
    """Unpack an archive, or store the files, each under its path where the browser told one. Raises Unusable."""
    staged = service.staging(made)
    uploads, paths = _uploads(request), request.POST.getlist("paths")
    if len(uploads) == 1 and _name(uploads[0]).lower().endswith(".zip"):
        staged.unpack(cast(IO[bytes], uploads[0].file))
        return
    told = paths if len(paths) == len(uploads) else [_name(file) for file in uploads]
    kept = without_top(told)
    for path, upload in zip(told, uploads, strict=True):
        if path in kept:
            staged.add(kept[path], upload.chunks())


def _uploads(request: HttpRequest) -> "list[UploadedFile[Any]]":
    return [*request.FILES.getlist("archive"), *request.FILES.getlist("files")]


def _name(file: "UploadedFile[Any]") -> str:
    return file.name or "file"


def _intake(request: HttpRequest, identifier: UUID) -> Intake:
    require(actor_of(request), "maintain", None)
    return get_object_or_404(Intake.objects.select_related("project"), pk=identifier)


def _at_rest(made: Intake) -> None:
    if made.state in service.UNDER_WAY:
        raise UserError("It is being checked now. Change it when the check has ended; nothing was changed.")


def _onward(request: HttpRequest, project: Project) -> HttpResponse:
    """To the run that was started with the import, or to the project; also from a part of the page."""
    latest = project.runs.order_by("-number").first()
    to = reverse("run", args=[project.slug, latest.number]) if latest else reverse("project", args=[project.slug])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": to})
    return redirect(to)


def _words(refusal: Exception) -> str:
    if isinstance(refusal, Unusable):
        return f"{refusal.what[:1].upper()}{refusal.what[1:]}. {refusal.remedy}"
    return str(refusal)


def _examples() -> Path:
    return Path(settings.BASE) / "examples"


def _folders(root: Path) -> Iterator[Found]:
    signed = {sign.parent for name in (FILE, *SIGNS) for sign in root.glob(f"*/{name}")}
    found = sorted(filter(_is_project, signed))
    yield from map(Found, found[:FOLDERS])


def _is_project(folder: Path) -> bool:
    """Whether a folder is one of evoweb's or of another engine."""
    return (folder / FILE).is_file() or (folder.is_dir() and recognise(Folder(folder)) is not None)


def _counted(name: str) -> list[str | int]:
    """What names are sorted by, their numbers as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _families(root: Path) -> Iterator[Family]:
    """Folders that are no project themselves but hold some."""
    holders = sorted({manifest.parent.parent for manifest in root.glob(f"*/*/{FILE}")})
    yield from (Family(holder) for holder in holders if not (holder / FILE).exists())


def _chosen(request: HttpRequest, *roots: Path) -> Path:
    """The folder that was named, if it lies below a root. Raises Http404."""
    named = request.POST.get("folder", "")
    for root in roots if "\x00" not in named else ():
        path = (root / named).resolve()
        if named and path.is_relative_to(root.resolve()) and _is_project(path):
            return path
    raise Http404("no project folder of that name, nor one of another engine, lies below the configured roots")
