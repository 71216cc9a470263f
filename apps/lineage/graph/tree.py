"""The lineage as a tree: from the best candidate back to the seed, and the children of any."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from apps.common.ids import NUMBERS, row_id
from apps.common.keyset import Slice, oldest
from apps.engine.canonical import decode
from apps.oversight.dossier import sign_of
from apps.records.ancestry import ancestry
from apps.records.models import CandidateEdit, Run

STEPS = 20
CHILDREN = 20
COLUMNS = ("run_id", "parents", "authors", "base", "score", "failure", "verdict")


@dataclass(frozen=True, slots=True)
class Node:
    """A candidate in the tree."""

    candidate: CandidateEdit
    before: float | None  # score of its base parent
    sign: int

    @property
    def operator(self) -> str:
        return str(decode(bytes(self.candidate.authors)).get("operator", ""))

    @property
    def parents(self) -> list[int]:
        return list(decode(bytes(self.candidate.parents))["parents"])

    @property
    def score(self) -> float | None:
        """In the project's own direction."""
        return None if self.candidate.score is None else self.sign * self.candidate.score

    @property
    def gain(self) -> float | None:
        """How much better or worse than its base parent, in the project's own direction."""
        if self.candidate.score is None or self.before is None:
            return None
        return self.sign * (self.candidate.score - self.before)


@dataclass
class Tree:
    """One look at it. of: whose children are shown; after: below which of them; before: further back on the path."""

    run: Run
    selected: int | None = None
    of: int | None = None
    after: int | None = None
    before: int | None = None

    @cached_property
    def path(self) -> Slice[Node]:
        """From the best candidate back towards the seed."""
        best = self.run.best
        chain = [] if best is None else ancestry(row_id(self.run.pk, best))
        rest = chain if self.before is None else [number for number in chain if number < self.before]
        found = self._rows([row_id(self.run.pk, number) for number in rest[: STEPS + 1]])
        scores = {candidate.pk: candidate.score for candidate in found}
        nodes = [self._node(candidate, scores.get(candidate.base or 0)) for candidate in reversed(found)][:STEPS]
        return Slice(nodes, nodes[-1].candidate.number if len(found) > STEPS else None)

    @cached_property
    def node(self) -> Node | None:
        """The selected candidate."""
        return self._one(self.selected)

    @cached_property
    def parent(self) -> Node | None:
        """Whose children are shown: those of ?of, or of the selected one."""
        return self._one(self.of) if self.of is not None else self.node

    @cached_property
    def children(self) -> Slice[Node]:
        """Its children by birth. `more` is a birth number."""
        if self.parent is None:
            return Slice([], None)
        born = CandidateEdit.objects.filter(base=self.parent.candidate.pk).only(*COLUMNS)
        after = None if self.after is None else row_id(self.run.pk, min(self.after, NUMBERS - 1))
        page = oldest(born, CHILDREN, after)
        nodes = [self._node(candidate, self.parent.candidate.score) for candidate in page.rows]
        return Slice(nodes, None if page.more is None else page.more % NUMBERS)

    def _one(self, number: int | None) -> Node | None:
        if number is None or number >= NUMBERS:
            return None
        key = row_id(self.run.pk, number)
        base = CandidateEdit.objects.filter(pk=key).values("base")
        found = {candidate.pk: candidate for candidate in self._both(key, base)}
        mine = found.get(key)
        parent = found.get(mine.base) if mine and mine.base else None
        return self._node(mine, parent.score if parent else None) if mine else None

    def _both(self, key: int, base: QuerySet[Any]) -> QuerySet[CandidateEdit]:
        rows = CandidateEdit.objects.only(*COLUMNS)
        return rows.filter(pk=key) | rows.filter(pk__in=base)

    def _rows(self, keys: list[int]) -> list[CandidateEdit]:
        return list(CandidateEdit.objects.filter(pk__in=keys).only(*COLUMNS).order_by("pk"))

    def _node(self, candidate: CandidateEdit, before: float | None) -> Node:
        return Node(candidate, before, sign_of(self.run.project))
