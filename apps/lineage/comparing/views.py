"""Any two runs, and any two candidates, side by side."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.ids import NUMBERS, run_and_number
from apps.common.keyset import key
from apps.common.pages import region
from apps.lineage import selectors
from apps.lineage.comparing import addresses
from apps.lineage.comparing.candidates import Twosome
from apps.lineage.comparing.runs import Pair
from apps.lineage.maps.reading import reading
from apps.log.selectors import last_sequence
from apps.oversight.dossier import Base, Dossier
from apps.oversight.look import Look, remember
from apps.projects import selectors as projects
from apps.records.models import CandidateEdit, Run
from apps.rounds.views.found import run_of, watched_project

OTHERS = 12  # runs that are offered
REGIONS = {"shown"}


@require_GET
def compare_runs(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """?with= names the other run. ?a= and ?b= name two candidates, and lead to the page that compares those."""
    project, watched = watched_project(request, slug)
    run = run_of(project, number)
    a, b, asked = key(request, "a"), request.GET.get("b", ""), request.GET.get("with", "")
    if a is not None and b:
        return redirect(f"{reverse('candidate-compare', args=[slug, number, a])}?{urlencode({'with': b})}")
    other = addresses.run_at(actor_of(request), asked, run) if asked else None
    found = {"project": project, "run": run, "watched": watched, "view": "compare", "asked": asked}
    if other is None or other.pk == run.pk:
        rest = {"others": addresses.others(run, OTHERS), "same": other is not None}
        return render(request, "lineage/compare.html", found | rest, status=404 if asked and other is None else 200)
    head = last_sequence(other.project_id)
    pair = Pair(run, other, _read(run, watched[project.pk]), _read(other, head))
    found["watched"] = watched | ({} if pair.same_project else {other.project_id: head})
    return region(request, "lineage/compare.html", found | {"pair": pair, "other": other}, REGIONS)


@require_GET
def compare_candidates(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """?with= names the other candidate; the rest is as on a candidate's page."""
    if number >= NUMBERS:
        raise Http404("no run has so many candidates")
    edit = get_object_or_404(selectors.candidate(actor_of(request), slug, run, number))
    chosen, project = edit.run, edit.run.project
    asked = request.GET.get("with", "")
    other = addresses.candidate_at(actor_of(request), asked, chosen) if asked else None
    dossier = Dossier(chosen, edit, after=key(request, "after"), only=request.GET.get("tasks", ""))
    found: dict[str, Any] = {
        "project": project,
        "run": chosen,
        "edit": edit,
        "asked": asked,
        "offers": _offers(dossier),
    }
    if other is None or other.pk == edit.pk:
        found["same"] = other is not None
        page = render(request, "lineage/compare_candidates.html", found, status=404 if asked and other is None else 200)
        return remember(request, page)
    look = replace(Look.of(request), base=_address(other, chosen))
    dossier = replace(dossier, look=look, other=other, read=dossier.others)
    found |= {"dossier": dossier, "two": Twosome(dossier, other)}
    return remember(request, render(request, "lineage/compare_candidates.html", found))


def _read(run: Run, head: int) -> Any:
    return reading(run, projects.axes(run.project), head)


def _address(other: CandidateEdit, beside: Run) -> str:
    """As Look.base names it, so that parts of the diff which are loaded later find it again."""
    return f"{other.run.project.slug}/{other.run.number}/{other.number}"


def _offers(dossier: Dossier) -> list[tuple[str, str]]:
    """What a candidate is most often compared with: who it is, and its address."""
    run = dossier.run
    found = {base.role: _nearest(base, dossier) for base in dossier.bases}
    if run.best is not None and run.best != dossier.candidate.number:
        found["the best of the run"] = str(run.best)
    return [(role, address) for role, address in found.items() if address]


def _nearest(base: Base, dossier: Dossier) -> str:
    """The address of a candidate of the same project; a champion may be of another run."""
    run, number = run_and_number(base.key)
    if run == dossier.run.pk:
        return str(number)
    champion = dossier.others.get(base.key)
    return f"{champion.run.number}/{number}" if champion else ""
