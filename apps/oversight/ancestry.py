"""Where a candidate comes from and what came of it: by the base parent, in one bounded query."""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from apps.common.ids import run_and_number
from apps.records.models import CandidateEdit

STEPS = 200  # of a line of ancestors
RUNS = 20  # that began with a candidate
CHILDREN = 1_000  # counted; more are "more than"
_ENDS = (3, 8)  # shown of a long line: from its beginning, and up to the candidate
_KIN = """
    WITH RECURSIVE line(root, id, base, step) AS (
        SELECT id, id, base, 0 FROM records_candidateedit WHERE id IN (%s, %s)
        UNION ALL
        SELECT line.root, parent.id, parent.base, step + 1
        FROM records_candidateedit parent JOIN line ON parent.id = line.base
        WHERE step < %s
    )
    SELECT line.root, step, kin.id, kin.base, kin.score, kin.verdict
    FROM line JOIN records_candidateedit kin ON kin.id = line.id
    UNION ALL
    SELECT * FROM (
        SELECT 0, 0, id, base, score, verdict FROM records_candidateedit WHERE base = %s ORDER BY id DESC LIMIT %s
    ) children
    UNION ALL
    SELECT * FROM (
        SELECT -1, 0, id, number, CAST(NULL AS double precision), method FROM records_run WHERE origin = %s
        ORDER BY id DESC LIMIT %s
    ) runs
"""


@dataclass(frozen=True, slots=True)
class Kin:
    """A candidate in a line of descent."""

    key: int
    base: int | None
    score: float | None
    verdict: str

    @property
    def number(self) -> int:
        return run_and_number(self.key)[1]


@dataclass(frozen=True)
class Ancestry:
    """The relatives of one candidate."""

    candidate: CandidateEdit
    champion: int | None

    @cached_property
    def line(self) -> list[Kin]:
        """From the seed, or where the walk ended, to the candidate itself."""
        return self._found[self.candidate.pk]

    @cached_property
    def _found(self) -> dict[int, list[Kin]]:
        """Lines of the candidate and of the champion, each the oldest first; under 0 the children, under -1 runs."""
        key = self.candidate.pk
        with connection.cursor() as cursor:
            cursor.execute(_KIN, [key, self.champion or key, STEPS, key, CHILDREN + 1, key, RUNS])
            rows = sorted(cursor.fetchall(), key=lambda row: -row[1])
        found: dict[int, list[Kin]] = {0: [], -1: []}
        for root, _, *kin in rows:
            found.setdefault(root, []).append(Kin(*kin))
        return found

    @property
    def first(self) -> list[Kin]:
        """What is shown of the beginning of the line; all of it, if it is short."""
        return self.line if self.hidden == 0 else self.line[: _ENDS[0]]

    @property
    def last(self) -> list[Kin]:
        return [] if self.hidden == 0 else self.line[-_ENDS[1] :]

    @property
    def hidden(self) -> int:
        """Ancestors between those that are shown."""
        left = len(self.line) - sum(_ENDS)
        return left if left > 1 else 0

    @property
    def cut(self) -> bool:
        """Whether the line goes back further than the walk."""
        return self.line[0].base is not None

    @cached_property
    def reverted(self) -> list[Kin]:
        """Ancestors that were reverted."""
        return [kin for kin in self.line[:-1] if kin.verdict == "revert"]

    @cached_property
    def children(self) -> list[Kin]:
        """Those that it is the base parent of, the best first."""
        return sorted(self._found[0], key=lambda kin: (kin.score is None, -(kin.score or 0.0), kin.key))

    @property
    def continued(self) -> list[tuple[int, str]]:
        """Number and method of the runs that began with it, the newest first."""
        rows = sorted(self._found[-1], key=lambda row: -row.key)
        return [(row.base or 0, row.verdict) for row in rows]

    @property
    def many(self) -> bool:
        """Whether there are more children than are counted."""
        return len(self.children) > CHILDREN

    @property
    def counted(self) -> int:
        """How many children there are, or were counted."""
        return min(len(self.children), CHILDREN)

    @property
    def leads_to_champion(self) -> bool:
        """Whether the champion descends from it, as far as the walk goes."""
        if self.champion is None or self.champion == self.candidate.pk:
            return False
        return any(kin.key == self.candidate.pk for kin in self._found.get(self.champion, ()))
