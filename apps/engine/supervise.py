"""What the driver puts around a method: planting, promoting, concluding. Methods do neither and never see gate tasks.

All three are rounds of effects like any other: journaled, ruled on, resumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.engine.acceptance import Always
from apps.engine.effects import (
    METHOD_EFFECTS,
    METHOD_SPLITS,
    Choose,
    Compare,
    Contract,
    Effect,
    Judge,
    Measure,
    Promote,
    Propose,
    Refused,
)
from apps.engine.promotion import ConfirmedGain, Difference, First, Renewed, Standing
from apps.engine.recipe import Barren, Context, Grown, Outcome, Recipe, Steps
from apps.engine.selection import Best, LeastMeasured
from apps.engine.statistics import smallest_p, spending

PERSON = "person"  # the operator of a person's edit
PLANTED, CONTINUED = "seed", "continued"  # operators of the planted candidate
AGAIN = "measured again"  # the operator of what was a candidate of another run
SEED = 0  # the number of the planted candidate
ALPHA = 0.05  # share of a run's promotions that may be false
CHAMPION_MOVED = "the champion changed"
TASK, SCORE = 0, 1  # places in the journal form of a result
MEASURE_MORE = "measure more first"  # a person wants more evidence before they decide


@dataclass(frozen=True, slots=True)
class Plan:
    """What a project can say as evidence: is its scorer repeatable, has it gate tasks, what a promotion must reach."""

    repeatable: bool
    gate: bool
    tasks: int = 1  # that a promotion compares on
    alpha: float = ALPHA


def plant(ctx: Context, plan: Plan, texts: Mapping[str, str], operator: str = PLANTED) -> Steps[Outcome]:
    """Round 0: the seed stands, is measured and becomes champion where there is none.

    texts and operator are another run's candidate and CONTINUED where a run goes on from one.
    """
    seed = yield Propose((), texts, operator)
    yield Measure(seed)
    verdict = yield Judge(seed, Always())
    if verdict["decision"] != "keep":
        return Barren(f"the seed does not score: {verdict['why']}")
    standing = (yield Choose("champion", Standing(seed)))[0]
    if standing["champion"] is None:
        yield Promote(seed, None, First(), {"score": standing["score"]})
    elif _renews(standing):
        yield _renewal(seed, standing)
    return Grown(seed, "keep")


def again(ctx: Context, plan: Plan, texts: Mapping[str, str]) -> Steps[Outcome]:
    """What was a candidate of another run stands in this one too, measured under its protocol and kept if it scores."""
    number = yield Propose((SEED,), texts, AGAIN)
    yield Measure(number)
    verdict = yield Judge(number, Always())
    if verdict["decision"] == "keep":
        yield from promote(ctx, plan, number)
    return Grown(number, verdict["decision"])


def supervised(ctx: Context, plan: Plan, method: Steps[Outcome]) -> Steps[Outcome]:
    """The method's round, with a promotion tried after each keep. What is not a method's to yield is refused."""
    answer: Any = None
    refusal: Refused | None = None
    while True:
        try:
            asked = method.throw(refusal) if refusal else method.send(answer)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        forbid(asked)
        answer, refusal = None, None
        try:
            answer = yield asked
        except Refused as caught:
            refusal = caught
            continue
        if isinstance(asked, Judge) and answer["decision"] == "keep":
            yield from promote(ctx, plan, asked.candidate)


def forbid(asked: Effect | Sequence[Effect]) -> None:
    """Raise TypeError for effects that are the driver's own, ValueError for what a method may not do or see."""
    for effect in asked if isinstance(asked, list) else [asked]:
        if not isinstance(effect, METHOD_EFFECTS):
            raise TypeError(f"a method yielded {effect!r}; it may yield Choose, Ask, Propose, Measure and Judge")
        if isinstance(effect, Measure) and isinstance(effect.tasks, str) and effect.tasks not in METHOD_SPLITS:
            raise ValueError(f"a method may not measure on {effect.tasks} tasks")
        if isinstance(effect, Propose) and not effect.parents:
            raise ValueError("a method may not plant: every edit has a base parent")


def edited(recipe: Recipe, ctx: Context, base: int, texts: Mapping[str, str], contract: Contract) -> Steps[Outcome]:
    """A person's edit of a candidate, as a round of the method's: measured and judged as the method's own are."""
    child = yield Propose((base,), texts, PERSON, contract)
    yield from recipe.measure(ctx, child)
    verdict = yield Judge(child, recipe.accept)
    return Grown(child, verdict["decision"])


