"""Plays the worker in a process of its own: `python stage.py SCENE` changes the database that EVOWEB_HOME names.

Prints what the scene returns, as JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")

import django  # noqa: E402

django.setup()

import modelled  # noqa: E402
from everypage import every_page  # noqa: E402
from factory import Play, cast, grown  # noqa: E402

from apps.accounts.actors import Actor  # noqa: E402
from apps.accounts.models import User  # noqa: E402
from apps.common.ids import of_run  # noqa: E402
from apps.engine.canonical import encode  # noqa: E402
from apps.oversight.models import Answer  # noqa: E402
from apps.projects.models import Membership, Project  # noqa: E402
from apps.projects.services import members  # noqa: E402
from apps.records.models import CandidateEdit, Effect, Run, Snapshot  # noqa: E402
from apps.rounds.models import Trial  # noqa: E402

TALKER = """import time

def answer(task):
    print('<img src=x onerror="document.title=1"><b hx-get="/queue/" hx-trigger="load">bold</b>')
    for step in range(300):
        print(f"{time.time():.3f} step {step}")
        time.sleep(0.1)
"""


def begin() -> dict[str, Any]:
    """The cast, and a run with a seed and three candidates."""
    people = cast()
    grown(people.project)
    return {"project": people.project.pk}


def better() -> dict[str, Any]:
    """One more candidate, the best so far."""
    play = taken_up()
    made = play.candidate("better = True\n", parents=(0,), operator="inspired")
    play.measured(made, 42.5)
    play.verdict(made, "keep")
    return {"candidate": made.number}


def gate() -> dict[str, Any]:
    """A candidate that waits for people."""
    play = taken_up()
    return {"gate": play.held(play.candidate(f"waits = {play.born}\n", parents=(0,))).pk}


def measured_gate() -> dict[str, Any]:
    """A candidate that was measured and judged, before the method hears of it."""
    play = taken_up()
    judged = encode({"done": {"decision": "keep", "why": ""}})
    return {"gate": play.held(play.candidate(f"judged = {play.born}\n", parents=(0,)), "judge", answer=judged).pk}


def models() -> dict[str, Any]:
    """Models at work in the run, and a candidate that one of them made."""
    play = taken_up()
    one, other, *_ = modelled.lively(play)
    for number in range(12):
        by = {"model": (one, other)[number % 3 == 0].name, "cost": 0.002 * (1 + number % 3)}
        made = play.candidate(f"better = {number}\n", parents=(number // 2,), operator="edits", traits=by)
        play.measured(made, 3.0 + number * (-1) ** number / 10)
        play.verdict(made, "drop" if number % 2 else "keep")
    candidate = play.candidate("asked = True\n", parents=(0,), operator="edits")
    asked = modelled.call(one, play.run)
    modelled.led_to(candidate, asked)
    return {"candidate": candidate.number, "call": asked.pk, "model": one.pk}


def three_gates() -> dict[str, Any]:
    """Three candidates that wait for people, the oldest first."""
    return {"gates": [gate()["gate"] for _ in range(3)]}


def keys_off() -> dict[str, Any]:
    """Alice switches single keys off."""
    return {"people": User.objects.filter(username="alice").update(keys_off=True)}


def alice_leaves() -> dict[str, Any]:
    """An admin takes Alice's role away."""
    held = Membership.objects.select_related("project").get(user__username="alice")
    members.remove(Actor.system(), held, held.role)
    return {}


def everything() -> dict[str, Any]:
    """Something on every page there is; their addresses by name."""
    return dict(every_page(cast()))


def large() -> dict[str, Any]:
    """Ten thousand lines: all of them new, and then every twentieth of them edited."""
    play = taken_up()
    text = "".join(f"value_{row} = compute({row}, {row * 7 % 13})  # row {row}\n" for row in range(10_000))
    new = play.candidate(text, parents=(0,))
    rows = text.split("\n")
    rows[::20] = [row.replace("compute", "evaluate") for row in rows[::20]]
    edited = play.candidate("\n".join(rows), parents=(new.number,))
    return {"new": new.number, "edited": edited.number}


def answers() -> dict[str, Any]:
    """What people said to each gate."""
    said = Answer.objects.order_by("pk").values_list("effect", "decision")
    return {str(effect): decision for effect, decision in said}


def talker() -> dict[str, Any]:
    """A candidate that prints for half a minute, markup first; its measurement ran out of time."""
    play = taken_up()
    Project.objects.update(limits={"wall_seconds": 30.0, "cpu_seconds": 5.0, "memory_mb": 128, "file_mb": 8})
    made = play.candidate(TALKER, parents=(0,))
    report = {"detail": "no answer within 30 seconds"}
    trajectory = play.measured(made, None, failure="timeout", **report)
    return {"candidate": made.number, "trajectory": trajectory.pk}


def trials() -> dict[str, Any]:
    """The state of every trial."""
    return {str(key): state for key, state in Trial.objects.values_list("pk", "state")}


def states() -> dict[str, Any]:
    """The state of every gate."""
    return {str(key): state for key, state in Effect.objects.values_list("pk", "state")}


def taken_up() -> Play:
    run = Run.objects.get()
    snapshot = Snapshot.objects.get(run=run)
    curve = json.loads(bytes(snapshot.curve))
    rounds = Effect.objects.count() + CandidateEdit.objects.filter(of_run(run.pk)).count()
    return Play(run, born=run.born, rounds=rounds, curve=curve)


SCENES: list[Callable[[], dict[str, Any]]] = [
    begin,
    better,
    gate,
    measured_gate,
    large,
    models,
    three_gates,
    keys_off,
    alice_leaves,
    everything,
    answers,
    talker,
    trials,
]

if __name__ == "__main__":
    print(json.dumps({scene.__name__: scene for scene in SCENES}[sys.argv[1]]()))
