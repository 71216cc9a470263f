import json

import pytest

from apps.engine.variation.noop import NoOp

from .programs import seeded


def edited(text, path="a.py", mode="whole", seed=1):
    return (NoOp().edit({path: text}, {path: mode}, seeded(seed)) or {}).get(path)


def test_one_comment_is_replaced_by_the_next():
    once = edited("x = 1")
    again = edited(once, seed=2)
    assert once.splitlines()[0] == again.splitlines()[0] == "x = 1"
    assert once != again
    assert once.count("# null ") == again.count("# null ") == 1


def test_line_ends_are_the_text_s_own():
    assert edited("x = 1\r\n").endswith("\r\n")
    assert edited("x = 1\r\n").count("\n") == 2


@pytest.mark.parametrize("body", ['x = """\n', "x = 1 + \\\n"])
def test_where_a_comment_would_not_be_one_nothing_happens(body):
    assert edited(body) is None
    assert edited(f"# EVOLVE-BLOCK-START\n{body}# EVOLVE-BLOCK-END\n1\n", mode="regions") is None


def test_json_keeps_its_value_and_its_lines():
    text = '{"a": [1, 2]}\n'
    once, again = edited(text, "a.json"), edited(edited(text, "a.json"), "a.json", seed=2)
    assert len({text, once, again}) == 3
    assert len(once) == len(again)
    assert json.loads(once) == json.loads(again) == json.loads(text)
    assert once.count("\n") == 1


def test_two_thousand_candidates_have_contents_of_their_own():
    assert len({edited("x = 1\n", seed=seed) for seed in range(2000)}) == 2000
