"""What is known of one candidate, as its page and its gates show it; each part is read when it is first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.db.models import Q, Subquery
from django.http import HttpRequest

from apps.common.ids import row_id, run_and_number
from apps.common.keyset import key
from apps.engine.canonical import decode
from apps.engine.replay import SUPERSEDED
from apps.oversight import contract, credits, prospect, room, scores, timeline
from apps.oversight.ancestry import Ancestry
from apps.oversight.asked import Asked
from apps.oversight.changes import Changes
from apps.oversight.look import Look
from apps.oversight.measurements import measurements
from apps.oversight.scores import FILTERS, TASKS, Scores, TaskRow
from apps.oversight.timeline import Entry
from apps.projects.models import Project
from apps.projects.protocol import scorer_digest
from apps.projects.selectors import as_it_was
from apps.records.content import Shelf
from apps.records.models import CandidateEdit, Run, RunState, Trajectory

SEED = 0
REPLACEMENTS = 1_000  # siblings looked through for the edit that took a candidate's place


@dataclass(frozen=True, slots=True)
class Parent:
    """A candidate that this one was made from: base, crossover or inspiration."""

    number: int
    role: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A candidate of another run of the same project."""

    run: int
    number: int
    verdict: str

    @property
    def reverted(self) -> bool:
        return self.verdict == "revert"


@dataclass(frozen=True, slots=True)
class Base:
    """A candidate that this one can be compared with. value: as the address names it."""

    value: str
    role: str
    key: int

    @property
    def number(self) -> int:
        return run_and_number(self.key)[1]


@dataclass(frozen=True, slots=True)
class Beside:
    """The score of another candidate, and what this one has more; name says which it is."""

    name: str
    score: float
    difference: float


@dataclass(frozen=True, slots=True)
class Page:
    """The tasks that are shown. more: index of the first one that is not, if there is one."""

    rows: list[TaskRow]
    more: int | None


