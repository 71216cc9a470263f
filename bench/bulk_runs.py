"""The runs that bulk.py makes: a made-up search whose records, journal and log are as a driver would have left them."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from random import Random
from typing import Any
from unittest.mock import patch

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.ids import row_id, run_and_number
from apps.engine.acceptance.always import Always
from apps.engine.acceptance.improves import Improves
from apps.engine.canonical import encode
from apps.engine.effects import Choose, Contract, Judge, Measure, Promote, Propose, kind_of, payload
from apps.engine.population import Member, Population
from apps.engine.promotion import Difference, First
from apps.engine.records import Result
from apps.engine.replay import REJECTED, done, refused
from apps.engine.selection import PowerLaw
from apps.log.chain import Entry
from apps.oversight import digests as decisions
from apps.oversight.models import Answer
from apps.oversight.selectors import shown
from apps.projects.models import Project, Task
from apps.projects.selectors import program_files, tasks
from apps.records import digests, transitions
from apps.records.models import (
    CandidateEdit,
    Effect,
    EffectState,
    Round,
    RoundState,
    Run,
    RunState,
    Snapshot,
    Trajectory,
    Verdict,
)
from apps.records.transitions import reclaimed
from apps.rounds.conduct import gate_opened
from apps.rounds.start import Order, start
from bench.bulk_parts import METHOD, OPERATORS, candidate_row, contract, edit, trajectory_row
from bench.bulk_rows import Clock, Log, Row, Tables

FAILURES = ("error", "timeout", "invalid_output", "memory")
TOP = 200  # of the archive: where parents come from


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of everything one run gets. measures: in how many steps a candidate is measured."""

    candidates: int
    measures: int
    people: Sequence[User]
    events: float = 8.0  # log entries per candidate, at least
    gates: int = 0
    answers: int = 0


