"""Programs of several files."""

import pytest


def test_helper_modules_and_data(measure):
    files = {
        "program.py": (
            b"import helper, json, pack.part\n"
            b"def run(x):\n"
            b"    return [helper.twice(x), json.load(open('config.json')), pack.part.N]"
        ),
        "helper.py": b"def twice(x):\n    return 2 * x",
        "config.json": b'{"a": 1}',
        "pack/__init__.py": b"",
        "pack/part.py": b"N = 3",
        "with space and ü.txt": b"x",
    }
    assert measure(files, 2, [4, {"a": 1}, 3]).score == 1.0


@pytest.mark.parametrize("name", ["wire", "values", "inside", "zygote", "json", "loading"])
def test_a_file_may_have_any_name(measure, name):
    files = {"program.py": f"import sys\nimport {name}\ndef run(x):\n    return 1".encode(), f"{name}.py": b"MINE = 1"}
    assert measure(files, None, 1).score == 1.0


def test_dataclasses_and_pickle_find_the_module(measure):
    program = (
        "import pickle\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class P:\n"
        "    x: int\n"
        "def run(x):\n"
        "    return pickle.loads(pickle.dumps(P(x))).x"
    )
    assert measure(program, 3, 3).score == 1.0


def test_the_program_can_read_itself(measure):
    program = (
        "import inspect\n"
        "def run(x):\n"
        "    return inspect.getsource(run).startswith('def run') and len(open(__file__).read()) > 0"
    )
    assert measure(program, None, True).score == 1.0


def test_a_missing_file_is_no_entry(measure):
    assert measure({"other.py": b""}).failure == "no_entry"


def test_the_program_is_not_the_main_module(measure):
    assert measure("def run(x):\n    return __name__", None, "program").score == 1.0


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "./x", "", "a//b", "a\0b", "..", ".", "\ud800"])
def test_names_that_lead_outside_are_refused(pool, make_job, name):
    with pytest.raises(ValueError, match="file name"):
        pool.submit(make_job({"program.py": b"", name: b""}))
    assert pool.free == 1


def test_too_much_is_refused(pool, make_job):
    with pytest.raises(ValueError, match="are allowed"):
        pool.submit(make_job({"program.py": b"#" * (9 << 20)}))
    with pytest.raises(ValueError, match="are allowed"):
        pool.submit(make_job({f"{n}.py": b"" for n in range(1_001)}))


def test_a_file_below_a_file_is_a_failure_of_the_program(measure):
    assert measure({"program.py": b"def run(x): return 1", "a": b"", "a/b": b""}).failure == "output_limit"
