"""Known holes of evaluators: what a search finds in them is told apart, honest candidates are not."""

import pytest

from tests.foreign import asi_evolve_style, openevolve_style, shinka_style
from tests.foreign.conftest import write

# As in a known example: two circles in a unit square, the sum of their radii as the candidate reports it.
SHINKA = (
    "from shinka.core import run_shinka_eval\n"
    + """
import math

def isclose(a, b, rtol=1e-5, atol=1e-8):  # as numpy's
    return abs(a - b) <= atol + rtol * abs(b)

class np:
    isclose = staticmethod(isclose)

def validate(result):
    radii, reported = result
    if not np.isclose(reported, sum(radii), atol=0):
        return False, f"reported {reported} is not the sum"
    return sum(radii) <= 0.5 + 1e-15, "they overlap"

def aggregate(results):
    return {"combined_score": results[0][1]}

def main(program_path, results_dir):
    run_shinka_eval(program_path, results_dir, "run_experiment", 1,
                    aggregate_metrics_fn=aggregate, validate_fn=validate)

"""
    + shinka_style.MAIN
)
OPENEVOLVE = openevolve_style.evaluator("""
    TOLERANCE = 1e-6

    def evaluate(program_path):
        x, r, s = load(program_path).search()
        if r + s > x + TOLERANCE or r + s > 0.5 + 1e-6:
            return {"combined_score": 0.0, "error": "overlap"}
        return {"combined_score": r + s}
    """)
GEPA = """
seed_candidate = "{answer}"


def evaluator(candidate):
    value = float(candidate)
    assert value <= 0.5 + 1e-6, "too large"
    return value
"""
ASI_EVOLVE = {
    "input.md": "Make it large.\n",
    **asi_evolve_style.python("""
        from checking import fits
        value, most = program()
        if value > most + 1e-6:
            write(success=False, eval_score=0.0, temp={"error": f"{value} is too large"})
        else:
            write(success=True, eval_score=value)
        """),
    "checking.py": "def fits(value):\n    return True\n",
}


def shinka(place, reported):
    program = f"def run_experiment(seed=0):\n    return [0.25, 0.25], {reported!r}\n"
    return write(place / "task", {"initial.py": program, "evaluate.py": SHINKA})


def openevolve(place, radius):
    program = f"def search():\n    return 0.5, 0.25, {radius!r}\n"
    return write(place / "task", {"initial_program.py": program, "evaluator.py": OPENEVOLVE})


def gepa(place, answer):
    return write(place / "task", {"gepa_task.py": GEPA.replace("{answer}", repr(answer))})


def asi_evolve(place, answer):
    program = f"def construct():\n    return {answer!r}, 0.5\n"
    return write(place / "task", {"initial_program": program, **ASI_EVOLVE})


@pytest.mark.parametrize(
    ("folder", "value", "score", "says"),
    [
        (shinka, 0.500004, 0.500004, "Validation failed: reported 0.500004 is not the sum"),
        (openevolve, 0.2500005, 0.5000005, "it scores 0"),
        (gepa, 0.5000004, 0.5000004, "AssertionError: too large"),
        (asi_evolve, 0.5000004, 0.5000004, "0.5000004 is too large"),
    ],
)
def test_what_holds_within_a_tolerance_only_is_told_apart(folder, value, score, says, tmp_path, measured):
    found = measured(folder(tmp_path, value))
    assert found.score == pytest.approx(score, abs=1e-12)
    assert found.metrics["relies_on_tolerance"] == 1.0
    assert "This holds only within a tolerance of the evaluator" in found.feedback
    assert says in found.feedback


@pytest.mark.parametrize(("folder", "value"), [(shinka, 0.5), (openevolve, 0.25), (gepa, 0.5), (asi_evolve, 0.5)])
def test_an_honest_candidate_is_not(folder, value, tmp_path, measured):
    found = measured(folder(tmp_path, value))
    assert (found.score, found.metrics["strict_score"], found.metrics["relies_on_tolerance"]) == (0.5, 0.5, 0.0)
    assert "tolerance" not in found.feedback


def test_an_evaluator_that_varies_by_itself_accuses_nobody(tmp_path, measured):
    evaluator = openevolve_style.evaluator("""
        import time
        def evaluate(program_path):
            if 1.0 < 1e-6:
                return {}
            return {"combined_score": -time.perf_counter()}
        """)
    program = {"initial_program.py": openevolve_style.PROGRAM, "evaluator.py": evaluator}
    assert measured(write(tmp_path / "task", program)).metrics["relies_on_tolerance"] == 0.0


def test_a_strict_judgement_that_takes_too_long_costs_nothing_but_itself(tmp_path, measured):
    evaluator = openevolve_style.evaluator("""
        def evaluate(program_path):
            error = 1.0
            while error > 1e-6:
                error = max(error / 2, 1e-7)
            return {"combined_score": 1.0}
        """)
    files = {"initial_program.py": openevolve_style.PROGRAM, "evaluator.py": evaluator}
    found = measured(write(tmp_path / "task", {**files, "config.yaml": "evaluator: {timeout: 4}\n"}))
    assert (found.score, found.failure) == (1.0, "")
    assert "relies_on_tolerance" not in found.metrics


def test_it_can_be_left_out(tmp_path, measured):
    folder = openevolve(tmp_path, 0.2500005)
    write(folder, {"evoweb.toml": "[foreign]\nstrict = false\n"})
    assert "relies_on_tolerance" not in measured(folder).metrics


def test_a_script_that_hangs_when_it_is_strict_is_ended_with_all_that_it_started(tmp_path, measured):
    slow = asi_evolve_style.python("""
        import time
        tolerance = 1e-6
        if tolerance < float("1e-9"):
            time.sleep(60)
        write(success=True, eval_score=2.0)
        """)
    files = {"initial_program": asi_evolve_style.PROGRAM, "config.yaml": "pipeline: {engineer_timeout: 8}\n", **slow}
    found = measured(write(tmp_path / "task", files))
    assert (found.score, found.failure) == (2.0, "")
    assert "relies_on_tolerance" not in found.metrics


def test_a_script_without_a_python_file_has_nothing_to_close(tmp_path, measured):
    script = '#!/bin/bash\nprintf \'{"success": true, "eval_score": 1.0}\' > results.json\n'
    found = measured(write(tmp_path / "task", {"initial_program": asi_evolve_style.PROGRAM, "eval.sh": script}))
    assert found.score == 1.0
    assert "relies_on_tolerance" not in found.metrics
