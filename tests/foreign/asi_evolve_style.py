"""Twelve evaluators as people write them for ASI-Evolve."""

from tests.foreign.cases import Case, text

PROGRAM = "# EVOLVE-BLOCK-START\ndef construct():\n    return 2.5\n# EVOLVE-BLOCK-END\n"

SCRIPT = text("""
    #!/bin/bash
    set -e
    set -o pipefail
    STEP_DIR="$(pwd)"
    EXPERIMENT_DIR="$(dirname "$(dirname "$STEP_DIR")")"
    python3 "$EXPERIMENT_DIR/evaluator.py" "$STEP_DIR/code" "$STEP_DIR/results.json" > "$STEP_DIR/eval.log" 2>&1
    """)

RUN = text("""
    import json, sys

    def write(**results):
        with open(sys.argv[2], "w") as file:
            json.dump(results, file)

    def program():
        space = {}
        exec(open(sys.argv[1]).read(), space)
        return space["construct"]()
    """)


def python(body: str) -> dict[str, str]:
    return {"eval.sh": SCRIPT, "evaluator.py": RUN + text(body)}


def shell(body: str) -> dict[str, str]:
    return {"eval.sh": "#!/bin/bash\n" + text(body)}


CASES = {
    "python3 in the step's folder, with a log of its own": Case(
        python('write(success=True, eval_score=program(), complexity=12, temp={"hint": "more circles"})'),
        score=2.5,
        says=("hint: more circles",),
        metrics={"complexity": 12.0},
    ),
    "success = false with the error in temp": Case(
        python('write(success=False, eval_score=0.0, temp={"error": "circles overlap"})'),
        failure="incorrect",
        says=("circles overlap",),
    ),
    "success is not told": Case(
        python("write(eval_score=3.0)"), failure="incorrect", says=("the evaluator says success = false",)
    ),
    "no eval_score": Case(python("write(success=True, score=3.0)"), failure="incorrect", says=("no eval_score",)),
    "an eval_score that is no number": Case(
        python('write(success=True, eval_score="good")'), failure="incorrect", says=("the score is good",)
    ),
    "a trap that writes results of a failure and leaves with 0": Case(
        shell("""
            set -e
            fail() {
                echo '{"success": false, "error": "see the log"}' > results.json
                exit 0
            }
            trap 'if [ $? -ne 0 ]; then fail; fi' EXIT
            false
            """),
        failure="incorrect",
        says=("see the log",),
    ),
    "another status than 0": Case(
        shell("echo 'benchmark is broken' >&2\nexit 3\n"),
        failure="incorrect",
        says=("eval.sh ended with status 3", "benchmark is broken"),
    ),
    "results that are cut off": Case(
        shell('printf \'{"success": true, "eval_sc\' > results.json\n'),
        failure="incorrect",
        says=("wrote no results.json that can be read",),
    ),
    "nothing but shell": Case(
        shell("""
            lines=$(wc -l < code)
            printf '{"success": true, "eval_score": %s}' "$lines" > results.json
            """),
        score=4.0,
    ),
    "something in the background that keeps its output open": Case(
        shell("""
            sleep 60 &
            printf '{"success": true, "eval_score": 1.0}' > results.json
            """),
        score=1.0,
    ),
    "a lot of output": Case(
        shell("""
            for i in $(seq 20000); do echo "line $i of a long log that nobody reads"; done
            printf '{"success": true, "eval_score": 6.0}' > results.json
            """),
        score=6.0,
    ),
    "a command that is not there": Case(
        shell("set -e\nzzc-compiler code\n"),
        failure="incorrect",
        says=("zzc-compiler: command not found",),
    ),
    "it hangs": Case(
        {"config.yaml": "pipeline:\n  engineer_timeout: 1\n", **shell("sleep 60\n")},
        failure="timeout",
    ),
    "modules and data beside it": Case(
        {
            "targets/values.txt": "0.5\n",
            "geometry.py": "def area(x):\n    return x * x\n",
            **python("""
                import os
                from geometry import area
                here = os.path.dirname(os.path.abspath(__file__))
                add = float(open(os.path.join(here, "targets", "values.txt")).read())
                write(success=True, eval_score=area(program()) + add)
                """),
        },
        score=6.75,
    ),
}