def measured_again(number: int, repeats: int) -> Steps[Outcome]:
    """More measurements of a candidate, which pool with those that there are."""
    yield Measure(number, repeats=repeats)
    return Grown(number, "measured")


def control() -> Steps[Outcome]:
    """A/A: seed or best once more, although nothing changed; what turns is the zero that contracts are held against."""
    chosen = yield Choose("candidate", LeastMeasured(), 1)
    number = chosen[0].number
    yield Measure(number)
    return Grown(number, "measured")


def promote(ctx: Context, plan: Plan, number: int) -> Steps[None]:
    """Try to make a kept candidate the champion. A refusal ends the attempt, unless the champion moved meanwhile."""
    while True:
        standing = yield Choose("champion", Standing(number))
        try:
            yield from _attempt(ctx, plan, number, standing[0])
        except Refused as refused:
            if refused.reason in (CHAMPION_MOVED, MEASURE_MORE):
                continue
        return


def _attempt(ctx: Context, plan: Plan, number: int, standing: Mapping[str, Any]) -> Steps[None]:
    champion = tuple(standing["champion"]) if standing["champion"] else None
    if champion is None or standing["score"] is None:
        return  # a person refused the seed too; or an archive keeps what was not measured on everything
    if _renews(standing):
        yield _renewal(number, standing)
        if number != SEED:
            yield from promote(ctx, plan, SEED)  # which may be the better one by the evaluator of now
        return
    against = standing["champion_score"]
    if (
        champion == (standing["run"], number)
        or standing["same"]
        or (against is not None and standing["score"] <= against)
    ):
        return
    if plan.repeatable and not plan.gate and against is not None:
        yield Promote(number, champion, Difference(), {"score": standing["score"], "champion": against})
        return
    tested = plan.gate or not plan.repeatable
    if tested and smallest_p(plan.tasks) > spending(plan.alpha, standing["looks"] + 1, standing["confirmed"]):
        return  # so few tasks cannot confirm anything at this look: it would be spent in vain
    pair = yield Compare(number, champion, "gate" if plan.gate else "validation")
    if not tested:
        yield Promote(number, champion, Difference(), _means(pair))
        return
    # Asked again, because rounds that run beside this one look too: what counts is how many looks there are by now.
    ledger = (yield Choose("champion", Standing(number)))[0]
    found = differences(pair["candidate"], pair["champion"])
    if found:
        rule = ConfirmedGain(plan.alpha, ledger["looks"], ledger["confirmed"])
        yield Promote(number, champion, rule, {"differences": found})


def _renews(standing: Mapping[str, Any]) -> bool:
    return bool(standing["same"] and standing.get("stale"))


def _renewal(number: int, standing: Mapping[str, Any]) -> Promote:
    return Promote(number, tuple(standing["champion"]), Renewed(), {"score": standing["score"]})


def conclude(ctx: Context, plan: Plan) -> Steps[Outcome]:
    """The last round: the best candidate and the seed again, on measurements that nobody selected on.

    Where the scorer is repeatable, measuring again would only repeat the numbers: nothing is measured.
    """
    best = yield Choose("candidate", Best(), 1)
    number = best[0].number
    if not plan.repeatable and number != SEED:
        yield Compare(number, (ctx.run, SEED), "validation")
    if plan.gate:
        yield Measure(number, "gate")
    return Grown(number, "best")


def differences(candidate: Sequence[Sequence[Any]], champion: Sequence[Sequence[Any]]) -> list[float]:
    """Score differences task by task. What failed counts as the worst score seen on either side; [] if all failed."""
    scores = [row[SCORE] for row in [*candidate, *champion] if row[SCORE] is not None]
    if not scores:
        return []
    worst = min(scores)
    per_task: dict[str, list[float]] = {}
    for sign, rows in ((1.0, candidate), (-1.0, champion)):
        for row in rows:
            score = worst if row[SCORE] is None else row[SCORE]
            per_task.setdefault(row[TASK], []).append(sign * score)
    repeats = max(1, len(candidate) // max(1, len(per_task)))
    return [sum(parts) / repeats for parts in per_task.values()]


def _means(pair: Mapping[str, Any]) -> dict[str, float | None]:
    return {"score": mean(pair["candidate"]), "champion": mean(pair["champion"])}


def mean(rows: Sequence[Sequence[Any]]) -> float | None:
    """Mean score of results in journal form; None when one of them failed."""
    scores = [row[SCORE] for row in rows]
    return None if not scores or None in scores else sum(scores) / len(scores)
