"""Records as a driver would leave them, made directly: a fixed cast, and runs with whatever a page has to show."""

import os
import zlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.engine.prompt import Prompt, prompt_payload
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight.models import Latch, Policy
from apps.projects.models import Component, Membership, Project, Task
from apps.records import content
from apps.records.models import (
    CandidateEdit,
    Effect,
    EffectState,
    Protocol,
    Round,
    Run,
    Snapshot,
    Trajectory,
    Verdict,
)

PASSWORD = "a long enough password"
SEED_TEXT = "def answer(task):\n    return task\n"


@dataclass(frozen=True)
class Cast:
    """Alice maintains the project, Bob reviews it, Charlie has nothing to do with it."""

    project: Project
    alice: User
    bob: User
    charlie: User


def cast() -> Cast:
    made = project("Parabola")
    alice, bob, charlie = (person(name) for name in ("alice", "bob", "charlie"))
    Membership.objects.create(project=made, user=alice, role="maintainer")
    Membership.objects.create(project=made, user=bob, role="reviewer")
    return Cast(made, alice, bob, charlie)


def everybody(people: Cast) -> dict[str, User | None]:
    """The cast with somebody in every role, an admin of the installation, and nobody, who is not signed in."""
    others = {name: person(name) for name in ("vera", "otto", "amy", "grace", "boss")}
    for name, role in (("vera", "viewer"), ("otto", "operator"), ("amy", "auditor"), ("grace", "admin")):
        Membership.objects.create(project=people.project, user=others[name], role=role)
    User.objects.filter(username="boss").update(is_superuser=True)
    others["boss"].refresh_from_db()
    return {"nobody": None, "alice": people.alice, "bob": people.bob, "charlie": people.charlie, **others}


def person(name: str) -> User:
    return User.objects.create(username=name, password=_hashed())


@cache
def _hashed() -> str:
    return make_password(PASSWORD)  # slow on purpose: once is enough


def project(name: str, **values: Any) -> Project:
    """A project with one component, main.py, and tasks t1 and t2 (validation) and g1 (gate)."""
    slug = name.lower().replace(" ", "-")
    defaults = {
        "budget": {"candidates": 100},
        "family": slug,
        "entry": "main.py:answer",
        "evaluator": encode({}),
        "evaluator_entry": "s.py:score",
    }
    made = Project.objects.create(
        name=name, slug=slug, package_digest=digest(name.encode()), method="hill_climb", **(defaults | values)
    )
    Component.objects.create(project=made, path="main.py", kind="program", edit="whole", content=SEED_TEXT.encode())
    for position, (key, split) in enumerate([("t1", "validation"), ("t2", "validation"), ("g1", "gate")]):
        Task.objects.create(
            project=made, key=key, split=split, input=b"1", expected=b"1", origin="tests", position=position
        )
    return made


def log(project: Project, what: str, subject: str, **body: Any) -> None:
    with transaction.atomic():
        append(project.pk, [Entry(what, "method:hill_climb", subject, body)])


