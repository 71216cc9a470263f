"""Where the logs of a page's projects stood before the page was read: what came later is what its sockets must hear."""

from django.db.models import QuerySet

from apps.log.chain import INSTALLATION
from apps.log.models import LogHead
from apps.projects.models import Project

WATCHED_AT_MOST = 200


def positions(projects: QuerySet[Project], *, installation: bool = False) -> dict[int, int]:
    """Last sequence by project; 0 for an empty log. Read it before the page's own content.

    installation: also that of the log which belongs to no project. Everybody who is signed in may hear that it grew.
    """
    keys = list(projects.order_by("-pk").values_list("pk", flat=True)[:WATCHED_AT_MOST])
    keys += [INSTALLATION] if installation else []
    found = dict(LogHead.objects.filter(project__in=keys).values_list("project", "sequence"))
    return {key: found.get(key, 0) for key in keys}
