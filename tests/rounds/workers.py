"""A project whose candidates are measured through a model, and the model: a pure function of what it is asked.

What evolves are the four numbers of world.PROGRAM; a prompt holds one of them and a target, and the reply says how far
the number is off, in words. So scores depend on the numbers alone, and every task has its own.
"""

import json
from contextlib import contextmanager

from apps.accounts.actors import Actor
from apps.llm.services import catalogue
from apps.projects.models import Task
from apps.projects.protocol import scorer_digest
from tests.llm.server import MessagesServer
from tests.rounds import world
from tests.rounds.questions import ONE_EACH, is_check

SYSTEM = Actor.system()
MODEL = "pupil"
PROGRAM = """# EVOLVE-BLOCK-START
C = [0.5, -0.5, 0.25, 1.0]
# EVOLVE-BLOCK-END
def run(given):
    return {"system": "Compare.", "prompt": f"{C[given[0]]} and {given[1]}"}
"""
EVALUATOR = """
def score(given, expected, output, seed):
    return -float(output.removeprefix("Off by "))
"""
TARGETS = [1.5, -2.0, 0.75, 3.0]


def compare(asked):
    """How far two numbers are apart, in words."""
    if is_check(asked):
        return "ready"
    one, other = map(float, asked.text.split(" and "))
    return f"Off by {abs(one - other)}"


def project(name="Pupil", *, program=PROGRAM, evaluator=EVALUATOR, max_tokens=20, **more):
    """One task for each of the numbers."""
    made = world.project(name, program=program, evaluator=evaluator, tasks=len(TARGETS), **more)
    made.worker = {"role": "worker", "max_tokens": max_tokens, "effort": ""}
    made.scorer = scorer_digest(made)
    made.save()
    for task in Task.objects.filter(project=made):
        at = task.position % len(TARGETS)
        task.input = json.dumps([at, TARGETS[at]]).encode()
        task.save()
    return made


@contextmanager
def server(monkeypatch, reply=compare, latency=0.0, rates=ONE_EACH, **columns):
    """A Messages server, and a model of the catalogue that is measured there."""
    monkeypatch.setenv("TEST_MODEL_KEY", "sk-never-shown")
    with MessagesServer(reply, latency) as serving:
        reached = {"model": "scripted", "base_url": serving.url, "key_variable": "TEST_MODEL_KEY", "max_tokens": 1000}
        row = catalogue.put(SYSTEM, catalogue.Description(MODEL, reached | columns, {}))
        if rates is not None:
            catalogue.price(SYSTEM, row, rates)
        catalogue.cast(SYSTEM, None, "worker", {MODEL: 1.0})
        yield serving
