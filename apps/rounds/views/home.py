"""The first page: what is the person's to do, and what goes on without them."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.oversight.cursor import positions
from apps.projects.access import may, visible_projects
from apps.rounds.home import Home
from apps.rounds.projects import project_rows

REGIONS = {"turn", "others", "decided", "runs"}
SEARCHABLE = 20  # projects; fewer are found by looking


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Your turn, waiting on others, recently decided, what runs."""
    actor = actor_of(request)
    watched = positions(visible_projects(actor))
    context = {
        "watched": watched,
        "home": Home(actor),
        "now": timezone.now(),
        "may_import": may(actor, "maintain", None),
    }
    return region(request, "rounds/home.html", context, REGIONS)


@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """The projects that the person may see, each with where it stands; ?q= finds some by name."""
    actor, before = actor_of(request), key(request, "before")
    asked = request.GET.get("q", "").strip()[:100]
    watched = positions(visible_projects(actor))
    context = {
        "watched": watched,
        "projects": project_rows(actor, before, asked),
        "asked": asked,
        "searchable": bool(asked) or len(watched) > SEARCHABLE,
        "first": before is None,
        "may_import": may(actor, "maintain", None),
    }
    return region(request, "rounds/projects.html", context, {"list"})
