"""Asking models: what the journal keeps of a question and its reply, and what a round gets."""

import json

import pytest

from apps.engine.canonical import decode
from apps.engine.effects import Ask, Choose, Measure, Propose, Refused
from apps.engine.prompt import USER, Cut, Message, Prompt, prompt_from, prompt_payload
from apps.engine.recipe import Grown, Recipe
from apps.engine.records import Reply, Shown
from apps.engine.replies import json_in
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.trajectories import Latest
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.vary import edited_by

SECRET = "say how these numbers go on"
SCHEMA = {"type": "object", "properties": {"why": {"type": "string"}}, "required": ["why"]}


def question(text=SECRET, model="scripted", schema=None):
    return Ask("mutate", Prompt("You edit numbers.", (Message(USER, text),)), model, schema)


def world(*effects, **changes):
    """A world whose rounds yield these effects, and the answers that they got."""
    answers = []

    def round(recipe, ctx):
        for effect in effects:
            try:
                answers.append((yield effect))
            except Refused as refused:
                answers.append(refused)
        return Grown(0, "keep")

    recipe = Recipe(vary=edited_by((1.0, PerturbNumbers())), round=round)
    return World(recipe, 1, TEXTS, distance, **changes), answers


def test_a_round_gets_the_reply_and_the_journal_only_digests():
    lived, answers = world(question(), model=lambda asked, dice: Reply("a long reply", asked.model, tokens=7))
    lived.round(0)
    lived.round(1)
    assert answers == [Reply("a long reply", "scripted", tokens=7)]
    row = lived.journal[1][0]
    assert b"a long reply" not in row.answer
    assert SECRET.encode() not in row.asked
    assert decode(row.asked).keys() == {"ask", "prompt", "model"}


def test_a_replayed_round_gets_the_same_reply_without_a_call():
    lived, answers = world(question())
    lived.round(0)
    lived.round(1)
    lived.play(1).replay(lived.journal[1])
    assert answers[0] == answers[1]
    assert len(lived.calls) == 1


def test_another_prompt_is_another_question():
    asked = set()
    for text in ("one", "two"):
        lived, _ = world(question(text))
        lived.round(0)
        lived.round(1)
        asked.add(lived.journal[1][0].asked)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("text", "data"),
    [('{"why": "so"}', {"why": "so"}), ('Here:\n```json\n{"why": "so"}\n```', {"why": "so"}), ("why not", None)],
)
def test_a_reply_to_a_schema_comes_with_its_data(text, data):
    lived, answers = world(question(schema=SCHEMA), model=lambda asked, dice: Reply(text, asked.model))
    lived.round(0)
    lived.round(1)
    assert answers[0].data == data


def test_json_that_would_break_the_parser_is_no_data():
    assert json_in("[" * 100_000) is None


def test_a_model_that_nobody_knows_is_a_refusal():
    lived, answers = world(question(model="unknown"))
    lived.round(0)
    lived.round(1)
    assert "no model 'unknown'" in answers[0].reason


def test_a_prompt_comes_back_from_its_json_form():
    prompt = Prompt("system", (Message(USER, "text"),), (Cut("top programs", 900, 300),), ("try primes",))
    assert prompt_from(json.loads(json.dumps(prompt_payload(prompt)))) == prompt


def test_trajectories_are_shown_as_they_were_measured():
    def tell(texts, result):
        return Shown(result.task, result.score, result.failure, feedback="too far", output="[1]")

    rule = Latest(0)
    lived, answers = world(Choose("trajectory", rule, 5), tell=tell)
    lived.round(0)
    lived.round(1)
    (shown,) = answers[0]
    assert (shown.task, shown.feedback, shown.output) == ("task", "too far", "[1]")


def test_the_worst_trajectories_come_first_and_failures_before_them():
    measured = [Shown("a", 0.5), Shown("b", None, "timeout"), Shown("c", 0.1), Shown("d", 0.9)]
    picked = Latest(0, worst_first=True).pick(measured, 3)
    assert [shown.task for shown in picked] == ["b", "c", "a"]
    assert [shown.task for shown in Latest(0, ("d", "a")).pick(measured, 9)] == ["a", "d"]


def test_train_tasks_are_measured_and_do_not_count_for_selection():
    lived, answers = world(Measure(0, "train"), train=("practice",))
    lived.round(0)
    lived.round(1)
    assert [row[0] for row in answers[0]] == ["practice"]
    assert lived.population.required == ("task",)


def test_a_model_improves_numbers_in_a_whole_run():
    def vary(ctx, parents):
        told = Message(USER, parents[0].texts["main.py"])
        reply = yield Ask("mutate", Prompt("", (told,)), "scripted")
        text = reply.text.split("```python\n")[1].split("```")[0]
        return (yield Propose((parents[0].number,), {"main.py": text}, "ask", traits={"model": reply.model}))

    lived = World(Recipe(vary=vary), 1, TEXTS, distance).evolve(60)
    assert lived.population.best_so_far[-1][1] > lived.population.best_so_far[0][1]
    assert all(isinstance(effect, Ask) for effect in lived.calls)
