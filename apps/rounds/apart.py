"""Telling the parts of a candidate's edit apart because a person asks, whatever its method does by itself.

An open run does it in a round of its own, beyond the candidates' budget. A run that has ended stays so: another one,
which searches nothing, begins with the base and the candidate, measures both again, and then what lacks a part each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.doorbell import ring
from apps.common.errors import UserError
from apps.common.ids import of_run
from apps.engine.bundles import MOST_PARTS, OPERATOR, PARTS
from apps.engine.canonical import decode, encode
from apps.engine.population import PART
from apps.engine.setup import ensembles_from
from apps.engine.variation.taking_apart import Part, parts_of
from apps.llm.forecast import Asks, Estimate, estimate
from apps.log.services import append
from apps.oversight.credits import besides
from apps.projects.access import may, require
from apps.projects.models import Project
from apps.records import content, transitions
from apps.records.models import CandidateEdit, Commission, Round, RoundState, Run, RunState
from apps.rounds import measured
from apps.rounds.start import order_of, start

KIND = "parts"
METHOD = "null_run"  # of a run of its own: it searches nothing
PLANTED_TOO = 2  # measured again in a run of its own: the base and the candidate


@dataclass
class Apart:
    """What asking would bring, part by part as a page or a check first needs it. candidate: with its run's project."""

    candidate: CandidateEdit

    @property
    def run(self) -> Run:
        return self.candidate.run

    @property
    def here(self) -> bool:
        """Whether the candidate's own run does it."""
        return bool(self.run.state == RunState.OPEN)

    @cached_property
    def base(self) -> CandidateEdit | None:
        return next((each for each in self._kin if each.pk == self.candidate.base), None)

    @cached_property
    def changed(self) -> Mapping[str, tuple[str, str]]:
        """Digests before and after of the components that the edit changes, by path."""
        if self.base is None:
            return {}
        old, new = (decode(bytes(each.content)) for each in (self.base, self.candidate))
        return {path: (old[path], new[path]) for path in new if path in old and new[path] != old[path]}

    @cached_property
    def parts(self) -> list[Part]:
        """Into which the edit can be told apart; [] where it is one."""
        texts = content.load(bytes.fromhex(key) for pair in self.changed.values() for key in pair)
        before, after = (
            {path: texts[bytes.fromhex(pair[side])].decode() for path, pair in self.changed.items()} for side in (0, 1)
        )
        return parts_of(before, after, self.most)

    @property
    def most(self) -> int:
        """Into how many: as many as it was told apart into before, where a budget ended that."""
        return max(self._lacking.values(), default=MOST_PARTS)

    @cached_property
    def left(self) -> list[Part]:
        """The parts without which it was not measured yet."""
        return [part for part in self.parts if part.name not in self._lacking]

    @cached_property
    def _lacking(self) -> dict[str, int]:
        """By part without which it was measured, how many there are."""
        told = (decode(bytes(each.traits)) for each in self._kin if each.score is not None or each.failure)
        return {traits[PART]: int(traits[PARTS]) for traits in told if PART in traits}

    @cached_property
    def _kin(self) -> list[CandidateEdit]:
        """Its base, and what lacks one of its parts; nobody where it was planted."""
        wanted = besides(self.candidate)
        return list(CandidateEdit.objects.filter(wanted)) if wanted else []

    @cached_property
    def asked(self) -> Commission | None:
        """The last time that somebody asked for it."""
        found = Commission.objects.filter(candidate=self.candidate.pk, kind=KIND).select_related("run")
        return found.order_by("-pk").first()

    # ---- what it takes

    @cached_property
    def tasks(self) -> int:
        return self.run.project.tasks.filter(split="validation").count()

    @property
    def candidates(self) -> int:
        """How many are measured."""
        return len(self.left) + (0 if self.here else PLANTED_TOO)

    @property
    def measurements(self) -> int:
        """Of single tasks."""
        return self.candidates * self.tasks

    @property
    def seconds(self) -> float | None:
        """Of execution, by the mean of the run's evaluations; None where there was none."""
        return self.measurements * self.run.spent / self.run.evaluations if self.run.evaluations else None

    @cached_property
    def calls(self) -> Estimate | None:
        """Of the models that measuring asks; None where it asks none."""
        roles = measured.roles(self.run.project)
        cast = ensembles_from(decode(bytes(self.run.ensembles)))
        asks = Asks(dict.fromkeys(roles, float(self.tasks)))
        return estimate(self.run.project, cast, asks, self.candidates) if roles else None

    # ---- why not

    @cached_property
    def refusal(self) -> str:
        """Why it cannot be asked for, for a person; "" where it can."""
        return self._unfit or self._one_part or self._under_way

    @property
    def _unfit(self) -> str:
        number, base = self.candidate.number, self.base
        if base is None:
            return f"Candidate {number} was planted: it has no base, so there is no edit to tell apart."
        for each in (self.candidate, base):
            if each.verdict == "revert":
                return f"Candidate {each.number} was reverted: nothing that descends from it is made any more."
            if each.score is None and not each.failure:
                return (
                    f"Candidate {each.number} was not measured on every task, so nothing can be compared with it. "
                    "Ask again once it was, or take another candidate."
                )
        if self.run.is_stale:
            return (
                f"An earlier evaluator gave the score of candidate {number}; without its parts it would be measured by "
                "another. Measure it again from the project's page, then ask there."
            )
        if base.score is None and not self.here:
            return f"Its base, candidate {base.number}, has no score: no run can begin with it, and this one has ended."
        return ""

    @property
    def _one_part(self) -> str:
        if PART in decode(bytes(self.candidate.traits)):
            return "It lacks a part of another candidate itself. Ask for the one that it was made from."
        if len(self.changed) > MOST_PARTS:
            return f"Its edit changes {len(self.changed)} components, and at most {MOST_PARTS} are told apart."
        if not self.parts:
            return "Its edit is a single part, and without that it is its base. Compare it with its base instead."
        return "" if self.left else "It was measured without each of its parts; its page shows what each is worth."

    @property
    def _under_way(self) -> str:
        asked = self.asked
        if asked is not None and _goes_on(asked):
            return "Somebody asked for that before, and it is on its way."
        if asked is not None and asked.run_id != self.run.pk and _brought(asked):
            return f"It was measured without each of its parts in run {asked.run.number}."
        return ""


