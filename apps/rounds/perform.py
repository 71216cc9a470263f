"""Measuring for drivers in other processes: claim what is ready, run it, store the result, ring the drivers' bell."""

import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, transaction

from apps.common.doorbell import ring
from apps.common.ids import row_id
from apps.engine.canonical import decode
from apps.engine.effects import Compare, Measure
from apps.engine.replay import refused
from apps.llm.pool import PACES, Callers
from apps.llm.selectors import waits
from apps.log.services import append
from apps.oversight import selectors
from apps.oversight.rules import Facts, Go
from apps.records import transitions
from apps.records.models import CandidateEdit, Effect, EffectState, Run, Trajectory
from apps.records.sql import insert
from apps.rounds import measuring
from apps.rounds.brief import Brief, brief
from apps.rounds.calling import Calling
from apps.rounds.conduct import expected_seconds, gate_opened
from apps.rounds.measuring import APART, Errand
from apps.rounds.slots import Slot
from apps.rounds.sweep import due
from apps.rounds.texts import of_candidate
from apps.sandbox.contract import Job, Judging, Outcome
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require

BEAT_SECONDS = 2.0
CALLS = 64  # of models that are measured, or that judge, at a time
MOST = 16  # errands at a time: those that wait for a model hold no evaluator


class Performer:
    """One process's evaluators at work for other processes' drivers."""

    def __init__(self, home: Path) -> None:
        self._slot = Slot(home)
        self._shared = home / PACES
        self._pool = Pool(settings.EVOWEB_SLOTS, home, require(home, settings.EVOWEB_SANDBOX))
        self._callers: Callers | None = None  # made for the first call
        self._calling: dict[int, Calling] = {}  # by run
        self._errands: dict[measuring.Place, tuple[Errand, Effect, Brief]] = {}
        self._briefs: dict[int, Brief] = {}
        self._beaten = time.monotonic()

    def turn(self, seconds: float) -> bool:
        """Work for at most that long. Whether anything is under way or ready."""
        close_old_connections()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._claim()
            if not self._errands and not any(calling.open for calling in self._calling.values()):
                return False
            self._collect()
            self._beat()
        return True

    def _collect(self) -> None:
        """Wait for something to be measured or answered, and go on with it."""
        bell = self._callers.fileno() if self._callers is not None else None
        for outcome in self._pool.collect(0.25, bell):
            self._finish(outcome)
        for reply in self._callers.collect(0.0) if self._callers is not None else ():
            any(calling.hear(reply) for calling in self._calling.values())
        for calling in self._calling.values():
            self._proceed(calling)

    def _proceed(self, calling: Calling) -> None:
        """Measurements through a model go on: replies are taken in and judged, further calls are made."""
        for errand, name in calling.turn():
            job = None if errand.complete else errand.judging(name)
            if job is not None:
                self._submit(job)
            self._leave(errand)
        while calling.ready:
            if self._callers is None:
                self._callers = Callers(CALLS, settings.EVOWEB_LLM_PRIVATE_URLS, shared=self._shared)
            if not self._callers.free:
                return
            self._callers.submit(calling.ready.popleft())

    def _claim(self) -> None:
        room = min(self._pool.free, MOST - len(self._errands))
        if room <= 0:
            return
        for effect in due().select_related("round__run__project", "round__run__protocol").order_by("id")[:room]:
            run = effect.round.run
            known = self._briefs.get(run.pk) or self._briefs.setdefault(run.pk, brief(run))
            if not _free(effect, run, known) or not transitions.claim(effect, run, self._slot.name):
                continue
            self._begin(effect, known)

    def _begin(self, effect: Effect, known: Brief) -> None:
        place = (effect.round_id, effect.position, effect.child)
        errand = measuring.errand(known, place, _effect(effect), effect.token, of_candidate)
        self._errands[place] = (errand, effect, known)
        for job in list(errand.jobs.values()):
            self._submit(job)

    def _submit(self, job: Job | Judging) -> None:
        while not self._pool.free:
            for outcome in self._pool.collect(0.25):
                self._finish(outcome)
            self._beat()
        self._pool.submit(job)

    def _finish(self, outcome: Outcome) -> None:
        place = measuring.place_of(outcome.job)
        if place not in self._errands or outcome.job not in self._errands[place][0].jobs:
            return  # of a claim that was given up
        errand, effect, known = self._errands[place]
        if outcome.infrastructure and effect.failures + 1 < measuring.INFRASTRUCTURE_ATTEMPTS:
            self._give_up(place, errand)
            transitions.back_off(effect, 2**effect.failures)
            return
        if errand.take(outcome):
            run = known.run
            self._calling.setdefault(run.pk, Calling(run)).add(errand, outcome.job)
        self._leave(errand)

    def _leave(self, errand: Errand) -> None:
        """Record what came of an errand that is complete."""
        place = errand.place
        if not errand.complete or place not in self._errands or self._errands[place][0] is not errand:
            return
        _, effect, known = self._errands.pop(place)
        errand.given_up = True
        if errand.wait is not None:
            transitions.release(Effect.objects.filter(pk=effect.pk, token=effect.token))
        else:
            store(known, errand, effect)
        ring("rounds")

    def _give_up(self, place: measuring.Place, errand: Errand) -> None:
        del self._errands[place]
        errand.given_up = True
        for job in errand.jobs:
            self._pool.stop(job)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = time.monotonic()
            held = {effect.pk: effect.token for _, effect, _ in self._errands.values()}
            transitions.renew_effects(held, self._slot.name)
            lost = held.items() - transitions.held_by(held, self._slot.name).items()
            for place, (errand, effect, _) in list(self._errands.items()):
                if (effect.pk, effect.token) in lost:  # its run was aborted, say: what was measured counts for nothing
                    self._give_up(place, errand)


