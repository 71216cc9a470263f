"""Packing 26 circles: gain over the seed of hill climbing against best-of-n, paired by seed, equal budget.

python -m bench.packing [CANDIDATES] [SEEDS]
"""

import sys
from random import Random

from bench.common import evolve, home, table


def gain(path: object, method: str, candidates: int, seed: int) -> tuple[float, float]:
    """(gain over the seed's score, best score) of one run."""
    budget = ["--candidates", str(candidates), "--parallel", "4"]
    options = ["--method", method, "--seed", str(seed), *budget]
    last = evolve(path, "circle_packing_26", "--mode", "full-auto", *options).last  # type: ignore[arg-type]
    return last["best_score"] - last["seed_score"], last["best_score"]


def interval(ratios: list[float], resamples: int = 10_000) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean ratio over seeds."""
    rng = Random(0)
    means = sorted(sum(rng.choices(ratios, k=len(ratios))) / len(ratios) for _ in range(resamples))
    return means[int(0.025 * resamples)], means[int(0.975 * resamples)]


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    rows = []
    with home() as path:
        for seed in range(seeds):
            climbed, best = gain(path, "hill_climb", candidates, seed)
            drawn, _ = gain(path, "best_of_n", candidates, seed)
            rows.append((seed, best, climbed, drawn, climbed / drawn))
    table(("seed", "best score", "hill_climb gain", "best_of_n gain", "ratio"), rows)
    ratios = [row[4] for row in rows]
    low, high = interval(ratios)
    print(
        f"mean ratio {sum(ratios) / len(ratios):.3g}, 95 % interval [{low:.3g}, {high:.3g}] over {seeds} paired seeds"
    )


if __name__ == "__main__":
    main()