def _goes_on(asked: Commission) -> bool:
    """Whether what was asked for is still to come."""
    if asked.run.state != RunState.OPEN:
        return False
    return asked.served is None or Round.objects.filter(pk=asked.served, state=RoundState.OPEN).exists()


def _brought(asked: Commission) -> bool:
    """Whether a run of its own made a candidate that lacks a part."""
    authors = encode({"method": asked.run.method, "operator": OPERATOR})
    return CandidateEdit.objects.filter(of_run(asked.run_id), authors=authors).exists()


def may_ask(actor: Actor, apart: Apart) -> bool:
    """Whoever answers gates or runs things may, where the run is open; another run is an operator's to start."""
    project = apart.run.project
    return may(actor, "operate", project) or (apart.here and may(actor, "review", project))


def ask(actor: Actor, candidate: CandidateEdit, sandbox: str) -> Run:
    """Have a candidate measured without each part that is left to tell apart. Returns the run that does it.

    sandbox: the kind of isolation for a run of its own. Raises UserError, PermissionDenied; then nothing is done.
    """
    with transaction.atomic():
        transitions.touch(Run.objects.filter(pk=candidate.run_id))  # locked, if it is open: it does not end meanwhile
        Project.objects.select_for_update().get(pk=candidate.run.project_id)
        apart = Apart(CandidateEdit.objects.select_related("run__project", "run__protocol").get(pk=candidate.pk))
        if not may_ask(actor, apart):
            require(actor, "operate", apart.run.project)
        if apart.refusal:
            raise UserError(apart.refusal)
        if apart.here and Round.objects.filter(run=apart.run, kind="conclude").exists():
            raise UserError(f"Run {apart.run.number} concludes at this moment. Ask again when it has ended.")
        run = apart.run if apart.here else _begun(actor, apart, sandbox)
        asked = {"parts": [part.name for part in apart.left], "most": apart.most}
        append(run.project_id, [transitions.commission(run, KIND, candidate.pk, asked, str(actor))])
        transaction.on_commit(lambda: ring("rounds"))
    return run


def _begun(actor: Actor, apart: Apart, sandbox: str) -> Run:
    """A run that is planted with the base, and searches nothing beyond what is asked of it."""
    project = apart.run.project
    order = order_of(project, method=METHOD, candidates=1, origin=apart.candidate.base, parallel=1)
    return start(actor, project, order, sandbox)
