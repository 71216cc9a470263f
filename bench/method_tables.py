"""What bench/methods.py found, as tables: per mark each method against hill climbing and best-of-n, paired by seed.

IQM: interquartile mean with its 95 % bootstrap interval over seeds. P: probability that a run ends above one of the
reference's (Agarwal et al. 2021). p: two-sided sign-flip test of the paired differences, adjusted by Holm over all
methods of the table.
"""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from bench.common import table

REFERENCES = ("null_run", "best_of_n", "hill_climb")
AGAINST = ("hill_climb", "best_of_n")

type Scores = dict[str, dict[int, float]]  # by method and seed


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a table for each mark, and another for what gate tasks say where there are any."""
    for mark in sorted({int(mark) for row in rows for mark in row["best"]}):
        for measure in ("score", "gate"):
            scores = collected(rows, str(mark), measure)
            if scores:
                seed_score = {row["seed_score"] for row in rows}
                beside = f", the seed scores {min(seed_score):.6g}" if measure == "score" else ""
                print(f"\n{rows[0]['problem']}, {mark} candidates, {measure}{beside}")
                table(*compared(scores))


def collected(rows: Sequence[Mapping[str, Any]], mark: str, measure: str) -> Scores:
    """Scores by method and seed. A method with parameters of its own is another one than with its defaults."""
    found: Scores = {}
    for row in rows:
        best = row["best"].get(mark, {})
        if measure in best:
            name = row["method"] + (f" {json.dumps(row['parameters'])}" if row["parameters"] else "")
            found.setdefault(name, {})[row["seed"]] = best[measure]
    return found


def compared(scores: Scores) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and lines of a table, best method first."""
    from apps.engine.statistics import holm, interquartile_interval

    others = {name: [against for against in AGAINST if against in scores and against != name] for name in scores}
    tests = [(name, against) for name, found in others.items() for against in found]
    ps = dict(zip(tests, holm([_p(scores[a], scores[b]) for a, b in tests]), strict=True))
    lines = []
    for name, by_seed in scores.items():
        values = list(by_seed.values())
        found = interquartile_interval([values], Random(0))
        versus = [
            cell
            for against in AGAINST
            for cell in (_better(by_seed, scores[against], ps[name, against]) if (name, against) in ps else ("", ""))
        ]
        interval = (f"{found.mean:.5g}", f"[{found.low:.5g}, {found.high:.5g}]", f"{max(values):.5g}")
        lines.append((found.mean, (name, str(len(values)), *interval, *versus)))
    lines.sort(key=lambda line: -line[0])
    head = ("method", "seeds", "IQM", "95 %", "best", *(cell for name in AGAINST for cell in (f"P > {name}", "p")))
    return head, [cells for _, cells in lines]


def _paired(a: Mapping[int, float], b: Mapping[int, float]) -> list[tuple[float, float]]:
    return [(a[seed], b[seed]) for seed in sorted(a.keys() & b.keys())]


def _p(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    from apps.engine.statistics import paired_p

    pairs = _paired(a, b)
    return paired_p([left - right for left, right in pairs]) if pairs else 1.0


def _better(a: Mapping[int, float], b: Mapping[int, float], p: float) -> tuple[str, str]:
    from apps.engine.statistics import probability_of_improvement

    pairs = _paired(a, b)
    if not pairs:
        return "no common seed", ""
    left, right = zip(*pairs, strict=True)
    found = probability_of_improvement([left], [right], Random(0))
    return f"{found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]", f"{p:.2g}"
