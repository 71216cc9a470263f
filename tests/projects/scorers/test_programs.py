"""Programs are judged by tests that they cannot see, end, or change."""

import os

import pytest

from apps.projects.scorers.evoweb_scorers import CannotHandOver, unit_tests

DOUBLE = "def double(x):\n    return 2 * x\n"
TESTS = ["assert double(2) == 4", "assert double([1]) == [1, 1]", "assert double('a') == 'aa'"]


def test_a_right_program_passes_every_test():
    found = unit_tests(DOUBLE, TESTS)
    assert (found["score"], found["metrics"]) == (1.0, {"passed": 1.0})


def test_a_wrong_program_is_told_which_test_it_fails_and_not_what_was_expected():
    found = unit_tests("def double(x):\n    return x + 2 if x == 2 else x\n", TESTS)
    assert found["score"] == 0.0
    assert found["metrics"]["passed"] == pytest.approx(1 / 3)
    assert found["feedback"] == "test 2: what it gives is wrong; test 3: what it gives is wrong"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("def double(x)\n    return x\n", "the program does not run: SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero (line 1 of the program)"),
        ("def other(x):\n    return x\n", "NameError"),
        ("def double(x):\n    return {}[x]\n", "test 1: KeyError"),
        ("while True: pass", "it took longer than 0.5 seconds"),
        ("def double(x):\n    while True: pass\n", "it took longer than 0.5 seconds"),
        ("import os\nos._exit(0)", "its process has ended"),
        ("import sys\nsys.exit(0)", "SystemExit"),
        ("def double(x):\n    return 'x' * (1 << 30)\n", "MemoryError"),
        ("def double(x):\n    return x.nothing\n", "AttributeError"),
    ],
)
def test_a_program_that_breaks_is_wrong_and_told_why(program, told):
    found = unit_tests(program, TESTS, seconds=0.5)
    assert found["score"] == 0.0
    assert told in found["feedback"]


@pytest.mark.parametrize(
    "program",
    [
        "class Yes:\n    def __eq__(self, other):\n        return True\n\ndef double(x):\n    return Yes()\n",
        "class Yes(int):\n    def __eq__(self, other):\n        return True\n\ndef double(x):\n    return Yes(0)\n",
        "import builtins\nbuiltins.AssertionError = ()\ndef double(x):\n    return 0\n",
        "def double(x):\n    raise AssertionError\n",
        "import gc\ndef double(x):\n    return [o for o in gc.get_objects() if 'assert' in str(o)][0]\n",
    ],
)
def test_a_program_cannot_talk_its_way_past_the_tests(program):
    assert unit_tests(program, TESTS)["score"] == 0.0


def test_a_program_cannot_write_to_files_or_start_others(tmp_path):
    target = tmp_path / "left"
    found = unit_tests(f"open({str(target)!r}, 'wb', 0).write(b'x')\n{DOUBLE}", TESTS)
    assert "OSError: [Errno 27] File too large" in found["feedback"]
    assert target.read_bytes() == b""
    if os.geteuid():  # nothing keeps root from it; in the sandbox nobody is root
        assert unit_tests(f"import os\nos.fork()\n{DOUBLE}", TESTS)["score"] == 0.0


def test_values_arrive_as_they_were():
    program = "def same(x):\n    return x\n"
    values = "(1, 2.5, -0.0, 1j, b'a', None, True, {1: {2, 3}}, [float('inf')], 10**40, frozenset({'é'}), '\\ud800')"
    assert unit_tests(program, [f"x = {values}\ny = same(x)\nassert x == y and repr(x) == repr(y)"])["score"] == 1.0


def test_objects_generators_and_functions_of_the_program_stand_for_themselves():
    program = """
class Counter:
    def __init__(self, start):
        self.value = start
    def up(self, by=1):
        self.value += by
        return self

def total(counters):
    return sum(each.value for each in counters)

def odd(n):
    return (i for i in range(n) if i % 2)

def adder(n):
    return lambda x: x + n
"""
    tests = [
        "c = Counter(2)\nassert c.up(by=3).value == 5 and total([c, Counter(1)]) == 6",
        "assert list(odd(6)) == [1, 3, 5]",
        "assert odd(6) != [1, 3, 5]",
        "assert adder(2)(3) == 5",
    ]
    assert unit_tests(program, tests)["metrics"]["passed"] == 1.0


def test_a_test_may_expect_an_exception():
    test = "try:\n    half('a')\nexcept TypeError:\n    pass\nelse:\n    assert False"
    assert unit_tests("def half(x):\n    return x / 2\n", [test])["score"] == 1.0
    assert unit_tests("def half(x):\n    return x\n", [test])["score"] == 0.0


def test_helpers_of_the_task_are_not_those_of_the_program():
    setup = "def poly(x):\n    return x - 3\n\ndef root():\n    pass\n"
    cheat = "def poly(x):\n    return 0\n\ndef root():\n    return 17\n"
    assert unit_tests(cheat, ["assert poly(root()) == 0"], calls=["root"], setup=setup)["score"] == 0.0
    assert unit_tests("def root():\n    return 3\n", ["assert poly(root()) == 0"], calls=["root"], setup=setup)["score"]


def test_a_program_that_redefines_what_python_has_is_not_called_for_it_unless_asked():
    program = "def sum(a, b):\n    return a * b\n"
    assert unit_tests(program, ["assert sum([1, 2]) == 3"])["score"] == 1.0
    assert unit_tests(program, ["assert sum(3, 4) == 12"], calls=["sum"])["score"] == 1.0


def test_a_faulty_test_is_nobodys_failure_but_its_own():
    with pytest.raises(SyntaxError):
        unit_tests(DOUBLE, ["assert double(2 == 4"])
    with pytest.raises(CannotHandOver, match="plain data only"):
        unit_tests(DOUBLE, ["double(lambda: 1)"])


@pytest.mark.parametrize("output", [None, 5, ["def"], {}])
def test_what_is_no_program_is_wrong(output):
    assert unit_tests(output, TESTS)["score"] == 0.0
