"""Driving runs from a terminal: progress, what waits, the summary and the last line."""

import json
import sys
import time
from math import inf, isfinite
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError
from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.common import database
from apps.common.errors import UserError
from apps.engine import registry
from apps.engine.canonical import decode
from apps.llm.selectors import present, reasons
from apps.oversight import room, selectors
from apps.projects.models import Project
from apps.records.models import HELD, Effect, Run, RunState
from apps.rounds.baselines import BASELINES, baseline, ordered
from apps.rounds.interruption import Interrupted, held
from apps.rounds.loop import Loop
from apps.rounds.opening import idle
from apps.rounds.renewal import measure_again
from apps.rounds.report import report
from apps.rounds.selectors import waits_of
from apps.rounds.start import Order, start
from apps.sandbox.isolation import Isolation
from apps.sandbox.probe import require

LINE_SECONDS = 0.5
WAIT_SECONDS = 0.25
ATTEMPTS = 10  # a second apart


class Follower:
    """Shows a run's progress on one line that is written over; nothing where nobody looks."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown = 0.0
        self._said = ""
        self._live = out.isatty()

    def show(self, run: Run, rate: float, *, last: bool = False) -> None:
        """One line: candidates, best score, rate."""
        now = time.monotonic()
        if not self._live or (now - self._shown < LINE_SECONDS and not last):
            return
        self._shown = now
        best = "-" if run.best_score is None else f"{run.best_score:.6g}"
        self._out.write(f"\r{run.method}: {run.measured}/{run.candidates} candidates, best {best}, {rate:.0f}/s   ")
        if last:
            self._out.write("\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """A line that stays, once."""
        if not text or text == self._said:
            return
        self._said = text
        self._out.write(("\n" if self._live else "") + text + "\n")
        self._out.flush()


def drive(loop: Loop, run: Run, deadline: float = inf) -> Run:
    """Drive a run to its end, or until the deadline on the monotonic clock. Returns the run as it then stands.

    Raises Interrupted between two turns, which keep the run whole.
    """
    loop.only = [run.pk]
    follower = Follower(sys.stderr)
    begun = time.monotonic()
    before = run.measured
    while run.state == RunState.OPEN and (left := deadline - time.monotonic()) > 0:
        with held():
            moved = loop.turn(max(min(LINE_SECONDS, left), 0.01))
            run = Run.objects.select_related("project", "protocol").get(pk=run.pk)
        follower.show(run, (run.measured - before) / max(time.monotonic() - begun, 1e-9))
        if run.state == RunState.OPEN and run not in loop.drives and run.driver:
            follower.say(f"Another process drives this run ({run.driver}); following it.")
        if not moved and run.state == RunState.OPEN:
            follower.say(waits(run))
            loop.wait(WAIT_SECONDS)
    follower.show(run, (run.measured - before) / max(time.monotonic() - begun, 1e-9), last=True)
    return run


def waits(run: Run) -> str:
    """What a run that cannot move waits for, and where that is answered."""
    if selectors.latches(run).exists():
        return f"Paused. Resume it on its page, /projects/{run.project.slug}/ of the running system (make run)."
    held = Effect.open.filter(round__run=run, state__in=HELD).order_by("id")
    first = "; ".join(f"{effect.kind} ({effect.state})" for effect in held[:3])
    count = held.count()
    if not count:
        return _waits_for_models(run)
    more = " …" if count > 3 else ""
    why = f" {_DOUBT}" if _in_doubt(run, held) else ""
    return f"{count} waiting for people: {first}{more}. Answer them in the queue of the running system (make run).{why}"


def _waits_for_models(run: Run) -> str:
    """What else it waits for. Whoever sits at a terminal can release a model, and reads why it stands still."""
    standing = present(run.project_id, waits_of(run))
    why = reasons([wait.model for wait in standing])
    told = [f"{wait.words} {why.get(wait.model, '')}".strip() for wait in standing]
    return " ".join([*told, *(f"manage.py models release {wait.name}" for wait in standing if wait.stopped)])


_DOUBT = (
    "What scores only within a tolerance of its evaluator is promoted by a person or not at all, in every mode "
    "(docs/foreign.md, Tolerances)."
)


def _in_doubt(run: Run, held: QuerySet[Effect]) -> bool:
    """Whether a promotion waits for this reason; a few are looked at."""
    if not run.project.forgeable:
        return False
    promoted = held.filter(kind="promote", candidate__isnull=False).values_list("candidate", flat=True)[:3]
    return any(room.relies(candidate, run.protocol_id) for candidate in promoted if candidate)


def open_loop() -> Loop:
    """A loop of this process, that gives up on a database which fails for long. Raises NoIsolation."""
    return Loop(Path(settings.EVOWEB_HOME), settings.EVOWEB_SLOTS, attempts=ATTEMPTS)


def isolation() -> Isolation:
    """What keeps candidates in on this machine; says so where that is nothing. Once per command. Raises NoIsolation."""
    found = _sandbox()
    if found.kind == "none":
        sys.stderr.write(
            "Candidates run WITHOUT isolation: no sandbox works here, and EVOWEB_SANDBOX=none allows it.\n"
        )
    return found


def _sandbox() -> Isolation:
    return require(Path(settings.EVOWEB_HOME), settings.EVOWEB_SANDBOX)


def carry_on(loop: Loop, run: Run, out: TextIO | OutputWrapper, begun: float) -> None:
    """Drive a run to its end, then the baselines that were ordered with it; print what came of it.

    begun: when the command did, on the monotonic clock; its timeout counts from there. Raises CommandError for a run
    that failed, SystemExit when interrupted, UserError when the database fails for long.
    """
    again = f"manage.py resume {run.uuid}"
    options = decode(bytes(run.options))
    try:
        drive_all(loop, run, begun + options.get("timeout", inf))
    except Interrupted as interrupted:
        line_end = "\n" if sys.stderr.isatty() else ""  # of the progress line
        sys.stderr.write(f"{line_end}Interrupted; go on with: {again}\n")
        raise SystemExit(interrupted.exit_code) from None
    except DatabaseError as error:
        if database.ours(error):
            raise
        raise UserError(f"{database.explain(error)} The run stays open; go on with: {again}") from error
    finish(Run.objects.select_related("project", "protocol").get(pk=run.pk), out, as_json=options.get("json", False))


def drive_all(loop: Loop, run: Run, deadline: float) -> None:
    """Drive a run and the baselines that were ordered with it, as far as the deadline allows."""
    run = drive(loop, run, deadline)
    if not ordered(run):
        return
    for method in BASELINES:
        if time.monotonic() < deadline:
            drive(loop, _baseline(loop, run, method), deadline)


def _baseline(loop: Loop, run: Run, method: str) -> Run:
    """The baseline run of that method; driven by this process if nobody started it before."""
    found = baseline(run, method, _sandbox().kind, loop.slot.name)
    loop.only = [found.pk]
    if found.driver == loop.slot.name and found not in loop.drives:
        loop.adopt(found)
    return found


def begin(loop: Loop, project: Project, order: Order, best: int | None = None) -> Run:
    """Start a run that this process drives; with best one that measures so many of the series before again."""
    given = (Actor.system(), project, order)
    place = (_sandbox().kind, loop.slot.name)
    run = start(*given, *place) if best is None else measure_again(*given, best, *place)
    loop.only = [run.pk]
    loop.adopt(run)
    return run


def finish(run: Run, out: TextIO | OutputWrapper, *, as_json: bool) -> None:
    """The summary table, and with as_json one JSON object as the last line. Raises CommandError for a failed run."""
    found = report(run)
    rows = [(name, found[name]) for name in SUMMARY]
    rows += (
        [("scores", "forgeable: the evaluator runs in one sandbox with the candidate")] if found["forgeable"] else []
    )
    rows += [(f"{method} at equal budget", scores["best_score"]) for method, scores in found["baseline"].items()]
    rows += [("why", why)] if (why := _why(run)) else []
    if unfinished(run):
        rows.append(("go on with", f"manage.py resume {run.uuid}"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        out.write(f"{name.replace('_', ' '):<{width}}  {_shown(value)}\n")
    if as_json:
        out.write(json.dumps(_finite(found), allow_nan=False) + "\n")
    if run.state in (RunState.FAILED, RunState.DIVERGED):
        raise CommandError(f"The run {run.state}: {run.why}")


_OTHERS = (
    "A method that asks a model changes files of any kind; docs/methods.md says what each of the others can change"
)


def _why(run: Run) -> str:
    """Why the run ended as it did, or why the last round of an open one brought nothing; and where there is more."""
    told = idle(run) if run.state == RunState.OPEN and run.measured == 0 else run.why
    if not told or run.state not in (RunState.OPEN, RunState.EXHAUSTED):
        return told
    if not registry.get(run.method).roles:
        return f"{told}. {_OTHERS}" if told.endswith("no edit stood") and not run.measured else told
    return f"{told}. Calls, on the page of the run, has every reply and what was said of it"


def unfinished(run: Run) -> bool:
    """Something is left to be driven: the run itself, or a baseline that was ordered with it."""
    if run.state == RunState.OPEN:
        return True
    return ordered(run) and run.baselines.exclude(state=RunState.OPEN).count() < len(BASELINES)


def _finite(value: Any) -> Any:
    """The value with None for what JSON has no number for: an interval over a single task has no ends."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return None if isinstance(value, float) and not isfinite(value) else value


SUMMARY = (
    "project",
    "method",
    "state",
    "seed_score",
    "best_score",
    "corrected_score",
    "gate_score",
    "candidates",
    "evaluations",
    "failures",
    "wall_seconds",
)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{label} {count}" for label, count in value.items()) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
