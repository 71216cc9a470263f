"""What a finished run reports: the best score as selected, the same corrected for selection, and the gate's."""

from random import Random
from typing import Any

from apps.engine.canonical import decode
from apps.engine.statistics import bootstrap
from apps.engine.supervise import SEED, differences, mean
from apps.rounds.book import Book, OpenRound


def conclusion(book: Book, opened: OpenRound) -> dict[str, Any]:
    """Numbers of a concluded run, from the journal of its last round. Scores in the project's own direction.

    corrected_score and corrected_gain come from measurements that nobody selected on; a repeatable scorer has no noise
    to correct. corrected_gain is {mean, low, high} over tasks, 95 %.
    """
    answers = {row["kind"]: decode(bytes(row["answer"])).get("done") for row in opened.rows.values()}
    sign = book.brief.sign
    chosen = answers.get("choose")
    if not chosen:
        return {}
    number, best = chosen[0]
    seed = book.population.score(SEED)
    result = {"best": number, "best_score": _turn(sign, best), "seed_score": _turn(sign, seed), "gate_score": None}
    result |= {"corrected_score": result["best_score"], "corrected_gain": None}
    if number == SEED and not book.brief.plan.repeatable:
        result["corrected_gain"] = {"mean": 0.0, "low": 0.0, "high": 0.0}  # over itself, by construction
    pair = answers.get("compare")
    if pair and (found := differences(pair["candidate"], pair["champion"])):
        gain = bootstrap(found, Random(book.run.seed))
        turned = sorted((sign * gain.low, sign * gain.high))
        result["corrected_score"] = _turn(sign, mean(pair["candidate"]))
        result["corrected_gain"] = {"mean": sign * gain.mean, "low": turned[0], "high": turned[1]}
    if gate := answers.get("measure"):
        result["gate_score"] = _turn(sign, mean(gate))
    return result


def _turn(sign: float, score: float | None) -> float | None:
    return None if score is None else sign * score
