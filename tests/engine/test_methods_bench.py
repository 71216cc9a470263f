"""The comparison in process: what is there is not run again, and the table says who is better than whom."""

import json

from bench.method_tables import collected, compared
from bench.methods import Job, complaint, done, missing, run

JOB = Job("parabola8", "hill_climb", 1, (5, 10), {})


def test_a_run_tells_its_best_at_each_mark_and_is_the_same_again():
    found = run(JOB)
    assert found["seed_score"] < found["best"]["5"]["score"] <= found["best"]["10"]["score"]
    assert found["measured"] == 10
    assert run(JOB)["best"] == found["best"]


def test_what_has_run_is_not_run_again_and_a_torn_line_is(tmp_path):
    file = tmp_path / "results.jsonl"
    other = JOB._replace(seed=2)
    file.write_text(json.dumps({"key": JOB.key}) + "\n" + json.dumps({"key": other.key})[:-5])
    assert list(done(file)) == [JOB.key]
    assert missing([JOB, other, JOB._replace(parameters={"window": 5})], file)[0] == other
    assert missing([JOB], tmp_path / "none.jsonl") == [JOB]


def test_a_method_that_does_not_fit_says_why():
    assert complaint("parabola8", "genetic_programming", {})
    assert complaint("parabola8", "cma_es", {}) == ""


def test_the_best_method_comes_first_with_its_tests_beside():
    rows = [
        {"method": method, "seed": seed, "parameters": {}, "best": {"10": {"score": base + seed / 100}}}
        for method, base in (("null_run", 0.0), ("best_of_n", 1.0), ("hill_climb", 2.0), ("cma_es", 3.0))
        for seed in range(20)
    ]
    head, lines = compared(collected(rows, "10", "score"))
    assert [line[0] for line in lines] == ["cma_es", "hill_climb", "best_of_n", "null_run"]
    first = dict(zip(head, lines[0], strict=False))
    assert first["P > hill_climb"].startswith("1.00")
    assert float(first["p"]) < 0.001
