"""Running a candidate once to see what it does: asking, watching, stopping."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import actor_of
from apps.common.errors import Conflict, UserError
from apps.common.keyset import key
from apps.rounds import trials
from apps.rounds.models import Trial
from apps.rounds.trial_page import TrialReading, TrialsReading
from apps.rounds.views.found import attachment, candidate_of, project_of, run_of

DOWNLOADS = ("out", "err", "answer")


@require_http_methods(["GET", "HEAD", "POST"])
def of_candidate(request: HttpRequest, slug: str, number: int, candidate: int) -> HttpResponse:
    """A candidate's trials; by POST, one more: task (a key), seed, and the trajectory whose page the form stood on."""
    found = candidate_of(run_of(project_of(request, slug), number), candidate)
    reading = TrialsReading(actor_of(request), found)
    if request.method != "POST":
        return _list(request, reading)
    try:
        asked = trials.ask(reading.actor, found, reading.task(request.POST.get("task", "")), _seed(request.POST))
    except UserError as error:
        messages.error(request, str(error))
        return _list(request, reading, 409 if isinstance(error, Conflict) else 422)
    return redirect(_back(request.POST, asked, slug))


@require_GET
def trial(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> HttpResponse:
    """One trial; ?region=news: what is new since ?out and ?err bytes of its streams, and since its ?state."""
    found = _trial(request, slug, number, candidate, identifier)
    if request.headers.get("HX-Request") == "true" and request.GET.get("region") == "news":
        reading = TrialReading(actor_of(request), found, key(request, "out") or 0, key(request, "err") or 0)
        context = {"trial": reading, "news": True, "moved": request.GET.get("state") != reading.state}
        context["trajectory"] = key(request, "trajectory")
        return render(request, "parts/trial.html#news", context)
    reading = TrialReading(actor_of(request), found)
    return render(request, "rounds/trial.html", {"trial": reading, "project": reading.project})


@require_GET
def download(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int, part: str) -> HttpResponse:
    """What was kept of a stream or of the answer."""
    if part not in DOWNLOADS:
        raise Http404("a trial has no such part")
    found = _trial(request, slug, number, candidate, identifier)
    return attachment(bytes(getattr(found, part)), f"trial-{found.pk}-{part}.txt")


@require_POST
def stop(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> HttpResponse:
    """End a trial; then back to the page that the button stood on."""
    found = _trial(request, slug, number, candidate, identifier)
    if not trials.stop(actor_of(request), found):
        messages.info(request, "It had ended already.")
    return redirect(_back(request.POST, found, slug))


def _trial(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> Trial:
    owner = candidate_of(run_of(project_of(request, slug), number), candidate)
    found = get_object_or_404(Trial.objects.select_related("task", "person"), pk=identifier, candidate=owner)
    found.candidate = owner
    return found


def _list(request: HttpRequest, reading: TrialsReading, status: int = 200) -> HttpResponse:
    context = {"reading": reading, "project": reading.project}
    return render(request, "rounds/trials.html", context, status=status)


def _seed(posted: QueryDict) -> int:
    """The seed asked for; 0 for what is no seed."""
    text = posted.get("seed", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _back(posted: QueryDict, shown: Trial, slug: str) -> str:
    """The trajectory's page if the form stood there, else the trial's own."""
    place = [slug, shown.candidate.run.number, shown.candidate.number]
    trajectory = posted.get("trajectory", "")
    if trajectory.isascii() and trajectory.isdigit():
        return reverse("trajectory", args=[*place, int(trajectory)]) + "#trial"
    return reverse("trial", args=[*place, shown.pk])
