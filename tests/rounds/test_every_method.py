"""Every method through the real driver, sandbox and database: whole, and as if nothing had happened when it dies."""

import pytest

from apps.engine import registry
from apps.engine.testing.toy import EXPRESSION, parameters, toy_for
from apps.llm.models import Call, LanguageModel
from apps.records.archive import archive_digest
from apps.rounds.verify import problems
from tests.llm.server import error
from tests.rounds import questions, world

CANDIDATES = 24  # more than a generation of those that have any
CURVE = """
def run(given):
    return [f(step / 10) for step in range(-10, 11)]
"""
FOLLOWS = """
def score(given, expected, output, seed):
    wanted = [(step / 10) ** 4 + (step / 10) ** 2 for step in range(-10, 11)]
    return -sum(abs(a - b) for a, b in zip(output, wanted, strict=True))
"""


def project_for(name, called, judged=str):
    """The toy problem that the method fits, as a project called so. judged: what becomes of its evaluator."""
    toy = toy_for(registry.get(name))
    if toy is not EXPRESSION:
        return world.project(called, evaluator=judged(world.EVALUATOR))
    return world.project(called, program=toy.texts["main.py"] + CURVE, evaluator=judged(FOLLOWS))


def wordy(evaluator):
    """The same scores with a long feedback, for prompts to show."""
    return evaluator.replace("return ", "return {'feedback': 'too far off, ' * 400, 'score': ").rstrip() + "}\n"


@pytest.fixture(autouse=True)
def model(transactional_db, monkeypatch, settings):
    """A simulated model, for the methods that ask one."""
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]
    answers = questions.Scripted()
    with questions.server(monkeypatch, answers) as answers.serving:
        yield answers


@pytest.mark.parametrize("name", registry.names())
def test_a_method_ends_as_it_would_have_when_its_process_dies_on_the_way(loop, model, name):
    # A project for each run: where there is a champion already, other things are asked beside the method's.
    undisturbed, project = project_for(name, "whole"), project_for(name, "dying")
    ordered = world.order(name, CANDIDATES, parameters=parameters(registry.get(name)))
    whole = world.finish(loop, world.begin(loop, undisturbed, ordered))
    assert (whole.state, whole.measured) == ("finished", CANDIDATES)
    model.answered.clear()
    dying = world.new_loop()
    run = world.begin(dying, project, ordered)
    while run.measured < CANDIDATES // 2:
        dying.turn(0.01)
        run.refresh_from_db()
    world.abandon(dying)
    model.goes_on(run)
    loop.only = [run.pk]
    assert archive_digest(world.finish(loop, run)) == archive_digest(whole)
    assert list(problems(undisturbed)) == list(problems(project)) == []


HELD, REPLY = 2_100, 1_000  # tokens that the model holds, and those of its longest reply


@pytest.mark.parametrize("name", [name for name in registry.names() if registry.get(name).roles])
def test_no_prompt_of_a_method_is_longer_than_its_model_holds(loop, model, monkeypatch, name):
    LanguageModel.objects.update(context=HELD, max_tokens=REPLY)

    def strict(asked):
        size = len(asked.system.encode()) + sum(len(turn["content"].encode()) for turn in asked.body["messages"])
        return error(400, "prompt is too long") if size / 3 + REPLY > HELD else model(asked)

    monkeypatch.setattr(model.serving, "_reply", strict)
    ordered = world.order(name, 6, parameters=parameters(registry.get(name)))
    run = world.finish(loop, world.begin(loop, project_for(name, name, wordy), ordered))
    assert (run.state, run.measured) == ("finished", 6)
    assert set(Call.objects.values_list("state", flat=True)) == {"done"}
