from apps.engine.variation.crossover import Crossover

from .programs import seeded

EDITS = {"a.py": "regions", "b.json": "whole", "p.md": "whole"}


def program(body, outside="import math"):
    return f"{outside}\n# EVOLVE-BLOCK-START\n{body}# EVOLVE-BLOCK-END\n"


def children(first, second, path="a.py"):
    drawn = (Crossover().edit({path: first}, {path: second}, EDITS, seeded(seed)) for seed in range(40))
    return {child[path] for child in drawn if child}


def test_numbers_cross_position_by_position():
    first, second = program("x = [1, 2.0, 'a 3']\n"), program("x = [-5, 6.0, 'a 3']\n")
    assert children(first, second) == {program("x = [-5, 2.0, 'a 3']\n"), program("x = [1, 6.0, 'a 3']\n")}
    assert children('{"a": 1, "b": 2}', '{"a": 3, "b": 4}', "b.json") == {'{"a": 3, "b": 2}', '{"a": 1, "b": 4}'}


def test_statements_cross_at_their_level():
    first = program("def f():\n    return 1\n\ndef g():\n    return 2\n")
    second = program("def f():\n    return a\n\ndef g():\n    return b\n")
    drawn = children(first, second)
    assert program("def f():\n    return a\n\ndef g():\n    return 2\n") in drawn
    assert all("import math" in child and child.count("def f") == child.count("def g") == 1 for child in drawn)


def test_whole_texts_cross_where_nothing_finer_does():
    first, second = ({"p.md": f"Be {word}.\n", "a.py": program(f"x = {word}\n")} for word in ("brief", "kind"))
    drawn = [Crossover().edit(first, second, EDITS, seeded(seed)) for seed in range(20)]
    assert {"p.md": "Be kind.\n"} in drawn or {"a.py": program("x = kind\n")} in drawn
    assert all(child and {**first, **child} not in (first, second) for child in drawn)


def test_parents_without_a_child_of_their_own():
    assert not children(program("x = 1\n"), program("x = 1\n"))
    assert not children(program("x = 1\n"), program("x = 2\n"))  # one number: every child is a parent
    assert not children(program("x = 1\n"), program("x = 2\n", outside="import os"))
    assert not children("Be brief.", "Be kind.", "p.md")
