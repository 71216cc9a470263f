"""Reading the log: its sequence is the only cursor there is."""

from collections.abc import Iterator

from apps.common.progress import Tick, unheard
from apps.log.chain import GENESIS, link
from apps.log.models import Event, LogHead


def read(project: int, after: int = 0, limit: int = 500) -> list[Event]:
    """At most limit entries with a sequence above after, in order."""
    return list(Event.objects.filter(project=project, sequence__gt=after).order_by("sequence")[:limit])


def last_sequence(project: int) -> int:
    """Sequence of the newest entry; 0 for an empty log."""
    return LogHead.objects.filter(project=project).values_list("sequence", flat=True).first() or 0


def follows(event: Event) -> bool | None:
    """Whether an entry follows from the one before it; None where that one is missing."""
    first = event.sequence == 1
    before = Event.objects.filter(project=event.project, sequence=event.sequence - 1)
    previous = GENESIS if first else before.values_list("hash", flat=True).first()
    return None if previous is None else _computed(bytes(previous), event) == bytes(event.hash)


def _computed(previous: bytes, event: Event) -> bytes:
    words = (event.kind, event.actor, event.subject)
    return link(previous, (event.project, event.sequence, event.at), words, bytes(event.body))


def broken_links(project: int, tick: Tick = unheard) -> Iterator[tuple[int, str]]:
    """(sequence, what is wrong) of the first entry that does not follow from the one before it, if there is one."""
    expected, previous = 0, GENESIS
    for event in Event.objects.filter(project=project).order_by("sequence").iterator(chunk_size=2000):
        expected += 1
        tick(1)
        if event.sequence != expected:
            yield expected, f"entry {expected} is missing: the next one is {event.sequence}"
            return
        computed = _computed(previous, event)
        if computed != bytes(event.hash):
            yield expected, f"entry {expected} ({event.kind}) was changed or does not follow from entry {expected - 1}"
            return
        previous = computed
    head = LogHead.objects.filter(project=project).first()
    if (head.sequence, bytes(head.hash)) != (expected, previous) if head else expected:
        yield (
            expected + 1,
            f"the log ends at entry {expected}, but its head says otherwise: entries are missing at the end",
        )
