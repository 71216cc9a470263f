"""A candidate: what changed, where it comes from, what it scored, what was decided."""

import re
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.common.ids import NUMBERS
from apps.common.keyset import key
from apps.common.pages import region
from apps.lineage import selectors
from apps.lineage.comparing.addresses import candidate_at
from apps.oversight.dossier import Dossier
from apps.oversight.look import remember
from apps.oversight.measurements import unpacked
from apps.oversight.services import discussion
from apps.projects.access import known, verbs
from apps.records import content
from apps.records.models import CandidateEdit, Run

OUTPUT_AT_MOST = 1_000_000
_GAP = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})", re.ASCII)


@require_GET
def candidate(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """One candidate: its contract, changes, scores, line, and what was said of it."""
    return _page(request, _candidate(request, slug, run, number))


@require_POST
def comment(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """Add to the discussion of a candidate, then back to where it was written."""
    edit = _candidate(request, slug, run, number)
    text, sent = request.POST.get("text", ""), request.POST.get("key", "")
    try:
        discussion.comment(actor_of(request), edit, text, sent[:64])
    except UserError as error:
        messages.error(request, str(error))
        return _page(request, edit, typed=text[: discussion.LONGEST], status=422)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(f"{back if safe else reverse('candidate', args=[slug, run, number])}#said")


@require_GET
def changes(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """The changes of one file (?file) from a row on (?start): a page, or for our script the rows alone (?gap too)."""
    found = _run(request, slug, run, number)
    shown = Dossier.shown(request, found, get_object_or_404(selectors.candidates(found, number)))
    dossier = _beside_chosen(request, shown)
    file = dossier.changes.file(request.GET.get("file", ""))
    if file is None:
        raise Http404("no such file changed")
    gap = _GAP.fullmatch(request.GET.get("gap", ""))
    chunk = file.between(*map(int, gap.groups())) if gap else file.chunk(key(request, "start") or 0)
    context = {"dossier": dossier, "project": found.project, "run": found, "file": file, "chunk": chunk}
    return remember(request, region(request, "lineage/changes.html", context, {"rows", "lines"}))


@require_GET
def file(request: HttpRequest, slug: str, run: int, number: int, path: str) -> HttpResponse:
    """A component of the candidate, as a download: never shown by the browser."""
    found = _run(request, slug, run, number)
    files = Dossier(found, get_object_or_404(selectors.candidates(found, number))).files
    if path not in files:
        raise Http404(f"candidate {number} has no component of this name")
    digest = bytes.fromhex(files[path])
    return _attachment(content.load([digest])[digest], path.rpartition("/")[2])


@require_GET
def output(request: HttpRequest, slug: str, run: int, number: int, trajectory: int) -> HttpResponse:
    """What the candidate returned in one measurement, as a download."""
    found = _run(request, slug, run, number)
    measured = get_object_or_404(selectors.outputs(found, number), pk=trajectory)
    text, _ = unpacked(bytes(measured.output), OUTPUT_AT_MOST)
    return _attachment(text.encode(), f"output-{number}-{trajectory}.json")


def _page(request: HttpRequest, edit: CandidateEdit, typed: str = "", status: int = 200) -> HttpResponse:
    run, actor = edit.run, actor_of(request)
    dossier = _beside_chosen(request, Dossier.shown(request, run, edit))
    context = {
        "dossier": dossier,
        "asked": dossier.asked,
        "may": verbs(actor, known(actor, run.project, vars(edit)["role"])),
        "project": run.project,
        "run": run,
        "typed": typed,
    }
    return remember(request, render(request, "lineage/candidate.html", context, status=status))


def _beside_chosen(request: HttpRequest, dossier: Dossier) -> Dossier:
    """Compared with whichever candidate the address names by number, if the person may see it."""
    return replace(dossier, other=candidate_at(actor_of(request), dossier.look.base, dossier.run))


def _candidate(request: HttpRequest, slug: str, run: int, number: int) -> CandidateEdit:
    if number >= NUMBERS:
        raise Http404("no run has so many candidates")
    return get_object_or_404(selectors.candidate(actor_of(request), slug, run, number))


def _run(request: HttpRequest, slug: str, run: int, number: int) -> Run:
    if number >= NUMBERS:
        raise Http404("no run has so many candidates")
    return get_object_or_404(selectors.runs(actor_of(request)), project__slug=slug, number=run)


def _attachment(data: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)
