"""Pages of the log, newest first, filtered without ever walking through all of it.

A filter leads the reading where an index leads to what it asks for: a subject, a person, a kind that is rare. What else
is asked for is looked for among the next WINDOW entries only; then the page says how far it looked, and goes on there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.log.models import FREQUENT, PERSON, Event

WINDOW = 5000
PROBES = 1000  # entries looked at in each step towards a moment: two steps for a million of them
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty: everything. since and until are moments, in microseconds since 1970."""

    kind: str = ""
    actor: str = ""
    subject: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Sequences: the first one is inside, the last one is not."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first. before: the list goes on below this sequence; looked: the page ends there for now."""

    events: list[Event]
    before: int | None = None
    looked: bool = False


def page(project: int, wanted: Filters, span: Span, size: int) -> Page:
    """At most size entries of the span that are as wanted."""
    leading, rest = _lead(wanted)
    inside = _inside(project, span).filter(**leading).order_by("-sequence")
    if not rest:
        return _page(list(inside[: size + 1]), size)
    window = Event.objects.filter(pk__in=inside.values("pk")[:WINDOW], **rest).order_by("-sequence")
    found = _page(list(window[: size + 1]), size)
    return found if found.before is not None else Page(found.events, _edge(inside), looked=True)


def walk(project: int, wanted: Filters, span: Span) -> Iterator[list[Event]]:
    """All entries of the span that are as wanted, oldest first, in chunks (some of them empty)."""
    leading, rest = _lead(wanted)
    after = span.first - 1
    while True:
        inside = _inside(project, Span(after + 1, span.last)).filter(**leading).order_by("sequence")
        chunk = list(inside[:CHUNK])
        yield [event for event in chunk if all(getattr(event, name) == value for name, value in rest.items())]
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].sequence


def span(project: int, wanted: Filters, head: int) -> Span:
    """The sequences between the moments that are asked for, in a log that ends at head.

    The log is in the order of its commits. Where a clock was set back meanwhile, the span is right but for the entries
    of that while.
    """
    moments = [moment for moment in (wanted.since, wanted.until) if moment is not None]
    found = dict(zip(moments, _first_at(project, moments, head), strict=True))
    first = 1 if wanted.since is None else found[wanted.since]
    last = head + 1 if wanted.until is None else found[wanted.until]
    return Span(first, last)


def _inside(project: int, span: Span) -> QuerySet[Event]:
    return Event.objects.filter(project=project, sequence__gte=span.first, sequence__lt=span.last)


def _lead(wanted: Filters) -> tuple[dict[str, str], dict[str, str]]:
    """(what an index leads to, what is left) of a filter."""
    asked = {"subject": wanted.subject, "actor": wanted.actor, "kind": wanted.kind}
    rest = {name: value for name, value in asked.items() if value}
    if wanted.subject.startswith("candidate:"):
        return {"subject": rest.pop("subject")}, rest
    if wanted.actor.startswith(PERSON):
        return {"person": rest.pop("actor")}, rest
    if wanted.kind and wanted.kind not in FREQUENT:
        return {"rare": rest.pop("kind")}, rest
    return ({"subject": rest.pop("subject")} if wanted.subject else {}), rest


def _page(found: list[Event], size: int) -> Page:
    return Page(found[:size], found[size - 1].sequence if len(found) > size else None)


def _edge(inside: QuerySet[Event]) -> int | None:
    """The last sequence of the window; None where everything lies in it."""
    return inside.values_list("sequence", flat=True)[WINDOW - 1 : WINDOW].first()


def _first_at(project: int, moments: list[int], head: int) -> list[int]:
    """For each moment the first sequence at or after it, found by probing ever closer; head + 1 where there is none."""
    ranges = [(1, head + 1)] * len(moments)  # the answer is one of these, both included
    while any(low < high for low, high in ranges):
        probes = [range(low, high, max(1, (high - low) // PROBES)) for low, high in ranges]
        wanted = {sequence for probe in probes for sequence in probe}
        rows = Event.objects.filter(project=project, sequence__in=wanted)
        at: dict[int, int] = dict(rows.values_list("sequence", "at"))
        ranges = [
            _closer(bounds, probe, at, moment) for bounds, probe, moment in zip(ranges, probes, moments, strict=True)
        ]
    return [low for low, _ in ranges]


def _closer(bounds: tuple[int, int], probe: range, at: dict[int, int], moment: int) -> tuple[int, int]:
    low, high = bounds
    for sequence in probe:
        if at.get(sequence, moment) >= moment:  # a missing entry ends the search: verifying is what finds it
            return low, sequence
        low = sequence + 1
    return low, high
