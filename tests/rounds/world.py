"""Small projects and the loops that drive them: real database, real sandbox, no web."""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.engine.canonical import encode
from apps.log.services import append
from apps.projects.models import Component, Project, Task
from apps.projects.services.members import admit
from apps.records.models import Run
from apps.rounds import loop as loop_module
from apps.rounds import perform as perform_module
from apps.rounds.loop import Loop
from apps.rounds.perform import Performer
from apps.rounds.start import Order, start
from apps.sandbox.pool import Pool

PROGRAM = """# EVOLVE-BLOCK-START
C = [0.5, -0.5, 0.25, 1.0]
# EVOLVE-BLOCK-END
def run(given):
    return C
"""
EVALUATOR = """
def score(given, expected, output, seed):
    return -sum((a - b) ** 2 for a, b in zip(output, expected, strict=True))
"""
NOISY = """
import random
def score(given, expected, output, seed):
    return float(random.Random(f"{seed}/{output}").random() < 0.5)
"""


def member(project, name, role="reviewer"):
    """A new person with this role, as the log knows it."""
    user = User.objects.create_user(name)
    with transaction.atomic():
        append(project.pk, [admit(user, project, role)])
    return Actor.person(user)


def project(
    name="Toy", *, program=PROGRAM, evaluator=EVALUATOR, tasks=1, gate=0, repeatable=True, direction="maximise"
):
    """A project as an import would leave it, with one program."""
    made = Project.objects.create(
        family=name,
        name=name,
        slug=name.lower().replace(" ", "-"),
        package_digest=encode(name),
        direction=direction,
        entry="main.py:run",
        evaluator=encode({"evaluator.py": evaluator}),
        evaluator_entry="evaluator.py:score",
        repeatable=repeatable,
        limits={"wall_seconds": 2.0, "cpu_seconds": 2.0},
        method="hill_climb",
        budget={"candidates": 10},
    )
    Component.objects.create(project=made, path="main.py", kind="program", edit="regions", content=program.encode())
    for number in range(tasks + gate):
        Task.objects.create(
            project=made,
            key=f"t{number}",
            split="validation" if number < tasks else "gate",
            input=b"1",
            expected=json.dumps([1.5, -2.0, 0.75, 3.0]).encode(),
            position=number,
        )
    return made


class SharedPool:
    """Evaluators that outlive a loop: closing it stops what is in flight, as the death of a process would."""

    real: Pool | None = None

    def __init__(self, slots, home, isolation=None):
        if SharedPool.real is None:
            SharedPool.real = Pool(slots, home, isolation)
        self._jobs: set[str] = set()

    @property
    def free(self):
        return SharedPool.real.free

    def submit(self, job):
        self._jobs.add(job.id)
        SharedPool.real.submit(job)

    def collect(self, timeout, beside=None):
        outcomes = SharedPool.real.collect(timeout, beside)
        self._jobs -= {outcome.job for outcome in outcomes}
        return outcomes

    def stop(self, job):
        self._jobs.discard(job)
        SharedPool.real.stop(job)

    def close(self):
        for job in self._jobs:
            SharedPool.real.stop(job)
        self._jobs.clear()


def order(method="hill_climb", candidates=10, *, seed=1, mode="full-auto", parallel=1, **more):
    return Order(method=method, candidates=candidates, seed=seed, mode=mode, parallel=parallel, **more)


def new_loop(only=()):
    return Loop(Path(settings.EVOWEB_HOME), 2, only)


def driver(only=()):
    """A loop that claims nothing."""
    return Loop(Path(settings.EVOWEB_HOME), 0, only)


def new_performer():
    return Performer(Path(settings.EVOWEB_HOME))


def bury(performer):
    """The process dies: its lock goes, its evaluations stop, nothing is written any more."""
    performer._pool.close()
    performer._slot.close()


def begin(loop, project, ordered=None, actor=None):
    """Start a run that this loop drives."""
    run = start(actor or Actor.system(), project, ordered or order(), "bubblewrap", loop.slot.name)
    loop.only = [run.pk]
    loop.adopt(run)
    return run


def finish(loop, run, turns=200):
    """Drive a run to its end."""
    for _ in range(turns):
        loop.turn(0.5)
        run.refresh_from_db()
        if run.state != "open":
            return run
        if loop.idle:
            break
    raise AssertionError(f"{run} did not end: {run.state}, {run.measured} measured, {loop.drives}")


def abandon(loop):
    """The process dies: its lock goes, its evaluations stop, nothing is written any more."""
    loop._pool.close()
    if loop._lines is not None:
        loop._lines.close()
    loop.slot.close()


def use_shared_pool(monkeypatch):
    monkeypatch.setattr(loop_module, "Pool", SharedPool)
    monkeypatch.setattr(perform_module, "Pool", SharedPool)


def reload(run):
    return Run.objects.select_related("project", "protocol").get(pk=run.pk)
