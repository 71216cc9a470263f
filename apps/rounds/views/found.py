"""What the address of a page names, if the person may see it."""

from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.ids import NUMBERS, row_id
from apps.log.models import LogHead
from apps.projects.access import known, role_in, visible_projects
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Run
from apps.rounds.control import runs


def project_of(request: HttpRequest, slug: str) -> Project:
    """The project, without its evaluator. Raises Http404."""
    return get_object_or_404(visible_projects(actor_of(request)).defer("evaluator"), slug=slug)


def watched_project(request: HttpRequest, slug: str, **more: Any) -> tuple[Project, dict[int, int]]:
    """The project, and where its log stands: what comes later is what the page's sockets must hear.

    more: what else to annotate the project with.
    """
    actor = actor_of(request)
    head = LogHead.objects.filter(project=OuterRef("pk")).values("sequence")
    read = visible_projects(actor).defer("evaluator").annotate(head=Subquery(head), role=role_in(actor), **more)
    found = get_object_or_404(read, slug=slug)
    known(actor, found, vars(found)["role"])
    return found, {found.pk: vars(found)["head"] or 0}


def run_of(project: Project, number: int) -> Run:
    """The project's run of that number, as `control.runs` reads it. Raises Http404."""
    found = get_object_or_404(runs(project), number=number)
    found.project = project
    return found


def candidate_of(run: Run, number: int) -> CandidateEdit:
    """The run's candidate of that number. Raises Http404."""
    if number >= NUMBERS:
        raise Http404("no run has so many candidates")
    found = get_object_or_404(CandidateEdit, pk=row_id(run.pk, number))
    found.run = run
    return found


def whole_candidate(actor: Actor, slug: str, run: int, number: int) -> CandidateEdit:
    """The candidate with its run, project and protocol and the actor's role, in one query. Raises Http404."""
    if number >= NUMBERS:
        raise Http404("no run has so many candidates")
    visible = Run.objects.filter(project__in=visible_projects(actor), project__slug=slug, number=run)
    key = visible.values_list(F("pk") * NUMBERS + number)
    read = CandidateEdit.objects.select_related("run__project", "run__protocol").defer("run__project__evaluator")
    return get_object_or_404(read.annotate(role=role_in(actor, "run__project")), pk=Subquery(key[:1]))


def attachment(data: bytes, name: str) -> HttpResponse:
    """Hostile bytes as a download: plain text that no browser shows or sniffs for something else."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(data, content_type="text/plain; charset=utf-8", headers=headers)
