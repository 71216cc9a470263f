"""The queue: what waits for people, narrowed as the address says, and taking the next of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.keyset import Slice, key, newest, oldest
from apps.common.pages import region
from apps.oversight import desk, selectors
from apps.oversight.cursor import positions
from apps.oversight.filters import SHOWS, QueueFilter
from apps.oversight.rules import POINTS
from apps.oversight.services import claims
from apps.projects.access import visible_projects

ROWS = 50
PROJECTS = 200  # in the filter


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for people, the oldest first unless the address says otherwise."""
    actor, after, wanted = actor_of(request), key(request, "after"), QueueFilter.of(request)
    watched = positions(visible_projects(actor))
    found = wanted.narrow(actor, desk.gates(actor))
    page = newest(found, ROWS, after) if wanted.order == "newest" else oldest(found, ROWS, after)
    context = {
        "rows": Slice(desk.queue_rows(page.rows), page.more),
        "first": after is None,
        "filter": wanted,
        "shows": SHOWS,
        "points": POINTS,
        "projects": visible_projects(actor).order_by("name").values_list("slug", "name")[:PROJECTS],
        "pending": selectors.pending(actor).select_related("effect__round__run__project")[:5],
        "watched": watched,
    }
    return region(request, "oversight/queue.html", context, {"list"})


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Hold the first gate that nobody holds, among those that the filter lets through, and open it."""
    actor, wanted = actor_of(request), QueueFilter.of(request)
    found = wanted.narrow(actor, desk.gates(actor))
    ordered = found.order_by("-pk") if wanted.order == "newest" else found
    effect = claims.claim_next(actor, ordered)
    if effect is None:
        messages.info(request, "Nothing here is free to take: it is held by others, put off by you, or passed on.")
        return redirect(f"{reverse('queue')}?{wanted}")
    return redirect("gate", effect.pk)
