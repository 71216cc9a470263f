import ast
import json
import math
import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.engine.variation.numbers import Number, PerturbNumbers, log_normal, numbers, replace

from .programs import programs, quick, seeded


def found(text, path="main.py", edit="whole"):
    return [number.text for number in numbers(text, edit, path)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1 + 2.5 + .5 + 3. + 1e-3 + 4E2", ["1", "2.5", ".5", "3.", "1e-3", "4E2"]),
        ("x = 0x1f + 0o7 + 0b1 + 1_000 + 2j + True + 1e999 + 007", []),
        ("x = '1' + \"2\" + '''3\n4''' + r'5' + b'6' + f'7{8}{x:9}'  # 10", []),
        ("x1 = y2.z3", []),
        ("x = -1; y = (-2.5); z = [-3, 4 - 5, x -6, x[-7]]", ["-1", "-2.5", "-3", "4", "5", "6", "-7"]),
        ("return -1 if x else-2", ["-1", "-2"]),
        ("x = a\\\n -1", ["1"]),
        ("x = f(\n-1,\ny\n-2)", ["-1", "2"]),
        ("x = -2 ** 2 + 3 ** -4", ["2", "2", "3", "-4"]),
        ("x = - 5 + --6", ["5", "-6"]),
        ("match x:\n    case -1 | {2: 3}:\n        y = 4", ["4"]),
        ("C = [\n  1,  # 2\n  '3', -4", ["1", "-4"]),  # the bracket closes outside of the region
        ("    1, 2,\n  3,\n 'it''s 4', 5 # 6", ["1", "2", "3", "5"]),  # indented like no block
        ("x = 1\ry = 22", ["1", "22"]),
        ("é = 'é' * 3; ü = 4\r\nx = 5", ["3", "4", "5"]),
    ],
)
def test_numbers_of_python(code, expected):
    assert found(code) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.json", '{"a 1": 2, "b": [3, -4.5e-6, "7", {"8": 9}], "c":10}', ["2", "3", "-4.5e-6", "9", "10"]),
        ("a.json", '  1, 2,\n  "x": 3, // 4\n', ["1", "2", "3"]),
        ("a.toml", "a = 1 # 2\n3 = 4\n[5]\n[b.6]\nc = { 7 = 8, d = [9,\n 10] }\n", ["1", "4", "8", "9", "10"]),
        ("a.toml", 't = 07:32:00\nd = 1979-05-27\nv = "1"\ns = """\nx = 2\n"""\nu = +3.0', ["+3.0"]),
        (
            "a.yaml",
            "a: 1\nb: top 2\nc: x, 3\nd:\n- 4\n- e: -5\nf: [6, '7', {8: 9}]\ng: 1.2.3",
            ["1", "4", "-5", "6", "9"],
        ),
        ("a.yml", "p: |\n  x: 1\n  - 2\nq: 3\nr: don't 4\ns: http://h:5\nt: 12:30", ["3"]),
        ("a.ini", "[1]\na = 2\nb: 3\n; c = 4\n5 = x", ["2", "3"]),
        (".env", "A=1", []),
        ("prod.env", "A=1\nB=v2\nC='3'", ["1"]),
        ("prompt.md", "Give 3 answers.\nx = 4", []),
    ],
)
def test_numbers_of_configuration(path, text, expected):
    assert found(text, path) == expected


def test_only_regions_count():
    text = "a = 1\n# EVOLVE-BLOCK-START\nb = 2\n# EVOLVE-BLOCK-END\nc = 3\n"
    (number,) = numbers(text, "regions", "main.py")
    assert number.text == "2"
    assert text[number.start : number.end] == "2"
    assert found(text, edit="protected") == []


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("x -5", -3, "x -(-3)"),
        ("x - 5", -3, "x - -3"),
        ("return-5", 3, "return 3"),
        ("return-5", -3, "return-3"),
        ("5 ** 2", -3, "(-3) ** 2"),
        ("5if x else y", 3, "3 if x else y"),
        ("x = 5", 10**20, "x = 100000000000000000000"),
        ("x = 5.0", 1e-7, "x = 1e-07"),
        ("x = 5.0", 2, "x = 2.0"),
        ("x = 5", 2.0, "x = 2"),
    ],
)
def test_replacing(before, value, after):
    assert replace(before, numbers(before, "whole", "a.py")[0], value) == after


