"""Django's sessions in the database, with a column that says whose they are: the settings' SESSION_ENGINE.

So a person's sessions are listed and ended by an index, without decoding those of everybody.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import Session

SEEN_EVERY = timedelta(minutes=5)  # a session is not written at every page
_SEEN, _BROWSER, _ADDRESS = "seen", "browser", "address"


class SessionStore(DatabaseStore):
    """Copies what the list of sessions shows from a session's data into its row."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        return _described(cast(Session, super().create_model_instance(data)), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return _described(cast(Session, await super().acreate_model_instance(data)), data)


def note(request: HttpRequest) -> None:
    """Remember from where and when a signed-in person was last seen."""
    now = timezone.now()
    seen = request.session.get(_SEEN)
    if seen is None or now - _moment(seen) > SEEN_EVERY:
        request.session[_SEEN] = now.timestamp()
        request.session[_BROWSER] = request.headers.get("User-Agent", "")[:200]
        request.session[_ADDRESS] = address_of(request)


def address_of(request: HttpRequest) -> str | None:
    """Where a request came from. Behind a proxy the web server says, which trusts FORWARDED_ALLOW_IPS alone."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:  # a unix socket, or a proxy that makes something up
        return None


def _described(row: Session, data: dict[str, Any]) -> Session:
    row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
    row.browser = data.get(_BROWSER, "").replace("\0", "")
    row.address = data.get(_ADDRESS)
    row.seen = _moment(data[_SEEN]) if _SEEN in data else None
    return row


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
