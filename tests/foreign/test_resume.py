"""Runs of other engines' folders go on after kill -9, with the archive of the run that nothing disturbed."""

import json

import pytest

from tests.foreign.cases import text
from tests.foreign.conftest import write
from tests.rounds.test_kills import PATIENCE, dying, home, until  # noqa: F401

pytestmark = pytest.mark.slow
CANDIDATES = 24

PROGRAM = "# EVOLVE-BLOCK-START\nX = [0.5, -0.25]\n# EVOLVE-BLOCK-END\n"
SCORE = "-(space['X'][0] - 3) ** 2 - (space['X'][1] + 2) ** 2"
FOLDERS = {
    "openevolve": {
        "initial_program.py": PROGRAM,
        "evaluator.py": text(f"""
            def evaluate_stage1(program_path):
                space = {{}}
                exec(open(program_path).read(), space)
                return {{"combined_score": {SCORE}, "first": space["X"][0]}}
            """),
        "config.yaml": "evaluator:\n  cascade_thresholds: [-1000.0]\n",
    },
    "shinka": {
        "initial.py": PROGRAM + "\n\ndef run_experiment(seed):\n    return {'X': X}\n",
        "evaluate.py": text(f"""
            import sys
            from shinka.core import run_shinka_eval
            words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
            def aggregate(results):
                space = results[0]
                return {{"combined_score": {SCORE}}}
            run_shinka_eval(words["--program_path"], words["--results_dir"], "run_experiment", 1,
                            aggregate_metrics_fn=aggregate)
            """),
    },
    "gepa": {
        "gepa_task.py": text(f"""
            seed_candidate = {{"numbers": {PROGRAM!r}}}
            valset = [0.0, 1.0, 2.0]
            def evaluator(candidate, example):
                space = {{}}
                exec(candidate["numbers"], space)
                return {SCORE} - example, {{"Feedback": "closer"}}
            """)
    },
    "asi_evolve": {
        "initial_program": PROGRAM,
        "input.md": "Find the numbers.\n",
        "eval.sh": 'set -e\npython3 "$(dirname "$(dirname "$PWD")")/evaluator.py"\n',
        "evaluator.py": text(f"""
            import json
            space = {{}}
            exec(open("code").read(), space)
            json.dump({{"success": True, "eval_score": {SCORE}}}, open("results.json", "w"))
            """),
    },
}


@pytest.mark.parametrize("style", FOLDERS)
def test_a_run_that_is_killed_ends_with_the_archive_of_the_undisturbed_run(style, home):  # noqa: F811
    folder = write(home.path / style, FOLDERS[style])
    evolve = ("evolve", str(folder), "--method", "hill_climb", "--candidates", str(CANDIDATES), "--seed", "3", "--json")
    wanted = home.result(*evolve)

    process = home.manage(*evolve)
    until(lambda: home.ask("SELECT count(*) FROM records_run") == [(2,)])
    until(lambda: home.latest()[1] > CANDIDATES // 8)
    assert home.latest()[0] == "open"
    with dying(process):
        pass
    process = home.manage("resume")
    said = json.loads(process.communicate(timeout=2 * PATIENCE)[0].splitlines()[-1])

    assert said["archive_digest"] == wanted["archive_digest"]
    assert home.ask("SELECT DISTINCT state, measured FROM records_run") == [("finished", CANDIDATES)]
    assert home.ask("SELECT style FROM projects_project") == [(style,)]
    assert home.manage("verify_log").wait(PATIENCE) == 0
