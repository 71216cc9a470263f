"""The log of a project: who did what, entry by entry; whether it is whole; and all of it to take away."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.common.streams import in_a_thread
from apps.lineage.log import export, filters
from apps.lineage.log.choices import Choices
from apps.lineage.log.filters import Asked
from apps.lineage.log.sentences import Names
from apps.log import reading
from apps.log.models import Event, LogHead
from apps.log.reading import Span
from apps.log.selectors import follows
from apps.projects.access import require, verbs, visible_projects
from apps.projects.models import Project
from apps.rounds import audit
from apps.rounds.audit import Reading

SIZE = 50
FORMATS = {"jsonl": ("application/x-ndjson", export.json_lines), "csv": ("text/csv; charset=utf-8", export.csv_lines)}


@require_GET
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """Entries, newest first; ?kind, ?actor, ?subject, ?since, ?until filter, ?q is understood as one of them."""
    project, asked = _project(request, slug), Asked.of(request)
    text = filters.of_query(request.GET)
    wanted = filters.understood(project, text) if text else None
    if wanted and "entry" in wanted:
        return redirect("log-entry", slug, int(wanted["entry"]))
    if wanted:
        return redirect(f"{request.path}?{asked.with_(**wanted).query}")
    if request.GET.get("region") == "verified":  # asked for every second while a verification runs
        return region(request, "lineage/log.html", _verified(request, project), {"verified"})
    return region(request, "lineage/log.html", _page(request, project, asked) | {"unknown": text}, {"list"})


def _page(request: HttpRequest, project: Any, asked: Asked) -> dict[str, Any]:
    before, wanted = key(request, "before"), asked.filters
    span = reading.span(project.pk, wanted, project.head)
    read = Span(span.first, span.last if before is None else min(before, span.last))
    page = reading.page(project.pk, wanted, read, SIZE)
    verification = audit.latest(project)
    choices = Choices(project, asked)
    others = (wanted.subject, verification.row.asked_by if verification else "")
    names = Names(project, page.events, others, choices.names)
    return _verification(request, project, verification, names) | {
        "watched": {project.pk: project.head},
        "entries": names.entries(),
        "page": page,
        "asked": asked,
        "about": names.subject(wanted.subject) if wanted.subject else None,
        "first": before is None,
        "choices": choices,
    }


def _verified(request: HttpRequest, project: Project) -> dict[str, Any]:
    found = audit.latest(project)
    return _verification(request, project, found, Names(project, [], (found.row.asked_by,) if found else ()))


def _verification(request: HttpRequest, project: Project, found: Reading | None, names: Names) -> dict[str, Any]:
    return {
        "project": project,
        "verification": found,
        "verified_for": names.actor(found.row.asked_by) if found else "",
        "may_audit": "audit" in verbs(actor_of(request), project),
    }


@require_GET
def entry(request: HttpRequest, slug: str, sequence: int) -> HttpResponse:
    """One entry, to the letter, and whether it follows from the one before."""
    project = _project(request, slug)
    event = get_object_or_404(Event, project=project.pk, sequence=min(sequence, 2**63 - 1))
    shown = Names(project, [event]).entries()[0]
    context = {"project": project, "entry": shown, "follows": follows(event)}
    return render(request, "lineage/entry.html", context)


@require_POST
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the whole log verified, by a job of its own."""
    project = _project(request, slug)
    audit.begin(actor_of(request), project)
    return redirect(reverse("log", args=[slug]) + "#verification")


@require_GET
def exported(request: HttpRequest, slug: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """What the filters select, oldest first, as a file that is never in memory as a whole."""
    project, wanted = _project(request, slug), Asked.of(request).filters
    require(actor_of(request), "audit", project)
    if form not in FORMATS:
        raise Http404("the log is exported as jsonl or csv")
    kind, lines = FORMATS[form]
    headers = {"Content-Disposition": content_disposition_header(True, f"{slug}-log.{form}") or "attachment"}
    chunks = lines(reading.walk(project.pk, wanted, reading.span(project.pk, wanted, project.head)))
    return StreamingHttpResponse(in_a_thread(chunks), content_type=kind, headers=headers)


def _project(request: HttpRequest, slug: str) -> Any:
    """The project, with the sequence at which its log ends as `head`."""
    heads = LogHead.objects.filter(project=OuterRef("pk")).values("sequence")
    visible = visible_projects(actor_of(request)).defer("evaluator")
    return get_object_or_404(visible.annotate(head=Coalesce(Subquery(heads), 0)), slug=slug)