@dataclass
class Dossier:
    """A candidate of a run, and what it is compared with. only, after: which tasks are shown, from which one on.

    other: a candidate that somebody chose to compare it with, of any run that they may see; look.base is its address.
    read: candidates that are at hand already, each with its run, by id; shelf: where texts are read from.
    """

    run: Run
    candidate: CandidateEdit
    look: Look = field(default_factory=Look)
    only: str = ""
    after: int | None = None
    other: CandidateEdit | None = None
    read: Mapping[int, CandidateEdit] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)

    @classmethod
    def shown(cls, request: HttpRequest, run: Run, candidate: CandidateEdit) -> "Dossier":
        """As the address of a page asks for it: ?base, ?view, ?space, ?lines, ?tasks and ?after."""
        return cls(run, candidate, Look.of(request), request.GET.get("tasks", ""), key(request, "after"))

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def sign(self) -> int:
        return sign_of(self.project)

    @cached_property
    def repeatable(self) -> bool:
        """Whether the evaluator that gave its scores repeats itself."""
        if self.run.state == RunState.OPEN or not self.run.is_stale:
            return self.project.repeatable
        given = bytes(self.run.protocol.scorer)
        former = (was.repeatable for was in as_it_was(self.project) if scorer_digest(was) == given)
        return next(former, self.project.repeatable)

    @cached_property
    def authors(self) -> dict[str, Any]:
        """method, operator, model and persons; hostile, and cut to what is shown."""
        said = decode(bytes(self.candidate.authors))
        return {name: value[:200] if isinstance(value, str) else value for name, value in said.items()}

    @cached_property
    def contract(self) -> contract.Card:
        """What the author said, and what came of it."""
        stated, graded = decode(bytes(self.candidate.contract)), bytes(self.candidate.graded)
        return contract.card(stated, graded, lambda: self.scores)

    @cached_property
    def bundle(self) -> credits.Bundle | None:
        """What each part of its edit is worth, where it was measured without them."""
        return credits.bundle(self.candidate, self.scores, repeatable=self.repeatable)

    @property
    def without(self) -> str:
        """The part of its base's edit that it lacks, where it was made to tell what that part is worth."""
        return credits.without(self.candidate)

    @cached_property
    def _made(self) -> dict[str, Any]:
        return dict(decode(bytes(self.candidate.parents)))

    @cached_property
    def parents(self) -> list[Parent]:
        """Base first, then crossover, then inspirations."""
        roles = ["base", *["crossover"] * (len(self._made["parents"]) - 1)]
        parents = [Parent(number, role) for number, role in zip(self._made["parents"], roles, strict=False)]
        return parents + [Parent(number, "inspiration") for number in self._made.get("inspirations", ())]

    @property
    def replaces(self) -> int | None:
        """Number of the candidate that a person edited into this one."""
        return self._made.get("replaces")

    @cached_property
    def origin(self) -> "Elsewhere | None":
        """The candidate of another run that this one was planted from."""
        found = self.others.get(self._planted_from or 0)
        return Elsewhere(found.run.number, found.number, found.verdict) if found else None

    @property
    def _planted_from(self) -> int | None:
        key = self._made.get("origin")
        return None if key is None else int(key)

    @property
    def base(self) -> int | None:
        """Number of the base parent; None for the seed."""
        return self.parents[0].number if self.parents and self.parents[0].role == "base" else None

    @cached_property
    def bases(self) -> list[Base]:
        """What it can be compared with, the base parent first; each candidate once."""
        run, champion = self.run.pk, self.project.champion
        found = [Base(self.look.base, self._role(self.other), self.other.pk)] if self.other is not None else []
        found += [Base("parent", "base parent", row_id(run, self.base))] if self.base is not None else []
        found += [Base("seed", "the seed", row_id(run, SEED))] if self.candidate.number != SEED else []
        found += [Base("champion", "the champion", champion)] if champion is not None else []
        found += [Base(str(parent.number), parent.role, row_id(run, parent.number)) for parent in self.parents]
        once: dict[int, Base] = {}
        for base in found:
            once.setdefault(base.key, base)
        once.pop(self.candidate.pk, None)
        return list(once.values())

    def _role(self, other: CandidateEdit) -> str:
        """Which parent a chosen candidate is, or where it is from, as far as that is another place."""
        if other.run_id == self.run.pk:
            role = next((parent.role for parent in self.parents if parent.number == other.number), "as chosen")
            return "base parent" if role == "base" else role
        here = other.run.project_id == self.run.project_id
        return f"of run {other.run.number}" if here else f"of run {other.run.number} of {other.run.project.name}"

    @cached_property
    def compared(self) -> Base | None:
        """The candidate that it is compared with, in text and scores; None: with nothing, all of it is new."""
        chosen = next((base for base in self.bases if base.value == self.look.base), None)
        return chosen or next((base for base in self.bases if base.value == "parent"), None)

    @cached_property
    def files(self) -> dict[str, str]:
        """Digest of each component, hex, by path."""
        return dict(decode(bytes(self.candidate.content)))

    @cached_property
    def changes(self) -> Changes:
        """The components that differ from those of `compared`; all of them, as additions, without it."""
        other = self.others.get(self.compared.key) if self.compared else None
        return Changes(dict(decode(bytes(other.content))) if other else {}, self.files, self.look, self.shelf)

    @cached_property
    def asked(self) -> Asked:
        """What models were asked so that it was made; their texts are read together with those of the changes."""
        self.shelf.want(self.changes.keys)
        return Asked(self.run, self.candidate, self.shelf)

    @cached_property
    def beside(self) -> list[Beside]:
        """The scores of parent and champion, where both were measured under the protocol of this run."""
        wanted = [base for base in self.bases if base.value in ("parent", "champion")]
        found = [(base, self.others.get(base.key)) for base in wanted]
        mine = self.candidate.score
        return [
            Beside(base.role.removeprefix("the "), other.score, mine - other.score)
            for base, other in found
            if other and other.score is not None and mine is not None and other.run.protocol_id == self.run.protocol_id
        ]

    @cached_property
    def scores(self) -> Scores:
        other = self.compared.key if self.compared else None
        besides = credits.besides(self.candidate)
        return Scores(self.candidate.pk, other, self.run.protocol_id, self.sign, besides)

    @cached_property
    def evidence(self) -> list[str]:
        """What the scores say, in sentences."""
        said = room.in_words(self.candidate, self.run.protocol_id) if self.project.forgeable else []
        said += scores.in_words(self.scores, repeatable=self.repeatable)
        if not self.repeatable and chosen_as_best(self.run, self.candidate.pk):
            said.append(f"Chosen as the best of {self.run.measured:,} by this score: {self._again}.")
        return said

    @property
    def _again(self) -> str:
        """What is to be expected of the best of many when it is measured again."""
        tasks = sum(row.split == "validation" for row in self.scores.rows)
        score, noise = self.candidate.score, self.project.noise
        if score is None or not noise or not tasks:
            return "measured again, it likely has less"
        likely = self.sign * prospect.again(self._spread, score, noise, tasks)
        return f"measured again, it likely has about {prospect.short(likely)}"

    @property
    def _spread(self) -> Mapping[str, Any]:
        read = (vars(row) for row in self.others.values())
        found = next((told for told in read if "middle" in told), None)
        return found or vars(Run.objects.only("pk").annotate(**prospect.spread(self.run)).get(pk=self.run.pk))

    @property
    def comment_key(self) -> str:
        """Makes a comment that is sent twice one comment."""
        return uuid4().hex

    @cached_property
    def filters(self) -> list[tuple[str, int]]:
        """Filters of tasks, and how many each leaves."""
        return [(name, self.scores.counts[name]) for name in FILTERS]

    @cached_property
    def tasks(self) -> Page:
        """Measured tasks that may be seen, flips first, each with its measurements."""
        start = self.after or 0
        found = self.scores.only(self.only)
        rows = found[start : start + TASKS]
        measured = Trajectory.objects.filter(candidate=self.candidate, protocol=self.run.protocol_id)
        by_task = measurements(measured.filter(task__in=[row.task for row in rows])) if rows else {}
        for row in rows:
            row.measurements.extend(by_task.get(row.task, ()))
        return Page(rows, start + TASKS if len(found) > start + TASKS else None)

    @cached_property
    def ancestry(self) -> Ancestry:
        return Ancestry(self.candidate, self.project.champion)

    @cached_property
    def _said(self) -> tuple[list[Entry], list[str]]:
        return timeline.read(self.candidate, [str(person) for person in self.authors.get("persons", ())])

    @property
    def timeline(self) -> list[Entry]:
        """Answers, verdicts and comments, the oldest first."""
        return self._said[0]

    @property
    def people(self) -> list[str]:
        """Names of the persons among its authors."""
        return self._said[1]

    @property
    def reverted(self) -> Entry | None:
        """The verdict that took it out, if one did."""
        if self.candidate.verdict != "revert":
            return None
        return next((entry for entry in reversed(self.timeline) if entry.what == "revert"), None)

    @property
    def superseded(self) -> bool:
        """Whether a person's edit took its place."""
        judged = self.candidate.verdict == "drop"
        return judged and any(entry.text == SUPERSEDED for entry in self.timeline)

    @cached_property
    def replacement(self) -> int | None:
        """Number of the edit that took its place, once it was made: one of its own parent's children, or of its own."""
        bases = (self.candidate.base, self.candidate.pk)
        later = CandidateEdit.objects.filter(base__in=bases, pk__gt=self.candidate.pk).order_by("pk")
        for identifier, made_from in later.values_list("pk", "parents")[:REPLACEMENTS]:
            if decode(bytes(made_from)).get("replaces") == self.candidate.number:
                return run_and_number(identifier)[1]
        return None

    @cached_property
    def others(self) -> dict[int, CandidateEdit]:
        """The candidates that it is compared with, read at once."""
        wanted = {base.key for base in self.bases if base.value in ("parent", "champion") or base == self.compared}
        wanted |= set() if self._planted_from is None else {self._planted_from}
        held = {**self.read, **({self.other.pk: self.other} if self.other is not None else {})}
        every = CandidateEdit.objects.select_related("run").defer("run__parameters", "run__result")
        if self.project.noise and chosen_as_best(self.run, self.candidate.pk):
            every = every.annotate(**prospect.spread(self.run))
        return held | every.in_bulk(wanted - held.keys())


def chosen_as_best(run: Run, candidate: int) -> bool:
    """Whether it is the best of several by the very score that it is shown with."""
    return run.measured > 1 and run.best is not None and row_id(run.pk, run.best) == candidate


def with_compared(candidate: int, run: Run) -> dict[int, CandidateEdit]:
    """A candidate of the run, its base parent and the champion, by id, as far as they are there: for `Dossier.read`."""
    base = Subquery(CandidateEdit.objects.filter(pk=candidate).values("base")[:1])
    wanted = Q(pk=candidate) | Q(pk=base) | Q(pk=run.project.champion)
    rows = CandidateEdit.objects.filter(wanted).select_related("run").defer("run__parameters", "run__result")
    if run.project.noise and chosen_as_best(run, candidate):
        rows = rows.annotate(**prospect.spread(run))
    return {row.pk: row for row in rows}


def sign_of(project: Project) -> int:
    """-1 where the project minimises: inside, scores are turned so that higher is better; pages turn them back."""
    return -1 if project.direction == "minimise" else 1
