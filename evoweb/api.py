"""The HTTP API. Everything needs a session unless it says otherwise."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Schema, Status
from ninja.security import django_auth

from apps.common.doorbell import signs

api = NinjaAPI(title="evoweb", version="1", auth=django_auth, docs_url=None, urls_namespace="api")


class Health(Schema):
    """Whether each part works. worker and ticker are null where the broker keeps no signs of life (RabbitMQ)."""

    status: str  # ok or degraded
    database: bool
    broker: bool
    worker: bool | None
    ticker: bool | None


@api.get("/health", auth=None, response={200: Health, 503: Health})
def health(request: HttpRequest) -> Status[Health]:
    """How the parts of evoweb are. 503 without the database only: pages can still be served without the others."""
    signs_of_life = signs(["worker", "ticker"])
    alive = signs_of_life or {"worker": False, "ticker": False}
    parts = {"database": _database_answers(), "broker": signs_of_life is not None, **alive}
    status = "degraded" if False in parts.values() else "ok"
    return Status(200 if parts["database"] else 503, Health.model_validate({"status": status, **parts}))


def api_urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The API's URLs, once. It answers 401 itself; the middleware would send programs to a sign-in page."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)
    return patterns, app, namespace


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
