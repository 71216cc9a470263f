"""Twelve evaluators as people write them for ShinkaEvolve."""

from tests.foreign.cases import Case, text

PROGRAM = text("""
    # EVOLVE-BLOCK-START
    def best(seed):
        return [1.0, 2.0, float(seed)]
    # EVOLVE-BLOCK-END


    def run_experiment(seed=0):
        return best(seed)
    """)

MAIN = text("""
    if __name__ == "__main__":
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--program_path", default="initial.py")
        parser.add_argument("--results_dir", default="results")
        given = parser.parse_args()
        main(given.program_path, given.results_dir)
    """)

WRITE = text("""
    import json, os

    def write(results_dir, metrics, correct=True, error=None):
        os.makedirs(results_dir, exist_ok=True)
        with open(os.path.join(results_dir, "metrics.json"), "w") as file:
            json.dump(metrics, file)
        with open(os.path.join(results_dir, "correct.json"), "w") as file:
            json.dump({"correct": correct, "error": error}, file)
    """)


def helped(call: str, before: str = "") -> str:
    """evaluate.py that has run_shinka_eval do the work."""
    return (
        "from shinka.core import run_shinka_eval\n"
        + text(before)
        + "\n\ndef main(program_path, results_dir):\n"
        + "    return run_shinka_eval(program_path=program_path, results_dir=results_dir,\n"
        + f'                           experiment_fn_name="run_experiment", {call})\n\n'
        + MAIN
    )


def own(body: str) -> str:
    """evaluate.py that writes its files itself."""
    return (
        WRITE
        + "\n\ndef main(program_path, results_dir):\n"
        + text(body).replace("\n", "\n    ").join(("    ", "\n\n"))
        + MAIN
    )


AGGREGATE = """
    def aggregate(results):
        return {"combined_score": sum(map(sum, results)), "public": {"runs": len(results), "best": "first"},
                "private": {"secret": 7.0}, "text_feedback": "make it longer"}
    """

CASES = {
    "three runs with arguments of their own, public, private and feedback": Case(
        {
            "evaluate.py": helped(
                "num_runs=3, get_experiment_kwargs=lambda run: {'seed': 10 * run}, aggregate_metrics_fn=aggregate",
                AGGREGATE,
            )
        },
        score=39.0,
        says=("make it longer", "best: first"),
        metrics={"runs": 3.0, "private.secret": 7.0},
    ),
    "seeds count from one where nobody says otherwise": Case(
        {"evaluate.py": helped("num_runs=2, aggregate_metrics_fn=aggregate", AGGREGATE)},
        score=9.0,
    ),
    "a validator that refuses": Case(
        {
            "evaluate.py": helped(
                "num_runs=1, aggregate_metrics_fn=aggregate, validate_fn=validate",
                AGGREGATE + "\n    def validate(result):\n        return len(result) == 4, 'needs four'\n",
            )
        },
        failure="incorrect",
        says=("Validation failed: needs four",),
    ),
    "an aggregator that takes the results' folder and leaves a file there": Case(
        {
            "evaluate.py": helped(
                "num_runs=1, aggregate_metrics_fn=aggregate, run_workers=4, early_stop_method='ci', verbose=True",
                """
                import os
                def aggregate(results, results_dir):
                    with open(os.path.join(results_dir, "plot.svg"), "w") as file:
                        file.write("<svg/>")
                    return {"combined_score": results[0][1], "extra_data": {"all": results}}
                """,
            )
        },
        score=2.0,
    ),
    "a program without the function": Case(
        {"evaluate.py": helped("num_runs=1"), "initial.py": "def other():\n    return 1\n"},
        failure="incorrect",
        says=("run_experiment",),
    ),
    "no score was aggregated": Case(
        {"evaluate.py": helped("num_runs=1")}, failure="incorrect", says=("the score is None",)
    ),
    "its own JSON, correct with a word of the error": Case(
        {"evaluate.py": own('write(results_dir, {"combined_score": 0.0}, False, "does not compile: line 3")')},
        failure="incorrect",
        says=("does not compile: line 3",),
    ),
    "it leaves with another status after it wrote": Case(
        {"evaluate.py": own('write(results_dir, {"combined_score": 4.5})\nraise SystemExit(2)')}, score=4.5
    ),
    "it leaves with os._exit after it wrote": Case(
        {"evaluate.py": own('write(results_dir, {"combined_score": 5.5})\nos._exit(0)')}, score=5.5
    ),
    "it writes nothing": Case(
        {"evaluate.py": own('print("nothing to see")')}, failure="incorrect", says=("status 0 without results",)
    ),
    "it raises before it wrote": Case(
        {"evaluate.py": own('raise LookupError("no benchmark here")')},
        failure="incorrect",
        says=("no benchmark here", 'File "evaluate.py"'),
    ),
    "it hangs in a process that it started": Case(
        {
            "shinka.yaml": "job_config:\n  time: '00:00:01'\n",
            "evaluate.py": own(
                'import subprocess, sys\nsubprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])'
            ),
        },
        failure="timeout",
    ),
    "another language: a shell script that it runs": Case(
        {
            "initial.sh": "# EVOLVE-BLOCK-START\necho 42\n# EVOLVE-BLOCK-END\n",
            "initial.py": "",
            "evaluate.py": own(
                "import subprocess\n"
                'said = subprocess.run(["bash", program_path], capture_output=True, text=True).stdout\n'
                'write(results_dir, {"combined_score": float(said)})'
            ),
        },
        score=42.0,
    ),
    "a compiler that is not there": Case(
        {
            "initial.zz": "say 1\n",
            "initial.py": "",
            "evaluate.py": own('import subprocess\nsubprocess.run(["zzc-compiler", program_path], check=True)'),
        },
        failure="incorrect",
        says=("No such file or directory: 'zzc-compiler'",),
    ),
    "further words for evaluate.py, and names of the search that it imports": Case(
        {
            "shinka.yaml": "job_config:\n  extra_cmd_args:\n    scale: 3\n",
            "evaluate.py": text("""
                import sys
                from shinka.core import EvolutionConfig, EvolutionRunner
                from shinka.launch import LocalJobConfig
                CONFIG = EvolutionConfig(num_generations=3)
                """)
            + WRITE
            + text("""
                words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
                write(words["--results_dir"], {"combined_score": float(words["--scale"]) + CONFIG.num_generations})
                """),
        },
        score=6.0,
    ),
}
