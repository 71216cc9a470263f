"""Twelve evaluators as people write them for OpenEvolve."""

from tests.foreign.cases import Case, text

PROGRAM = text("""
    # EVOLVE-BLOCK-START
    def search():
        return 3.0
    # EVOLVE-BLOCK-END
    """)

LOAD = text("""
    import importlib.util

    def load(program_path):
        spec = importlib.util.spec_from_file_location("program", program_path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    """)


def evaluator(source: str) -> str:
    return LOAD + text(source)


CASES = {
    "a second argument with a default, as in algotune": Case(
        {
            "evaluator.py": evaluator("""
            def evaluate(program_path, config=None, verbose=False):
                return {"combined_score": load(program_path).search()}
            """)
        },
        score=3.0,
    ),
    "an EvaluationResult with artifacts in bytes": Case(
        {
            "evaluator.py": evaluator("""
            from openevolve.evaluation_result import EvaluationResult
            def evaluate(program_path):
                value = load(program_path).search()
                return EvaluationResult(metrics={"combined_score": value, "radius": 0.5},
                                        artifacts={"stderr": b"half a \\xff line", "hint": "go on"})
            """)
        },
        score=3.0,
        says=("hint: go on", "half a \\xff line"),
        metrics={"radius": 0.5},
    ),
    "no combined_score: the mean without feature dimensions and the error": Case(
        {
            "evaluator.py": evaluator("""
                def evaluate(program_path):
                    return {"speed": 1.0, "accuracy": 3.0, "complexity": 900.0, "error": 50.0, "note": "fast"}
                """)
        },
        score=2.0,
        says=("note: fast",),
    ),
    "truth values and numbers of other kinds as metrics": Case(
        {
            "evaluator.py": evaluator("""
                from fractions import Fraction
                def evaluate(program_path):
                    return {"valid": True, "combined_score": Fraction(1, 4)}
                """)
        },
        score=0.25,
        metrics={"valid": 1.0},
    ),
    "a metric that is NaN is told and not counted": Case(
        {
            "evaluator.py": evaluator("""
                def evaluate(program_path):
                    return {"combined_score": 1.0, "loss": float("nan")}
                """)
        },
        score=1.0,
        says=("loss: nan",),
        without=("loss",),
    ),
    "a combined_score that is NaN is no score": Case(
        {"evaluator.py": evaluator('def evaluate(path):\n    return {"combined_score": float("nan")}\n')},
        failure="incorrect",
        says=("the score is nan",),
    ),
    "stages: the third is not reached, and evaluate not called": Case(
        {
            "config.yaml": "evaluator:\n  cascade_thresholds: [0.5, 0.9]\n",
            "evaluator.py": evaluator("""
                from openevolve import EvaluationResult
                def evaluate(program_path):
                    raise RuntimeError("not this one")
                def evaluate_stage1(program_path):
                    return {"combined_score": 0.6, "first": 1.0}
                def evaluate_stage2(program_path):
                    return EvaluationResult({"combined_score": 0.8, "second": 2.0}, {"log": "stage two"})
                def evaluate_stage3(program_path):
                    raise RuntimeError("not this one either")
                """),
        },
        score=0.8,
        says=("stage two",),
        metrics={"first": 1.0, "second": 2.0},
    ),
    "an asynchronous evaluate that prints a lot and waits": Case(
        {
            "evaluator.py": evaluator("""
            import asyncio
            async def evaluate(program_path):
                for line in range(20_000):
                    print("x" * 60)
                await asyncio.sleep(0)
                return {"combined_score": load(program_path).search()}
            """)
        },
        score=3.0,
    ),
    "imports and data beside it, a package of its own, the working folder": Case(
        {
            "helpers/__init__.py": "",
            "helpers/scale.py": "FACTOR = 2\n",
            "data/target.json": '{"add": 0.5}',
            "evaluator.py": evaluator("""
                import json, os
                from helpers.scale import FACTOR
                HERE = os.path.dirname(os.path.abspath(__file__))
                def evaluate(program_path):
                    add = json.load(open(os.path.join(HERE, "data", "target.json")))["add"]
                    assert os.path.exists("data/target.json")
                    return {"combined_score": FACTOR * load(program_path).search() + add}
                """),
        },
        score=6.5,
    ),
    "the program in a process of its own, results unpickled from a temporary file": Case(
        {
            "evaluator.py": evaluator("""
                import os, pickle, subprocess, sys, tempfile
                SCRIPT = '''
                import pickle, sys
                sys.path.insert(0, {folder!r})
                import initial_program
                pickle.dump(initial_program.search(), open({answer!r}, "wb"))
                '''
                def evaluate(program_path):
                    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as script:
                        answer = script.name + ".results"
                        script.write(SCRIPT.replace("\\n                ", "\\n").format(
                            folder=os.path.dirname(program_path), answer=answer))
                    done = subprocess.run([sys.executable, script.name], capture_output=True, timeout=20)
                    if done.returncode:
                        raise RuntimeError(done.stderr.decode())
                    return {"combined_score": pickle.load(open(answer, "rb"))}
                """)
        },
        score=3.0,
    ),
    "it raises": Case(
        {"evaluator.py": evaluator('def evaluate(program_path):\n    raise ValueError("no such benchmark")\n')},
        failure="error",
        says=("no such benchmark", "evaluator.py"),
    ),
    "it hangs": Case(
        {
            "config.yaml": "evaluator: {timeout: 0.5}\n",
            "evaluator.py": evaluator("import time\ndef evaluate(program_path):\n    time.sleep(3600)\n"),
        },
        failure="timeout",
    ),
    "it leaves with os._exit": Case(
        {"evaluator.py": evaluator("import os\ndef evaluate(program_path):\n    os._exit(3)\n")},
        failure="crashed",
    ),
    "a prompt that evolves": Case(
        {
            "initial_prompt.txt": "Say it in few words.\n",
            "evaluator.py": text("""
                def evaluate(prompt_path):
                    prompt = open(prompt_path).read()
                    return {"combined_score": float("few" in prompt), "prompt_length": len(prompt)}
                """),
        },
        score=1.0,
        metrics={"prompt_length": 21.0},
    ),
}
