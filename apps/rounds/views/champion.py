"""The champion as files to look at, as an archive and as a patch."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from apps.common.text import FIRST_CHARACTERS
from apps.oversight import selectors
from apps.oversight.dossier import sign_of
from apps.projects.models import Project
from apps.records.models import CandidateEdit
from apps.rounds import champion
from apps.rounds.views.found import project_of


@require_GET
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """Every component of the champion, bounded."""
    project, crowned = _crowned(request, slug)
    texts = {path: data.decode() for path, data in champion.files(crowned).items()}
    shown = [(path, text[:FIRST_CHARACTERS], len(text) > FIRST_CHARACTERS) for path, text in texts.items()]
    context = {"project": project, "champion": crowned, "run": crowned.run, "files": shown, "sign": sign_of(project)}
    return render(request, "rounds/champion.html", context)


@require_GET
def as_zip(request: HttpRequest, slug: str) -> HttpResponse:
    """The champion's files as a zip archive."""
    project, crowned = _crowned(request, slug)
    data = champion.archive(champion.files(crowned))
    return _attachment(data, "application/zip", _name(project, crowned, "zip"))


@require_GET
def as_patch(request: HttpRequest, slug: str) -> HttpResponse:
    """What to apply to the seed's files: `git apply`."""
    project, crowned = _crowned(request, slug)
    text = champion.against_seed(project, champion.files(crowned))
    return _attachment(text.encode(), "text/x-diff; charset=utf-8", _name(project, crowned, "patch"))


def _crowned(request: HttpRequest, slug: str) -> tuple[Project, CandidateEdit]:
    project = project_of(request, slug)
    crowned = selectors.champion(project)
    if crowned is None:
        raise Http404("the project has no champion yet")
    return project, crowned


def _name(project: Project, crowned: CandidateEdit, ending: str) -> str:
    return f"{project.slug}-run-{crowned.run.number}-candidate-{crowned.number}.{ending}"


def _attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(data, content_type=kind, headers=headers)
