"""bAbI memory: what the model is asked follows from prompt, examples and retrieval; each of the three can be mended."""

import importlib.util
import json
import os
import re
from pathlib import Path

import pytest

from apps.engine.prompt import USER
from apps.rounds.prompts import prompt_in
from apps.rounds.selftest import check
from apps.sandbox.probe import require

FOLDER = Path(__file__).parents[2] / "examples" / "babi_memory"
TASKS = [json.loads(line) for line in (FOLDER / "tasks.jsonl").read_text().splitlines()]
STORY = [
    "Mary moved to the bathroom.",
    "John went to the hallway.",
    "Mary went to the garden.",
    "John moved to the office.",
]
WHERE = {"sentences": STORY, "question": "Where is Mary?"}
URL = os.environ.get("EVOWEB_SMALL_MODEL", "")


@pytest.fixture
def main(load):
    return load("babi_memory", "main.py")


@pytest.fixture(scope="module")
def proposer():
    made = importlib.util.spec_from_file_location("proposer", FOLDER / "proposer.py")
    module = importlib.util.module_from_spec(made)
    made.loader.exec_module(module)
    return module


def asked(main, task):
    """The last message of what is asked, as the driver reads it."""
    prompt = prompt_in(json.dumps(main.run(task)).encode())
    assert prompt.messages[-1].by == USER
    return prompt.messages[-1].text


def test_the_check_finds_prompts_for_every_task_and_a_scorer_that_tells_right_from_nonsense(tmp_path):
    _, facts = check(FOLDER, tmp_path, require(tmp_path))
    assert (facts.seed_score, facts.repeatable, facts.tasks) == (None, True, 60)


def test_examples_come_first_and_retrieval_picks_what_is_about_the_same_person(main):
    turns = main.run(WHERE)["messages"]
    assert [turn["content"] for turn in turns[:2]] == ["Mary went to the kitchen.\nWhere is Mary?", "kitchen"]
    assert asked(main, WHERE) == "Mary moved to the bathroom.\nMary went to the garden.\nWhere is Mary?"


def test_one_sentence_is_the_latest_about_the_person(main):
    main.RETRIEVAL["sentences"] = 1
    assert asked(main, WHERE) == "Mary went to the garden.\nWhere is Mary?"


def test_the_latest_sentence_about_the_person_holds_the_answer_to_every_task(main):
    main.RETRIEVAL["sentences"] = 1
    for task in TASKS:
        assert task["expected"] in asked(main, task["input"])


@pytest.mark.parametrize(
    ("output", "score"),
    [
        ("bathroom", 1.0),
        ("Mary is in the bathroom.", 1.0),
        ("The Bathroom!", 1.0),
        ("hallway", 0.0),
        ("bathroom or hallway", 0.0),
        ("Mary is a fictional character", 0.0),
        ("", 0.0),
        (None, 0.0),
        (["bathroom"], 0.0),
    ],
)
def test_the_right_place_and_no_other_is_an_answer(evaluator, output, score):
    found = evaluator.score(WHERE, "bathroom", output, 0)
    assert found["score"] == score
    assert "bathroom" not in found["feedback"] or "bathroom" in str(output)


@pytest.fixture
def evaluator(load, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "apps" / "projects" / "scorers"))
    return load("babi_memory", "evaluator.py")


@pytest.mark.parametrize("name", ["prompt.txt", "examples.json", "retrieval.json"])
def test_the_proposer_changes_a_file_that_the_prompt_shows_and_states_a_contract(proposer, main, name):
    text = (FOLDER / name).read_text().strip()
    system = f"What may be changed:\n- {name}: all of it"
    seen = set()
    for number in range(30):
        told = f"Round {number}.\nTask 'train-1': score 0\nTask 'train-2': score 1\n\n{name}\n```\n{text}\n```"
        answer = proposer.reply(system, told)
        (changed,) = re.findall(rf"^{name}\n```\n(.*?)\n```$", answer, re.MULTILINE | re.DOTALL)
        assert changed != text
        seen.add(changed)
        (contract,) = re.findall(r"```json contract\n(.*?)\n```", answer, re.DOTALL)
        assert json.loads(contract)["predicted_fixes"] == ["train-1"]
        if name == "prompt.txt":
            main.PROMPT = changed
        else:
            setattr(main, name.removesuffix(".json").upper(), json.loads(changed))
        assert asked(main, WHERE)
    assert len(seen) > 3


@pytest.mark.skipif(not URL, reason="EVOWEB_SMALL_MODEL is not set to the address at which scripts/small_model serves")
@pytest.mark.slow
def test_the_small_model_answers_more_with_better_evidence(main, evaluator):
    from urllib.request import Request, urlopen

    def answered(tasks):
        right = 0.0
        for task in tasks:
            body = {"model": "small", "max_tokens": 12, "temperature": 0, **main.run(task["input"])}
            request = Request(f"{URL}/v1/messages", json.dumps(body).encode(), {"content-type": "application/json"})
            with urlopen(request) as response:
                output = json.load(response)["content"][0]["text"]
            right += evaluator.score(task["input"], task["expected"], output, 0)["score"]
        return right / len(tasks)

    tasks = [task for task in TASKS if task["split"] == "validation"][:20]
    seed = answered(tasks)
    main.RETRIEVAL["sentences"] = 1
    assert answered(tasks) > seed