@dataclass
class Play:
    """A run that grows as a test tells it to."""

    run: Run
    born: int = 0
    rounds: int = 0
    curve: list[list[float]] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, project: Project, **values: Any) -> "Play":
        protocol, _ = Protocol.objects.get_or_create(digest=digest(b"protocol"), defaults={"description": b"{}"})
        defaults = {
            "number": project.runs.count() + 1,
            "method": "hill_climb",
            "parameters": encode({}),
            "seed": 7,
            "code": bytes(32),
            "candidates": 100,
            "started_by": "system",
            "created": timezone.now() - timedelta(minutes=5),
            "driver": "worker-1/0",
            "driver_until": timezone.now() + timedelta(minutes=10),
        }
        run = Run.objects.create(project=project, protocol=protocol, **(defaults | values))
        Policy.objects.create(run=run, version=1, mode="gate-only", table=encode([]), actor="system")
        log(project, "run.started", f"run:{run.pk}", run=run.pk)
        return cls(run)

    @property
    def project(self) -> Project:
        return self.run.project

    def round(self) -> Round:
        self.rounds += 1
        return Round.objects.create(id=row_id(self.run.pk, self.rounds - 1), run=self.run, kind="grow")

    def candidate(self, text: str = SEED_TEXT, parents: tuple[int, ...] = (), **values: Any) -> CandidateEdit:
        """A candidate with this text in main.py, not measured yet."""
        key = digest(text.encode())
        content.store_files({key: text.encode()})
        content.store({key: text.encode()})
        listed = encode({"main.py": key.hex()} | values.pop("files", {}))
        made = CandidateEdit.objects.create(
            id=row_id(self.run.pk, self.born),
            run=self.run,
            round=values.pop("round", None) or self.round(),
            parents=encode({"parents": parents, **values.pop("made_from", {})}),
            content=listed,
            content_digest=digest(listed),
            authors=encode({"method": "hill_climb", "operator": values.pop("operator", "rewrite")}),
            contract=encode(values.pop("contract", {})),
            traits=encode(values.pop("traits", {})),
            size=len(text.encode()),
            salt=os.urandom(16),
            base=row_id(self.run.pk, parents[0]) if parents else None,
            **values,
        )
        self.born += 1
        Run.objects.filter(pk=self.run.pk).update(born=self.born)
        log(self.project, "candidate.proposed", f"candidate:{made.pk}", candidate=made.number)
        return made

    def measured(self, candidate: CandidateEdit, score: float | None, key: str = "t1", **values: Any) -> Trajectory:
        """One trajectory, and what the run then knows of the candidate."""
        report = {name: values.pop(name) for name in ("detail", "feedback", "metrics") if name in values}
        output = zlib.compress(values.pop("output", b"[1]"), 1)
        made = Trajectory.objects.create(
            candidate=candidate,
            task=self.project.tasks.get(key=key),
            round=candidate.round_id,
            position=0,
            protocol=self.run.protocol,
            seed=1,
            score=score,
            report=encode(report),
            output=output,
            seconds=0.012,
            cpu_seconds=0.01,
            salt=os.urandom(16),
            **values,
        )
        if made.failure:
            self.failures[made.failure] = self.failures.get(made.failure, 0) + 1
        self.read(candidate, score, made.failure)
        log(self.project, "candidate.measured", f"candidate:{candidate.pk}", tasks=1)
        return made

    def read(self, candidate: CandidateEdit, score: float | None, failure: str = "") -> None:
        """Cached columns and snapshot, as the driver writes them."""
        CandidateEdit.objects.filter(pk=candidate.pk).update(score=score, failure=failure)
        if score is not None and (not self.curve or score > self.curve[-1][1]):
            self.curve.append([candidate.number, score])
            Run.objects.filter(pk=self.run.pk).update(best=candidate.number, best_score=score)
        Run.objects.filter(pk=self.run.pk).update(measured=max(0, self.born - 1))
        values = {"curve": encode(self.curve), "failures": encode(self.failures), "at": timezone.now()}
        Snapshot.objects.update_or_create(run=self.run, defaults=values)

    def verdict(self, candidate: CandidateEdit, decision: str, why: str = "", by: str = "rule:improves") -> Verdict:
        made = Verdict.objects.create(
            candidate=candidate,
            decision=decision,
            by=by,
            why=why,
            content_digest=candidate.content_digest,
            salt=os.urandom(16),
        )
        CandidateEdit.objects.filter(pk=candidate.pk).update(verdict=decision)
        log(self.project, "verdict.given", f"candidate:{candidate.pk}", decision=decision)
        return made

    def held(self, candidate: CandidateEdit, kind: str = "propose", **values: Any) -> Effect:
        """A gate about a candidate: after its proposal, unless told otherwise."""
        state = values.pop("state", EffectState.HELD_AFTER)
        answer = encode({"done": candidate.number}) if state == EffectState.HELD_AFTER else None
        defaults = {"asked": encode({"propose": {}, "parents": [0], "operator": "rewrite"}), "answer": answer}
        made = Effect.objects.create(
            round=self.round(),
            position=1,
            kind=kind,
            state=state,
            candidate=candidate.pk,
            since=timezone.now(),
            **(defaults | values),
        )
        place = {"round": made.round_id, "position": 1, "child": -1, "kind": kind}
        log(self.project, "gate.opened", f"run:{self.run.pk}", **place)
        return made

    def asked(self, prompt: Prompt, reply: str = "") -> Effect:
        """A gate about a question to a model: before it is asked, or, with a reply, after."""
        data = encode(prompt_payload(prompt))
        said = reply.encode()
        content.store({digest(data): data, digest(said): said})
        asked = {"ask": "mutate", "prompt": digest(data).hex(), "model": "small"}
        told = {
            "reply": digest(said).hex(),
            "model": "small",
            "stop": "length",
            "tokens": 1234,
            "cost": 0.01,
            "call": "",
        }
        made = Effect.objects.create(
            round=self.round(),
            position=1,
            kind="ask",
            state=EffectState.HELD_AFTER if reply else EffectState.HELD_BEFORE,
            since=timezone.now(),
            asked=encode(asked),
            answer=encode({"done": told}) if reply else None,
        )
        log(self.project, "gate.opened", f"run:{self.run.pk}", round=made.round_id, position=1, child=-1, kind="ask")
        return made

    def running(self, candidate: CandidateEdit) -> Effect:
        return Effect.objects.create(
            round=self.round(),
            position=2,
            kind="measure",
            state=EffectState.RUNNING,
            since=timezone.now(),
            candidate=candidate.pk,
            asked=encode({"measure": candidate.number, "tasks": "validation", "repeats": 1}),
        )

    def latched(self, reason: str = "looking into it") -> Latch:
        return Latch.objects.create(project=self.project, reason=reason, set_by="person:1")


def grown(project: Project, candidates: int = 3, **values: Any) -> Play:
    """A run with a seed and some candidates, each better than its parent by one."""
    play = Play.begin(project, **values)
    for number in range(candidates + 1):
        text = SEED_TEXT + "".join(f"# step {step}\n" for step in range(number))
        made = play.candidate(text, parents=(number - 1,) if number else ())
        play.measured(made, float(number))
        play.verdict(made, "keep", "better than its parent")
    return play
