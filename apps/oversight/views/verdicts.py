"""Verdicts that people give outside of a gate: reverting a candidate, promoting one on their word."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.common.ids import row_id
from apps.oversight import selectors
from apps.oversight.forms import ReasonForm
from apps.oversight.services import verdicts
from apps.projects.access import require, visible_projects
from apps.records.models import CandidateEdit


@require_http_methods(["GET", "POST"])
def revert(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """Ask why, and who takes its place; then revert."""
    candidate = _candidate(request, slug, run, number)
    actor, project = actor_of(request), candidate.run.project
    require(actor, "review", project)
    earlier = [each for each in selectors.earlier_champions(project) if each.pk != candidate.pk]
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        heir = next((each for each in earlier if each.pk == form.cleaned_data["to"]), None)
        try:
            now = verdicts.revert(actor, candidate, form.cleaned_data["reason"], heir)
        except UserError as error:
            messages.error(request, str(error))
        else:
            champion = f"Candidate {now.number} is the champion." if now else "There is no champion now."
            messages.success(request, f"Candidate {number} was reverted. {champion}")
            return redirect("candidate", slug, run, number)
    context = {
        "candidate": candidate,
        "project": project,
        "earlier": earlier if project.champion == candidate.pk else (),
        "in_flight": selectors.in_flight_from(candidate).count(),
        "form": form,
    }
    return render(request, "oversight/revert.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
def promote(request: HttpRequest, slug: str, run: int, number: int) -> HttpResponse:
    """Ask why; then make it the champion without a test."""
    candidate = _candidate(request, slug, run, number)
    actor, project = actor_of(request), candidate.run.project
    require(actor, "maintain", project)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            verdicts.promote(actor, candidate, form.cleaned_data["reason"])
        except UserError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Candidate {number} is the champion now, on your word.")
            return redirect("candidate", slug, run, number)
    context = {"candidate": candidate, "project": project, "champion": selectors.champion(project), "form": form}
    return render(request, "oversight/promote.html", context, status=422 if request.method == "POST" else 200)


def _candidate(request: HttpRequest, slug: str, run: int, number: int) -> CandidateEdit:
    project = get_object_or_404(visible_projects(actor_of(request)), slug=slug)
    found = get_object_or_404(project.runs, number=run)
    candidates = CandidateEdit.objects.select_related("run__project")
    return get_object_or_404(candidates, pk=row_id(found.pk, number))
