"""A project whose answers a model judges by a rubric, and that model: a pure function of what it is asked.

With a worker the candidate's prompts are answered as in workers.py, "Off by 1.5"; without one the candidate answers so
itself. A rule-following judge reads the number between the marks and gives its level: the nearer, the higher.
"""

import json
import re
from contextlib import contextmanager

from apps.llm.models import LanguageModel
from apps.llm.services import catalogue
from apps.projects.models import Task
from apps.projects.protocol import scorer_digest
from apps.projects.services.labels import brought
from tests.llm.server import Answer, Asked
from tests.rounds import workers
from tests.rounds.workers import SYSTEM

JUDGE = "judge"
LEVELS = [["far", "off by more than 1.6"], ["near", "off by 0.6 to 1.6"], ["there", "off by less than 0.6"]]
ANSWERING = """# EVOLVE-BLOCK-START
C = [0.5, -0.5, 0.25, 1.0]
# EVOLVE-BLOCK-END
def run(given):
    return f"Off by {abs(C[given[0]] - given[1])}"
"""


def level_of(text):
    """The level that a rule-following judge gives an answer; it knows no other words than these."""
    found = re.match(r"Off by ([\d.]+)", text)
    off = float(found[1]) if found else 9.0
    return "there" if off < 0.6 else "near" if off <= 1.6 else "far"


def judged_text(asked):
    """What stands between the marks: the answer."""
    mark = re.search(r'two lines "(.*?)"', asked.system)[1]
    return asked.text.partition(f"{mark}\n")[2].rpartition(f"\n{mark}")[0]


def verdict(level, reason="so the rubric says"):
    return json.dumps({"reason": reason, "level": level})


def good(asked):
    return verdict(level_of(judged_text(asked)))


def playing(judge, worker=workers.compare):
    """Judge and worker on one server."""

    def answer(asked: Asked) -> Answer | str:
        return judge(asked) if asked.system.startswith("You judge answers") else worker(asked)

    return answer


@contextmanager
def server(monkeypatch, judge=good, worker=workers.compare, **more):
    """A Messages server with a model that is measured and another that judges."""
    with workers.server(monkeypatch, playing(judge, worker), **more) as serving:
        add(serving)
        yield serving


def add(serving, name="strict", **columns):
    """A model of the catalogue that judges from now on."""
    reached = {"model": name, "base_url": serving.url, "key_variable": "TEST_MODEL_KEY", "max_tokens": 1000}
    row = catalogue.put(SYSTEM, catalogue.Description(JUDGE, reached | columns, {}))
    catalogue.price(SYSTEM, row, workers.ONE_EACH)
    catalogue.cast(SYSTEM, None, "judge", {JUDGE: 1.0})
    return LanguageModel.objects.get(pk=row.pk)


def project(name="Judged", *, worker=True, text="How near is it?", levels=LEVELS, labels=(), expected=b"null", **more):
    """Its tasks are those of workers.project."""
    program = {"program": workers.PROGRAM if worker else ANSWERING}
    made = workers.project(name, **(program | more))
    made.worker = made.worker if worker else {}
    made.rubric = {"role": "judge", "max_tokens": 200, "effort": "", "text": text, "levels": levels}
    made.evaluator, made.evaluator_entry = b"{}", ""
    made.scorer = scorer_digest(made)
    made.save()
    brought(SYSTEM, made, list(labels))
    Task.objects.filter(project=made).update(expected=expected)
    return made


def label(task, output, level):
    return {"task": task, "output": json.dumps(output), "level": level, "by": "alice"}