def grow(tables: Tables, clock: Clock, project: Project, shape: Shape) -> None:
    """A run of this shape: ended, unless something waits in it for people."""
    order = Order(METHOD, max(1, shape.candidates - 1), seed=project.runs.count(), mode="gate-only", parallel=4)
    with patch("django.utils.timezone.now", clock.now):
        run = start(Actor.system(), project, order, "bench", driver="nobody")
    search = Search(tables, Log(tables, clock, project.pk), clock, run, shape)
    search.plant()
    for number in range(1, shape.candidates - shape.gates):
        search.round(answered=number % max(1, shape.candidates // max(1, shape.answers)) == 0)
        if tables.full:
            tables.flush()
    for _ in range(min(shape.gates, shape.candidates - 1)):
        search.wait()
    search.close()


@dataclass(slots=True)
class Journal:
    """One round: its effects so far."""

    id: int
    kind: str
    rows: list[Row] = field(default_factory=list)


class Search:
    """One run as it goes on."""

    def __init__(self, tables: Tables, log: Log, clock: Clock, run: Run, shape: Shape) -> None:
        self._tables, self._log, self._clock, self._run, self._shape = tables, log, clock, run, shape
        self._tasks = list(tasks(run.project, "validation"))
        self._seed_files = program_files(run.project)
        self._population = Population(tuple(task.key for task in self._tasks))
        self._random = Random(run.pk)
        self._sizes: dict[str, int] = {}  # of each content, by its digest
        self._skill: list[float] = []  # of each candidate, 0 to 1: what its scores are made of
        self._failures: Counter[str] = Counter()
        self._rounds = self._evaluations = 0
        self._spent = 0.0
        self._first = log.sequence
        self._champion: int | None = run.project.champion
        crowned = CandidateEdit.objects.filter(pk=self._champion).values_list("score", flat=True).first()
        self._crown: float = crowned if crowned is not None else -inf
        self._waiting = False
        self._shown: Row = {}  # the newest candidate, with its cached columns

    # ---- rounds ----

    def plant(self) -> None:
        """The seed, which the first run also crowns."""
        journal = self._open("plant")
        self._propose(journal, (), self._seed_files, 0.1)
        self._measure(journal, 0, self._tasks)
        self._judge(journal, 0, Judge(0, Always()))
        if self._champion is None:
            effect = Promote(0, None, First(), {"score": self._population.score(0)})
            self._effect(journal, effect, done({"decision": "promote", "why": "first"}), 0)
            self._log.append([self._verdict(0, "promote", "rule:first", "first")])
            self._champion, self._crown = row_id(self._run.pk, 0), self._population.score(0) or 0.0
        self._end(journal, {"grown": 0, "decision": "keep"})

    def round(self, *, answered: bool) -> None:
        """A candidate from the archive: measured and judged; or, where a person is asked, perhaps rejected."""
        journal = self._open("grow")
        number = self._grow(journal)
        if answered and not self._answer(journal, number):
            return
        self._reclaim(journal, number)
        self._measured_in_parts(journal, number)
        decision = self._judge(journal, number, Judge(number, Improves()))
        if decision == "keep" and self._population.best == number:
            self._try_to_promote(journal, number)
        self._end(journal, {"grown": number, "decision": decision})
        if decision == "keep" and number % 1000 == 999 and self._population.best != number:
            self._log.append([self._verdict(number, "revert", self._person(number), "worse outside the tasks")])

    def wait(self) -> None:
        """A candidate that waits: for leave to stand, or, one in ten, for leave to be measured."""
        journal = self._open("grow")
        number = self._grow(journal)
        if number % 10:
            self._hold(journal, journal.rows[-1], EffectState.HELD_AFTER)
        else:
            row = self._effect(journal, Measure(number), None, number)
            self._hold(journal, row, EffectState.HELD_BEFORE)
        self._waiting = True
        self._close(journal, RoundState.OPEN, None)

    def close(self) -> None:
        """Cached columns, snapshot, champion, and the end of a run in which nothing waits."""
        run, population = self._run, self._population
        self._log.close()
        best = population.best
        score = None if best is None else population.score(best)
        measured = sum(member.measured for member in population.members.values()) - 1
        counters = {"born": len(population.members), "measured": measured, "evaluations": self._evaluations}
        counters |= {"rounds": self._rounds, "spent": self._spent, "best": best, "best_score": score}
        Run.objects.filter(pk=run.pk).update(**counters, driver_until=self._clock.now() + timedelta(days=365))
        snapshot = {"curve": encode(population.best_so_far), "failures": encode(dict(self._failures))}
        Snapshot.objects.create(run=run, at=self._clock.now(), **snapshot)
        Project.objects.filter(pk=run.project_id).update(champion=self._champion)
        if not self._waiting:
            self._conclude(best, score)

    def _conclude(self, best: int | None, score: float | None) -> None:
        result = {"best": best, "best_score": score, "seed_score": self._population.score(0), "gate_score": None}
        result |= {"corrected_score": score, "corrected_gain": None}
        with patch("django.utils.timezone.now", self._clock.tick):
            transitions.end(self._run, RunState.FINISHED, "", encode(result))

    # ---- effects ----

    def _open(self, kind: str) -> Journal:
        self._rounds += 1
        return Journal(row_id(self._run.pk, self._rounds - 1), kind)

    def _effect(self, journal: Journal, effect: Any, answer: bytes | None, candidate: int | None = None) -> Row:
        row = {
            "id": self._tables.key(Effect),
            "round_id": journal.id,
            "position": len(journal.rows),
            "child": -1,
            "kind": kind_of(effect),
            "asked": encode(payload(effect)),
            "ran": None,
            "revision": 0,
            "state": EffectState.DONE,
            "answer": answer,
            "candidate": None if candidate is None else row_id(self._run.pk, candidate),
            "attempts": 1 if isinstance(effect, Measure) else 0,
            "since": None,
        }
        journal.rows.append(row)
        return row

    def _grow(self, journal: Journal) -> int:
        """Drawing and proposing: the number of the new candidate."""
        ranked, random = self._population.ranked, self._random
        wanted = 2 if random.random() < 0.1 else 1
        places = [int(min(TOP, len(ranked)) * random.random() ** 2) for _ in range(wanted)]
        parents = tuple(dict.fromkeys(ranked[place] for place in places))
        drawn = [[number, self._population.score(number)] for number in parents]
        self._effect(journal, Choose("candidate", PowerLaw(), wanted), done(drawn))
        skill = self._skill[parents[0]]
        better = min(1.0, max(0.0, skill + random.gauss(-0.02, 0.05) * (1.0 - skill)))
        return self._propose(journal, parents, edit(self._random, self._seed_files, len(self._skill), better), better)

    def _propose(self, journal: Journal, parents: tuple[int, ...], changed: Mapping[str, bytes], skill: float) -> int:
        number = len(self._skill)
        self._skill.append(skill)
        base = dict(self._population.members[parents[0]].content) if parents else {}
        stored = {path: self._tables.store(data) for path, data in changed.items()}
        self._sizes |= {stored[path]: len(data) for path, data in changed.items()}
        files = base | stored
        operator = OPERATORS[(number + len(parents)) % 3] if len(parents) < 2 else "crossover"
        operator = operator if parents else "seed"
        claim = contract(self._tasks, number) if number % 7 == 1 else Contract()
        effect = Propose(parents, {path: data.decode() for path, data in changed.items()}, operator, claim)
        self._effect(journal, effect, done(number), number)
        row = candidate_row(self._run.pk, journal.id, number, files, effect)
        row["size"] = sum(self._sizes[name] for name in files.values())
        self._shown = self._tables.add(CandidateEdit, row)
        self._population.add(Member(number, parents, files, row["content_digest"], operator))
        body = {"candidate": number, "round": journal.id, "digest": digests.candidate(row)}
        self._log.append([self._entry("candidate.proposed", f"candidate:{row['id']}", body)])
        return number

    def _measured_in_parts(self, journal: Journal, number: int) -> None:
        """The tasks in as many effects as the shape says; after a failure no more."""
        parts = self._shape.measures
        fails = self._random.random() < 0.05
        for part in range(parts):
            self._measure(journal, number, self._tasks[part::parts], fails)
            if fails:
                return

    def _measure(self, journal: Journal, number: int, tasks: Sequence[Task], fails: bool = False) -> None:
        failure = FAILURES[number % len(FAILURES)] if fails else ""
        scores = [None if fails else self._score(number, task) for task in tasks]
        results = [[task.key, score, failure] for task, score in zip(tasks, scores, strict=True)]
        named = "validation" if len(tasks) == len(self._tasks) else tuple(task.key for task in tasks)
        row = self._effect(journal, Measure(number, named), done(results), number)
        made = zip(tasks, scores, strict=True)
        rows = [trajectory_row(self._random, self._run.protocol_id, row, task, score, failure) for task, score in made]
        body = {"round": journal.id, "position": row["position"], "child": -1, "tasks": len(rows)}
        body["digest"] = digests.trajectories(rows)
        for each in rows:
            self._tables.add(Trajectory, each)
            self._spent += each["seconds"]
        self._evaluations += len(rows)
        self._failures[failure] += bool(failure)
        self._log.append([self._entry("candidate.measured", f"candidate:{row['candidate']}", body)])
        self._population.measured(number, [Result(*result) for result in results])
        self._shown["score"], self._shown["failure"] = self._population.score(number), failure

    def _score(self, number: int, task: Task) -> float:
        worst = 3.0 + task.position
        return round(-worst * (1.0 - self._skill[number]) - self._random.random() / 50, 6)

    def _judge(self, journal: Journal, number: int, effect: Judge) -> str:
        decision = effect.rule.judge(self._population, number)  # type: ignore[attr-defined]
        said = {"decision": decision.decision, "why": decision.why}
        self._effect(journal, effect, done(said), number)
        self._log.append([self._verdict(number, decision.decision, f"rule:{effect.rule.name}", decision.why)])
        return str(decision.decision)

    def _try_to_promote(self, journal: Journal, number: int) -> None:
        score = self._population.score(number) or 0.0
        if score <= self._crown:
            return
        champion = run_and_number(self._champion or 0)
        effect = Promote(number, champion, Difference(), {"score": score, "champion": self._crown})
        why = f"{score!r} against {self._crown!r}"
        self._effect(journal, effect, done({"decision": "promote", "why": why}), number)
        self._log.append([self._verdict(number, "promote", "rule:difference", why)])
        self._champion, self._crown = row_id(self._run.pk, number), score

    def _verdict(self, number: int, decision: str, by: str, why: str) -> Entry:
        member = self._population.members[number]
        identifier = row_id(self._run.pk, number)
        row = {
            "candidate_id": identifier,
            "decision": decision,
            "by": by,
            "why": why,
            "content_digest": member.key,
            "salt": os.urandom(16),
        }
        self._tables.add(Verdict, row)
        self._population.judged(number, decision)
        self._shown["verdict"] = member.verdict
        body = {"decision": decision, "digest": digests.verdict(row)}
        return Entry("verdict.given", by, f"candidate:{identifier}", body)

    # ---- people ----

    def _hold(self, journal: Journal, row: Row, state: str) -> None:
        row["state"], row["since"] = state, self._clock.now()
        place = (journal.id, row["position"], -1)
        self._log.append([gate_opened(self._run.pk, place, row["kind"], state)])

    def _answer(self, journal: Journal, number: int) -> bool:
        """A person lets the proposal stand or rejects it. Whether it stands."""
        row = journal.rows[-1]
        self._hold(journal, row, EffectState.HELD_AFTER)
        rejected = number % 5 == 0
        person = self._shape.people[number % len(self._shape.people)]
        reason = "the same was tried before" if rejected else ""
        entries = self._answered(journal, row, person, "reject" if rejected else "approve", reason)
        row["since"], row["state"] = None, EffectState.REFUSED if rejected else EffectState.DONE
        if rejected:
            row["answer"] = refused(REJECTED, reason)
            entries.append(self._verdict(number, "drop", f"person:{person.pk}", reason))
        self._log.append(entries)
        if rejected:
            self._end(journal, {"rejected": reason})
        return not rejected

    def _answered(self, journal: Journal, row: Row, person: User, decision: str, reason: str) -> list[Entry]:
        held = Effect(**{name: row[name] for name in ("asked", "ran", "revision", "state", "answer")})
        now = self._clock.tick()
        made = Answer(
            pk=self._tables.key(Answer),
            effect_id=row["id"],
            revision=0,
            seen=shown(held),
            decision=decision,
            reason=reason,
            person=person,
            at=now,
            releases_at=now,
            ended=now,
            outcome="released",
            key=f"bulk-{row['id']}",
            salt=os.urandom(16),
        )
        self._tables.add(
            Answer, {field.attname: getattr(made, field.attname) for field in Answer._meta.concrete_fields}
        )
        place = {"round": journal.id, "position": row["position"], "child": -1, "revision": 0}
        said = place | {"answer": made.pk, "decision": decision}
        words = (f"person:{person.pk}", f"run:{self._run.pk}")
        given = Entry("answer.given", *words, said | {"digest": decisions.answer(made)})
        return [given, Entry("gate.closed", *words, said)]

    def _person(self, number: int) -> str:
        return f"person:{self._shape.people[number % len(self._shape.people)].pk}"

    # ---- ends ----

    def _reclaim(self, journal: Journal, number: int) -> None:
        """Where the log is to be longer than the records make it: effects that were carried out again."""
        again = int(self._first + self._shape.events * number) - self._log.sequence
        if again > 0:
            place = (journal.id, len(journal.rows), -1)
            self._log.append(reclaimed(self._run.pk, place, attempt) for attempt in range(2, 2 + again))

    def _end(self, journal: Journal, words: Mapping[str, Any]) -> None:
        outcome = encode(words)
        self._close(journal, RoundState.DONE, outcome)
        body = {
            "round": journal.id,
            "outcome": next(iter(words)),
            "effects": len(journal.rows),
            "journal": digests.journal(journal.kind, outcome, journal.rows),
        }
        self._log.append([self._entry("round.ended", f"run:{self._run.pk}", body)])

    def _close(self, journal: Journal, state: str, outcome: bytes | None) -> None:
        row = {"id": journal.id, "run_id": self._run.pk, "kind": journal.kind, "state": state, "outcome": outcome}
        self._tables.add(Round, row | {"position": len(journal.rows) - 1})
        for effect in journal.rows:
            self._tables.add(Effect, effect)

    def _entry(self, kind: str, subject: str, body: dict[str, Any]) -> Entry:
        return Entry(kind, f"method:{METHOD}", subject, body)
