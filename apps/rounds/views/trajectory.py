"""One measurement of a candidate on one task."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.oversight.measurements import unpacked
from apps.records.models import Trajectory
from apps.rounds.trajectory_page import TrajectoryReading
from apps.rounds.views.found import attachment, candidate_of, project_of, run_of

DOWNLOAD_AT_MOST = 64 << 20  # characters; what a candidate may return is bounded below that


@require_GET
def trajectory(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> HttpResponse:
    """One trajectory; ?full shows more of its texts. Of a withheld task only what gives nothing away."""
    reading = _reading(request, slug, number, candidate, identifier)
    context = {"reading": reading, "project": reading.project, "run": reading.run}
    return render(request, "rounds/trajectory.html", context)


@require_GET
def output(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> HttpResponse:
    """What the candidate returned, as a download."""
    reading = _reading(request, slug, number, candidate, identifier)
    if reading.withheld:
        raise Http404("what candidates return on withheld tasks is nobody's to see")
    text, _ = unpacked(bytes(reading.trajectory.output), DOWNLOAD_AT_MOST)
    return attachment(text.encode(), f"output-{candidate}-{identifier}.txt")


def _reading(request: HttpRequest, slug: str, number: int, candidate: int, identifier: int) -> TrajectoryReading:
    owner = candidate_of(run_of(project_of(request, slug), number), candidate)
    rows = Trajectory.objects.select_related("task", "protocol").defer("task__expected", "protocol__description")
    found = get_object_or_404(rows, pk=identifier, candidate=owner)
    found.candidate = owner
    return TrajectoryReading(actor_of(request), found, "full" in request.GET)
