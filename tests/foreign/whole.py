"""One folder per engine as its user would have it: everything at once that the twelve try one by one."""

from tests.foreign.cases import text

FOLDERS = {
    "openevolve": {
        "initial_program.py": text("""
            \"\"\"Places circles in a unit square.\"\"\"
            # EVOLVE-BLOCK-START
            def construct_packing():
                centers = [(0.3, 0.3), (0.7, 0.3), (0.3, 0.7), (0.7, 0.7)]
                radii = [0.15, 0.15, 0.15, 0.15]
                return centers, radii
            # EVOLVE-BLOCK-END


            def run_packing():
                centers, radii = construct_packing()
                return centers, radii, sum(radii)
            """),
        "evaluator.py": text("""
            \"\"\"Scores a packing: cascade of two stages.\"\"\"
            import importlib.util, math, os, subprocess, sys, json, tempfile, time, traceback
            from openevolve.evaluation_result import EvaluationResult

            TARGET = 2.0

            class TimeoutError(Exception):
                pass

            def run_with_timeout(program_path, timeout_seconds=20):
                with tempfile.NamedTemporaryFile(suffix=".py", delete=False, mode="w") as script:
                    script.write(f\"\"\"
            import sys, os, json
            sys.path.insert(0, os.path.dirname({program_path!r}))
            spec = __import__('importlib.util').util.spec_from_file_location('program', {program_path!r})
            program = __import__('importlib.util').util.module_from_spec(spec)
            spec.loader.exec_module(program)
            json.dump(program.run_packing(), open({script.name!r} + '.results', 'w'))
            \"\"\")
                try:
                    process = subprocess.Popen(
                        [sys.executable, script.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                    out, err = process.communicate(timeout=timeout_seconds)
                    if process.returncode != 0:
                        raise RuntimeError(f"Process exited with code {process.returncode}: {err.decode()[-300:]}")
                    return json.load(open(script.name + ".results"))
                finally:
                    os.unlink(script.name)

            def validate(centers, radii):
                for (x, y), r in zip(centers, radii):
                    if r < 0 or x - r < -1e-6 or x + r > 1 + 1e-6 or y - r < -1e-6 or y + r > 1 + 1e-6:
                        return False, f"circle at ({x}, {y}) with radius {r} leaves the square"
                for i in range(len(radii)):
                    for j in range(i):
                        d = math.dist(centers[i], centers[j])
                        if d < radii[i] + radii[j] - 1e-6:
                            return False, f"circles {i} and {j} overlap by {radii[i] + radii[j] - d:.2e}"
                return True, ""

            def evaluate(program_path):
                start = time.time()
                try:
                    centers, radii, reported = run_with_timeout(program_path)
                    ok, why = validate(centers, radii)
                    total = sum(radii)
                    return EvaluationResult(
                        metrics={"sum_radii": total if ok else 0.0, "target_ratio": total / TARGET if ok else 0.0,
                                 "validity": float(ok), "eval_time": time.time() - start,
                                 "combined_score": total / TARGET if ok else 0.0},
                        artifacts={"validation": why or "valid", "radii": str(radii)})
                except Exception as e:
                    return EvaluationResult(metrics={"combined_score": 0.0, "validity": 0.0},
                                            artifacts={"stderr": str(e), "traceback": traceback.format_exc()})

            def evaluate_stage1(program_path):
                try:
                    centers, radii, reported = run_with_timeout(program_path)
                    ok, why = validate(centers, radii)
                    metrics = {"validity": float(ok), "combined_score": 1.0 if ok else 0.0}
                    return EvaluationResult(metrics=metrics, artifacts={"stage1": why})
                except Exception as e:
                    return EvaluationResult(metrics={"validity": 0.0, "combined_score": 0.0, "error": str(e)})

            def evaluate_stage2(program_path):
                return evaluate(program_path)
            """),
        "config.yaml": text("""
            # Circles
            max_iterations: 30
            checkpoint_interval: 10
            log_level: "INFO"
            llm:
              primary_model: "google/gemini-2.0-flash-001"
              primary_model_weight: 0.8
              secondary_model: "anthropic/claude-3.7-sonnet"
              secondary_model_weight: 0.2
              api_base: "https://openrouter.ai/api/v1"
              api_key: "${OPENROUTER_API_KEY}"
              temperature: 0.7
              max_tokens: 8192
              timeout: 600
            prompt:
              system_message: |
                You are an expert mathematician specialising in circle packing.
                Maximise the sum of the radii of 4 circles in a unit square.
              num_top_programs: 3
              use_template_stochasticity: true
              template_dir: templates
            database:
              population_size: 60
              archive_size: 25
              num_islands: 4
              elite_selection_ratio: 0.3
              exploitation_ratio: 0.7
              feature_dimensions: ["complexity", "eval_time"]
              feature_bins: 8
              random_seed: 42
              similarity_threshold: 0.95
            evaluator:
              timeout: 60
              cascade_evaluation: true
              cascade_thresholds: [0.5, 0.75]
              parallel_evaluations: 4
              use_llm_feedback: false
            diff_based_evolution: false
            allow_full_rewrites: true
            colour_scheme: dark
            """),
    },
    "shinka": {
        "initial.json": text("""
            {
              "_": "EVOLVE-BLOCK-START",
              "weights": [0.50, 0.25, 0.25],
              "bias": 0.10,
              "__": "EVOLVE-BLOCK-END"
            }
            """),
        "evaluate.py": text("""
            \"\"\"Scores a JSON policy.\"\"\"
            import argparse, json, os

            def main(program_path: str, results_dir: str):
                os.makedirs(results_dir, exist_ok=True)
                correct, error, metrics = False, None, {"combined_score": 0.0}
                try:
                    with open(program_path) as f:
                        policy = json.load(f)
                    w, b = policy["weights"], policy["bias"]
                    loss = (w[0] - 0.9) ** 2 + (w[1] + 0.3) ** 2 + (w[2] - 0.1) ** 2 + (b - 0.7) ** 2
                    metrics = {"combined_score": -loss, "public": {"loss": loss, "n_weights": len(w)},
                               "private": {"optimum": [0.9, -0.3, 0.1, 0.7]},
                               "text_feedback": "The first is too small." if w[0] < 0.9 else "The first is fine."}
                    correct = len(w) == 3
                    error = None if correct else "three weights are wanted"
                except Exception as e:
                    error = str(e)
                with open(os.path.join(results_dir, "correct.json"), "w") as f:
                    json.dump({"correct": correct, "error": error}, f, indent=4)
                with open(os.path.join(results_dir, "metrics.json"), "w") as f:
                    json.dump(metrics, f, indent=4)

            if __name__ == "__main__":
                parser = argparse.ArgumentParser()
                parser.add_argument("--program_path", type=str, default="initial.json")
                parser.add_argument("--results_dir", type=str, default="results")
                args = parser.parse_args()
                main(args.program_path, args.results_dir)
            """),
        "shinka_small.yaml": text("""
            db_config:
              num_islands: 2
              archive_size: 20
              elite_selection_ratio: 0.3
              migration_interval: 10
              parent_selection_strategy: weighted
              parent_selection_lambda: 10.0
            evo_config:
              task_sys_msg: "You tune a policy in JSON."
              patch_types: [diff, full, cross]
              patch_type_probs: [0.6, 0.3, 0.1]
              num_generations: 25
              max_parallel_jobs: 2
              language: json
              llm_models: ["gpt-5-mini"]
              llm_kwargs: {temperatures: [0.0, 0.5], max_tokens: 16384}
              meta_rec_interval: 10
              embedding_model: text-embedding-3-small
              code_embed_sim_threshold: 0.99
              init_program_path: initial.json
              results_dir: results
              brave_new_option: 3
            job_config:
              eval_program_path: evaluate.py
              time: "00:01:00"
            """),
        "run_evo.py": text("""
            from shinka.core import EvolutionRunner, EvolutionConfig
            from shinka.database import DatabaseConfig
            from shinka.launch import LocalJobConfig
            if __name__ == "__main__":
                job = LocalJobConfig(eval_program_path="evaluate.py")
                EvolutionRunner(EvolutionConfig(num_generations=40), job, DatabaseConfig()).run()
            """),
    },
    "gepa": {
        "gepa_task.py": text("""
            \"\"\"Tickets are sorted by rules in text.\"\"\"
            import re
            from gepa import EvaluationBatch, GEPAAdapter

            seed_candidate = {
                "urgent words": "crash\\ndown",
                "weights": "limit 0.5",
            }
            trainset = [
                {"ticket": "the server is down", "urgent": True},
                {"ticket": "please change my name", "urgent": False},
                {"ticket": "payments fail for everybody", "urgent": True},
            ]
            valset = [
                {"ticket": "crash on start", "urgent": True},
                {"ticket": "a question about billing", "urgent": False},
                {"ticket": "data was lost", "urgent": True},
                {"ticket": "nobody can log in", "urgent": True},
            ]
            settings = {"max_metric_calls": 120, "reflection_minibatch_size": 2, "seed": 3,
                        "reflection_lm": "openai/gpt-5",
                        "use_merge": True, "max_merge_invocations": 4, "display_progress_bar": True}


            class Triage(GEPAAdapter):
                def evaluate(self, batch, candidate, capture_traces=False):
                    outputs, scores, traces = [], [], []
                    words = [w for w in candidate["urgent words"].split() if w]
                    limit = float(re.search(r"[\\d.]+", candidate["weights"]).group())
                    for item in batch:
                        share = sum(w in item["ticket"] for w in words)
                        said = share >= limit
                        outputs.append({"urgent": said})
                        scores.append(float(said == item["urgent"]))
                        traces.append({"ticket": item["ticket"], "said": said, "right": item["urgent"]})
                    return EvaluationBatch(outputs=outputs, scores=scores,
                                           trajectories=traces if capture_traces else None,
                                           objective_scores=[{"accuracy": s} for s in scores])

                def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
                    rows = [
                        {"Inputs": t["ticket"], "Generated Outputs": str(t["said"]), "Feedback": str(t["right"])}
                        for t in eval_batch.trajectories
                    ]
                    return {name: rows for name in components_to_update}


            adapter = Triage()
            """),
    },
    "asi_evolve": {
        "initial_program": text("""
            # EVOLVE-BLOCK-START
            def construct():
                radii = [0.10, 0.12, 0.14]
                return radii
            # EVOLVE-BLOCK-END
            """),
        "input.md": text("""
            # Three circles
            Place three circles in a row within a strip of length 1; make the sum of the squares of their radii large.
            """),
        "eval.sh": text("""
            #!/bin/bash
            set -e
            STEP_DIR="$(pwd)"
            SCRIPT_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
            RESULTS="${STEP_DIR}/results.json"
            python3 "${SCRIPT_DIR}/evaluator.py" "${STEP_DIR}/code" "$RESULTS" 2>&1 | tee "${STEP_DIR}/eval.log"
            """),
        "evaluator.py": text("""
            import json, sys, time, traceback
            def main(code, results):
                start = time.time()
                out = {"success": False, "eval_score": 0.0, "complexity": 0, "eval_time": 0.0, "temp": {}}
                try:
                    space = {}
                    src = open(code).read()
                    exec(compile(src, code, "exec"), space)
                    radii = space["construct"]()
                    if any(r < 0 for r in radii) or 2 * sum(radii) > 1 + 1e-6:
                        out["temp"]["error"] = f"the circles need {2*sum(radii):.6f} of length 1"
                    else:
                        out.update(success=True, eval_score=sum(r * r for r in radii), complexity=len(src))
                        out["temp"]["hint"] = f"{1 - 2*sum(radii):.3f} of the length is free"
                except Exception as e:
                    out["temp"]["error"] = traceback.format_exc()
                out["eval_time"] = time.time() - start
                json.dump(out, open(results, "w"))
                print("score", out["eval_score"])
            main(*sys.argv[1:3])
            """),
        "config.yaml": text("""
            experiment_name: packing
            api:
              provider: openai
              base_url: "http://localhost:3000/v1"
              api_key: EMPTY
              temperature: 0.6
              seed: 42
            pipeline:
              agents: {manager: false, researcher: true, engineer: true, analyzer: true}
              researcher: {diff_based_evolution: true, max_code_length: 10000}
              engineer_timeout: 300
              parallel: {num_workers: 2}
              sample_n: 3
              judge: {enabled: false, ratio: 0.2}
            cognition:
              retrieval: {top_k: 5, score_threshold: 0.4}
            database:
              max_size: 70
              sampling: {algorithm: ucb1, ucb1_c: 1.0}
            """),
        "init_cognition.py": text("""
            from Evolve import cognition
            cognition.add("Unequal radii help where squares count.")
            """),
    },
}
