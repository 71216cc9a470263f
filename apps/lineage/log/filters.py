"""What of a log is asked for: the filters in a page's address, and the words of its search box."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from apps.accounts.models import User
from apps.common.ids import NUMBERS, row_id
from apps.log.chain import KINDS
from apps.log.models import PERSON
from apps.log.reading import Filters
from apps.projects.models import Project
from apps.records.models import Run

NAMES = ("kind", "actor", "subject", "since", "until")
LONGEST = 64
_ANY_CASE = re.IGNORECASE | re.ASCII
_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)
_RUN = re.compile(r"run (\d{1,9})", _ANY_CASE)
_CANDIDATE = re.compile(
    r"(?:(?:of )?run (\d{1,9}) )?candidate (\d{1,9})(?: (?:of )?run (\d{1,9}))?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the address: words by name, only those that are set."""

    words: dict[str, str]

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        words = {name: request.GET.get(name, "").strip()[:LONGEST] for name in NAMES}
        return cls({name: word for name, word in words.items() if word and "\0" not in word})

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def filters(self) -> Filters:
        """What the log is read with; a date that is none counts as absent."""
        since, until = (_day(self.words.get(name, "")) for name in ("since", "until"))
        return Filters(
            kind=self.words.get("kind", ""),
            actor=self.words.get("actor", ""),
            subject=self.words.get("subject", ""),
            since=None if since is None else _microseconds(since),
            until=None if until is None else _microseconds(until + timedelta(days=1)),  # that day included
        )

    @property
    def query(self) -> str:
        """The filters as an address carries them."""
        return urlencode(self.words)

    def with_(self, **words: str) -> "Asked":
        """These filters and others, or without those that are empty."""
        return Asked({name: word for name, word in (self.words | words).items() if word})


def _day(word: str) -> datetime | None:
    try:
        return datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def understood(project: Project, text: str) -> dict[str, str] | None:
    """The filters that the words of the search box stand for; None for words that the log does not know.

    The log holds no free text. `entry` is the number of an entry.
    """
    text = " ".join(text.split())
    if text in KINDS:
        return {"kind": text}
    if match := _NUMBER.fullmatch(text):
        return {"entry": match[1]}
    if match := _CANDIDATE.fullmatch(text):
        return _subject(project, match[1] or match[3], match[2])
    if match := _RUN.fullmatch(text):
        return _subject(project, match[1], None)
    person = User.objects.filter(username__iexact=text[:150]).values_list("pk", flat=True).first()
    return None if person is None else {"actor": f"{PERSON}{person}"}


def _subject(project: Project, run: str | None, number: str | None) -> dict[str, str] | None:
    runs = Run.objects.filter(project=project)
    runs = runs.filter(number=run) if run else runs.order_by("-number")
    found = runs.values_list("pk", flat=True).first()
    if found is None or (number and int(number) >= NUMBERS):
        return None
    return {"subject": f"run:{found}" if number is None else f"candidate:{row_id(found, int(number))}"}


def of_query(query: QueryDict) -> str:
    """What was typed into the search box, bounded."""
    return query.get("q", "").replace("\0", "").strip()[:200]
