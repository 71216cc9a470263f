"""Twelve tasks as people write them for GEPA: adapters, and evaluators of optimize_anything."""

from tests.foreign.cases import Case, text

DATA = text("""
    trainset = [{"question": "1+1", "answer": "2"}]
    valset = [{"question": "2+3", "answer": "5"}, {"question": "4+4", "answer": "8"}]
    """)
SEED = 'seed_candidate = {"system": "Add the numbers.", "style": "Briefly."}\n'


def adapter(body: str, data: str = DATA, seed: str = SEED) -> dict[str, str]:
    return {"gepa_task.py": "from gepa.core.adapter import EvaluationBatch, GEPAAdapter\n" + seed + data + text(body)}


def evaluator(body: str, data: str = "", seed: str = 'seed_candidate = "three words here"\n') -> dict[str, str]:
    return {"gepa_task.py": seed + data + text(body)}


CASES = {
    "an adapter as an object, with objectives and a reflective dataset": Case(
        adapter("""
            class Adding(GEPAAdapter):
                def evaluate(self, batch, candidate, capture_traces=False):
                    assert capture_traces
                    return EvaluationBatch(outputs=[item["answer"] for item in batch],
                                           scores=[float(item["answer"]) for item in batch],
                                           trajectories=[{"question": item["question"]} for item in batch],
                                           objective_scores=[{"length": len(candidate["style"])} for _ in batch])
                def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
                    return {name: [{"Inputs": trace["question"], "Feedback": f"{name} could be clearer"}
                                   for trace in eval_batch.trajectories] for name in components_to_update}
            adapter = Adding()
            """),
        score=5.0,
        says=("system could be clearer", "style could be clearer", "2+3"),
        metrics={"length": 8.0},
    ),
    "an adapter as a class, and examples as tuples": Case(
        adapter(
            """
            class adapter:
                def evaluate(self, batch, candidate, capture_traces=False):
                    assert all(isinstance(item, tuple) for item in batch)
                    return EvaluationBatch(outputs=batch, scores=[item[1] for item in batch])
                def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
                    return {name: [{"Feedback": "fine"}] for name in components_to_update}
            """,
            data='valset = [("a", 1.5), ("b", 2.5)]\n',
        ),
        score=1.5,
        says=("Feedback: fine",),
    ),
    "an adapter that cannot reflect has scored all the same": Case(
        adapter("""
            class Adapter(GEPAAdapter):
                def evaluate(self, batch, candidate, capture_traces=False):
                    return EvaluationBatch([None], [0.5])
            adapter = Adapter()
            """),
        score=0.5,
        says=("no reflective dataset: NotImplementedError",),
    ),
    "an adapter that raises": Case(
        adapter("""
            class Adapter(GEPAAdapter):
                def evaluate(self, batch, candidate, capture_traces=False):
                    raise ConnectionError("the model is not reachable")
            adapter = Adapter()
            """),
        failure="error",
        says=("the model is not reachable", "gepa_task.py"),
    ),
    "an adapter that gives too many scores": Case(
        adapter("""
            class Adapter:
                def evaluate(self, batch, candidate, capture_traces=False):
                    return EvaluationBatch([1, 2], [1.0, 2.0])
            adapter = Adapter()
            """),
        failure="error",
        says=("2 scores for 1 example",),
    ),
    "an adapter with a score that is no number": Case(
        adapter("""
            class Adapter:
                def evaluate(self, batch, candidate, capture_traces=False):
                    return EvaluationBatch([None], [None])
                def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
                    return {}
            adapter = Adapter()
            """),
        failure="incorrect",
        says=("the score is None",),
    ),
    "an evaluator of one text, without data": Case(
        evaluator("def evaluator(candidate):\n    return len(candidate.split())\n"), score=3.0
    ),
    "an evaluator with an example and side information": Case(
        evaluator(
            """
            import gepa.optimize_anything as oa
            from gepa.optimize_anything import GEPAConfig, optimize_anything
            def evaluator(candidate, example):
                oa.log("looked at", example["question"])
                return float(example["answer"]), {"scores": {"brevity": 0.5}, "Feedback": "shorter", "tries": 2}
            if __name__ == "__main__":
                optimize_anything(seed_candidate, evaluator=evaluator, config=GEPAConfig())
            """,
            data=DATA,
        ),
        score=5.0,
        says=("Feedback: shorter", "looked at 2+3"),
        metrics={"brevity": 0.5, "tries": 2.0},
    ),
    "texts by name for an evaluator, with odd names": Case(
        evaluator(
            "def evaluator(candidate, example=None):\n    return len(candidate['a/b']) + 10 * len(candidate['a b'])\n",
            seed='seed_candidate = {"a/b": "x", "a b": "yy"}\n',
        ),
        score=21.0,
    ),
    "code as text, run with execute_code in another process": Case(
        evaluator(
            """
            from gepa.utils.code_execution import ExecutionMode, execute_code
            def evaluator(candidate):
                done = execute_code(candidate, timeout=10, mode=ExecutionMode.SUBPROCESS, entry_point="main",
                                    entry_point_args=(20,), global_vars={"OFFSET": 1})
                return done.variables.get("__return__", 0.0), done.to_side_info_dict()
            """,
            seed="seed_candidate = \"def main(n):\\n    print('hi')\\n    return 2 * n + OFFSET\"\n",
        ),
        score=41.0,
        says=("Stdout: hi",),
    ),
    "execute_code in this process, with code that raises and one that never ends": Case(
        evaluator("""
            from gepa.utils.code_execution import execute_code
            def evaluator(candidate):
                failed = execute_code("1 / 0")
                endless = execute_code("while True: pass", timeout=0.2)
                return 1.0, {"Error": failed.error, "Endless": endless.error, "fine": failed.success}
            """),
        score=1.0,
        says=("division by zero", "TimeLimitError"),
        metrics={"fine": 0.0},
    ),
    "data beside it as JSON lines": Case(
        {
            **evaluator("def evaluator(candidate, example):\n    return example['weight']\n"),
            "valset.jsonl": '{"weight": 7, "text": "one\u2028line"}\n{"weight": 8}\n',
        },
        score=7.0,
    ),
    "data that the file computes, and says how many": Case(
        evaluator(
            "def evaluator(candidate, example):\n    return example\n",
            data="valset = [number * 1.5 for number in range(2, 5)]\nvalset_size = 3\n",
        ),
        score=3.0,
    ),
    "a search that the file starts by itself": Case(
        evaluator("""
            import gepa
            def evaluator(candidate):
                return 1.0
            gepa.optimize(seed_candidate=seed_candidate, max_metric_calls=10)
            """),
        failure="error",
        says=("evoweb does the searching",),
    ),
}
