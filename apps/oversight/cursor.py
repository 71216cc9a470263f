"""Where the logs of a page's projects stood before the page was read: what came later is what its sockets must hear."""

from django.db.models import QuerySet

from apps.log.models import LogHead
from apps.projects.models import Project

WATCHED_AT_MOST = 200


def positions(projects: QuerySet[Project]) -> dict[int, int]:
    """Last sequence by project; 0 for an empty log. Read it before the page's own content."""
    keys = list(projects.order_by("-pk").values_list("pk", flat=True)[:WATCHED_AT_MOST])
    found = dict(LogHead.objects.filter(project__in=keys).values_list("project", "sequence"))
    return {key: found.get(key, 0) for key in keys}