def _free(effect: Effect, run: Run, known: Brief) -> bool:
    """No latch is set, and people or the policy of now let it go; a claim holds only while both stay as they are."""
    needed = [player.model for player in known.players]
    if selectors.latches(run).exists() or (needed and waits(run.project_id, needed)):
        return False
    facts = Facts(effect.round.kind, expected_seconds(known, run, _effect(effect)), _tainted(effect, run))
    return effect.approved or isinstance(selectors.table(run).rule(effect.kind, "before", facts), Go)


def _tainted(effect: Effect, run: Run) -> bool:
    """Whether the effect's candidate was reverted, or was made from one that was."""
    candidate = CandidateEdit.objects.get(pk=effect.candidate or 0)
    made_from = [row_id(run.pk, number) for number in decode(bytes(candidate.parents))["parents"]]
    return CandidateEdit.objects.filter(pk__in=[candidate.pk, *made_from], verdict="revert").exists()


def _effect(row: Effect) -> Measure | Compare:
    asked = decode(bytes(row.ran if row.ran is not None else row.asked))
    tasks = asked["tasks"]
    if "measure" in asked:
        return Measure(asked["measure"], tasks if isinstance(tasks, str) else tuple(tasks), asked["repeats"])
    return Compare(asked["compare"], tuple(asked["champion"]), tasks)


def store(known: Brief, errand: Errand, effect: Effect) -> bool:
    """Record a finished measurement for the driver to find. False when the claim was lost meanwhile."""
    if errand.refusal is not None:
        return transitions.performed(effect, EffectState.REFUSED, refused(*errand.refusal))
    recorded = measuring.record(known, errand, {APART: True})
    unmeasurable = all(result[2] == "unmeasurable" for results in recorded.by_subject for result in results)
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=known.run.pk)  # its policy stays as it is until the commit
        ruling = selectors.table(run).rule(effect.kind, "after", Facts(effect.round.kind))
        state = EffectState.DONE if isinstance(ruling, Go) else EffectState.HELD_AFTER
        if unmeasurable:
            state = EffectState.UNMEASURABLE
        if not transitions.performed(effect, state, recorded.answer):
            return False
        insert(Trajectory, recorded.rows)
        if state == EffectState.HELD_AFTER:
            recorded.entries.append(gate_opened(run.pk, errand.place, effect.kind, state))
        append(known.project.pk, recorded.entries)
    return True


@cache
def performer(home: Path) -> Performer:
    """This process's performer, made on first use."""
    return Performer(home)


def perform_ready(home: Path, seconds: float) -> bool:
    """Perform what is ready for at most that long; whether there is more."""
    return performer(home).turn(seconds)
