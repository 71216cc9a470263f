"""Faults in tasks are told with file and line."""

import json

import pytest

GOOD = '{"id": "one", "input": 1, "expected": 2}'


@pytest.mark.parametrize(
    ("line", "what", "remedy"),
    [
        ('{"id": "a"}', "the task has no input", "null is an input too"),
        ('{"input": 1}', 'id is "None"', "Give it an id"),
        ('{"id": true, "input": 1}', 'id is "True"', "Give it an id"),
        ('{"id": "a\\n", "input": 1}', "id is", "on one line"),
        ('{"id": "a", "input": NaN}', "input holds NaN", "Use null"),
        ('{"id": "a", "input": [1, {"x": -Infinity}]}', "input holds NaN or an infinite number", "Use null"),
        ('{"id": "a", "input": 1e999}', "input holds NaN or an infinite number", "Use null"),
        ('{"id": "a", "input": 0, "expected": NaN}', "expected holds NaN", "Use null"),
        ('{"id": "a", "input": "\\ud800"}', "input is no JSON", "Use numbers"),
        ('{"id": "a", "input": 1, "split": "test"}', 'unknown split "test"', "validation, gate"),
        ('{"id": "a", "input": 1, "splt": "gate"}', 'unknown key "splt"', 'Did you mean "split"?'),
        ('{"id": "a", "input": 1, "difficulty": 3}', 'difficulty is "3"', "from 0 (easy) to 1 (hard)"),
        ("[1, 2]", "the line holds", "one object a line"),
        ('{"id": "a", ', "this is not JSON", "one object a line"),
        ("[" * 100_000, "nested too deeply", "Simplify"),
        ('{"id": "a", "input": "' + "x" * 2_000_000 + '"}', "more than 2,000,000 bytes", "smaller"),
    ],
)
def test_a_fault_is_told_with_its_line(workspace, only_problem, line, what, remedy):
    workspace.write("tasks.jsonl", f"{GOOD}\n\n{line}\n")
    told = only_problem()
    assert told.startswith("tasks.jsonl:3:")
    assert what in told
    assert remedy in told


def test_a_line_that_is_no_text_is_told(workspace, only_problem):
    workspace.write("tasks.jsonl", GOOD.encode() + b"\n\xff\xfe\n")
    assert only_problem().startswith("tasks.jsonl:2: the line is not UTF-8")


def test_an_id_used_twice_is_told_with_both_lines(workspace, only_problem):
    workspace.write("tasks.jsonl", f"{GOOD}\n{GOOD}\n")
    told = only_problem()
    assert told.startswith("tasks.jsonl:2:")
    assert 'the id "one" is used already, at tasks.jsonl:1' in told


def test_inline_tasks_and_a_file_go_together_but_share_their_ids(workspace, only_problem):
    workspace.change("evoweb.toml", "[run]", '[[task]]\nid = "one"\ninput = 5\n\n[run]')
    told = only_problem()
    assert told.startswith("tasks.jsonl:1:")
    assert "at evoweb.toml:14" in told


def test_without_a_validation_task_nothing_could_be_selected(workspace, only_problem):
    workspace.write("tasks.jsonl", '{"id": "a", "input": 1, "split": "gate"}\n')
    assert "no validation task" in only_problem()


def test_the_list_of_problems_ends_at_a_hundred(workspace):
    workspace.write("tasks.jsonl", "x\n" * 10_000)
    assert len(workspace.problems()) == 100


def test_content_arrives_in_canonical_form(workspace):
    task = {"id": 7, "input": {"b": 1, "a": "ü"}, "split": "gate", "origin": "here", "difficulty": 0.5}
    workspace.write("tasks.jsonl", f"{GOOD}\n{json.dumps(task)}\n")
    [read] = workspace.package().of("gate")
    assert read.key == "7"
    assert read.input.decode() == '{"a":"ü","b":1}'
    assert read.expected == b"null"
    assert (read.origin, read.difficulty) == ("here", 0.5)