@pytest.mark.parametrize(("text", "value"), [("5.0", math.inf), ("5.0", math.nan), ("5", 2.5), ("5", math.inf)])
def test_what_cannot_be_written(text, value):
    with pytest.raises(ValueError, match="written|integer"):
        replace(text, Number(0, len(text), text, "." not in text), value)


@quick
@given(st.integers(-(10**40), 10**40), st.floats(0, 1e6), st.integers())
def test_integers_stay_integers_and_move(value, sigma, seed):
    moved = log_normal(value, seeded(seed), sigma)
    assert type(moved) is int
    assert moved != value


@quick
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e6), st.integers())
def test_floats_stay_finite(value, sigma, seed):
    moved = log_normal(value, seeded(seed), sigma)
    assert type(moved) is float
    assert math.isfinite(moved)


def test_the_step_is_log_normal():
    """Median 1, spread sigma, a few changes of sign; the same whatever the scale."""
    rng = seeded(1)
    ratios = [log_normal(1e-3, rng, 0.2) / 1e-3 for _ in range(4000)]
    logs = [math.log(ratio) for ratio in ratios if ratio > 0]
    assert 0.005 < 1 - len(logs) / len(ratios) < 0.015
    assert abs(sum(logs) / len(logs)) < 0.01
    assert abs(math.sqrt(sum(x * x for x in logs) / len(logs)) - 0.2) < 0.01


def test_zero_moves_and_small_steps_keep_more_digits():
    rng = seeded(1)
    assert all(log_normal(0.0, rng, 0.2) for _ in range(50))
    assert {log_normal(0, rng, 0.2) for _ in range(50)} == {-1, 1}
    assert len(repr(log_normal(1 / 3, rng, 0.5))) <= 6
    assert log_normal(1.0, rng, 1e-6) != 1.0


@quick
@given(programs(), st.integers(0, 999))
def test_strings_and_comments_stay(text, seed):
    edit = PerturbNumbers(count=5).edit({"a.py": text}, {"a.py": "regions"}, seeded(seed))
    assume(edit)
    assert _strings(edit["a.py"]) == _strings(text)
    assert edit["a.py"].count("# comment 25") == text.count("# comment 25")
    kinds = [[type(each.value) for each in numbers(each, "regions", "a.py")] for each in (text, edit["a.py"])]
    assert kinds[0] == kinds[1]


def _strings(text):
    return [
        node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and type(node.value) is str
    ]


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(-1e9, 1e9), st.text(max_size=5), st.just("1, 2: -3")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@quick
@given(_json, st.sampled_from([None, 2]), st.integers(0, 99))
def test_json_stays_json_of_the_same_shape(value, indent, seed):
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    edit = PerturbNumbers(count=100).edit({"a.json": text}, {"a.json": "whole"}, seeded(seed))
    assume(edit)
    assert _shape(json.loads(edit["a.json"])) == _shape(value)


def test_toml_stays_toml():
    text = "a = 1\nb = -2.5\nc = [1, 2, { d = +3.0 }]\nt = 1979-05-27\n[e.5]\nf = 1e6\n"
    for seed in range(20):
        edit = PerturbNumbers(count=9).edit({"a.toml": text}, {"a.toml": "whole"}, seeded(seed))
        assert _shape(tomllib.loads(edit["a.toml"])) == _shape(tomllib.loads(text))


def _shape(value):
    """value with every number that may move replaced by its type; too long integers are left as they are."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value) if type(value) in (int, float) else value


@quick
@given(st.text(alphabet="x1-.5e'\"#\\\n([{,f ", max_size=40))
def test_any_text_has_numbers_where_it_says(text):
    for path in ("a.py", "a.json", "a.yaml", "a.toml"):
        for number in numbers(text, "whole", path):
            assert text[number.start : number.end] == number.text
            assert math.isfinite(number.value)


def test_count_is_bounded_by_what_there_is():
    assert PerturbNumbers(count=9).edit({"a.py": "x = 1\n"}, {"a.py": "whole"}, seeded(1)) is not None
    assert PerturbNumbers().edit({"a.py": "x = y\n"}, {"a.py": "whole"}, seeded(1)) is None
