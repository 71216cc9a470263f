"""Pages of a long list by key, never by offset: the last row of one page says where the next one goes on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Slice[Row]:
    """Some rows in order, and the key after which the list goes on; None at its end."""

    rows: list[Row]
    more: int | None

    def __bool__(self) -> bool:
        return bool(self.rows)


def newest[Row: Model](rows: QuerySet[Row], size: int, before: int | None = None) -> Slice[Row]:
    """The newest rows by primary key, below `before` where it is given."""
    found = rows if before is None else rows.filter(pk__lt=before)
    return _slice(list(found.order_by("-pk")[: size + 1]), size)


def oldest[Row: Model](rows: QuerySet[Row], size: int, after: int | None = None) -> Slice[Row]:
    """The oldest rows by primary key, above `after` where it is given."""
    found = rows if after is None else rows.filter(pk__gt=after)
    return _slice(list(found.order_by("pk")[: size + 1]), size)


def key(request: HttpRequest, name: str) -> int | None:
    """The key in the query string; what is no number counts as absent."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _slice(found: list[Any], size: int) -> Slice[Any]:
    rows = found[:size]
    return Slice(rows, rows[-1].pk if len(found) > size else None)
