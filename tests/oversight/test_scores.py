"""What scores are evidence of, in words that a reader can check by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from apps.oversight.contract import card
from apps.oversight.scores import Mean, Outcome, Scores, TaskRow, in_words


@dataclass(frozen=True)
class Told(Scores):
    """Scores as a test tells them: pairs of this candidate's and the other's."""

    pairs: Sequence[tuple[float | None, float | None]] = ()

    @property
    def rows(self) -> list[TaskRow]:  # type: ignore[override]
        return [
            TaskRow(at, f"t{at}", "validation", at, Mean(mine, 1, 0, 0.1), other, self._outcome(mine, other, True))
            for at, (mine, other) in enumerate(self.pairs)
        ]


def told(*pairs: tuple[float | None, float | None], sign: int = 1) -> Told:
    return Told(2, 1, 1, sign, pairs=pairs)


def words(scores: Scores, repeatable: bool = False) -> str:
    return " ".join(in_words(scores, repeatable=repeatable))


def test_gains_and_losses_are_counted_and_chance_is_named() -> None:
    said = words(told(*[(1.0, 0.5)] * 8, *[(0.5, 0.6)] * 2))
    assert "Better on 8 of 10 tasks, worse on 2; mean gain 0.38, 95% interval" in said
    assert "chance alone would show this in" in said


def test_what_taking_it_is_worth_is_said_beside_the_chance_that_it_is_better() -> None:
    said = words(told(*[(1.0, 0.5)] * 8, *[(0.5, 0.6)] * 2))
    assert "Better with a probability of more than 99 %; expected gain 0.38, expected loss 0." in said
    said = words(told(*[(1.0, 0.5)] * 5, *[(0.5, 1.0)] * 5))
    assert "Better with a probability of 50 %; expected gain 0.0728, expected loss 0.0728." in said


def test_nothing_is_expected_of_two_tasks_or_of_equal_scores() -> None:
    assert "expected" not in words(told((1.0, 0.5), (0.5, 1.0)))
    assert "expected" not in words(told(*[(1.0, 1.0)] * 9))


def test_the_same_scores_are_told_in_the_same_words() -> None:
    scores = told(*[(1.0, 0.5), (0.2, 0.3), (0.4, 0.1)] * 5)
    assert words(scores) == words(scores)


def test_where_the_scorer_is_repeatable_the_difference_is_the_evidence() -> None:
    said = words(told((1.0, 0.5), (0.7, 0.6)), repeatable=True)
    assert said.endswith("the difference itself is the evidence.")
    assert "chance" not in said


def test_few_tasks_are_said_to_be_too_few() -> None:
    assert "With 3 tasks chance alone can do it in 12 of 100 cases at best" in words(told(*[(1.0, 0.5)] * 3))


def test_one_task_proves_nothing() -> None:
    assert words(told((1.0, 0.5))) == (
        "Better on the only task; gain 0.5. The scorer is not repeatable, and one task cannot tell a gain from chance."
    )


def test_many_tasks_are_judged_by_a_bound_and_at_once() -> None:
    assert "would show this in fewer than 1 of 1,000 cases" in words(told(*[(1.0, 0.5)] * 1_000))


@pytest.mark.parametrize("pairs", [[], [(None, 1.0)], [(1.0, None)]])
def test_without_differences_nothing_is_said(pairs: list[tuple[float | None, float | None]]) -> None:
    assert in_words(told(*pairs), repeatable=False) == []


@pytest.mark.parametrize(
    ("mine", "other", "sign", "outcome"),
    [
        (1.0, None, 1, "fixed"),
        (None, 1.0, 1, "broken"),
        (0.5, 0.0, 1, "fixed"),
        (0.0, 0.5, 1, "broken"),
        (0.0, -0.5, -1, "better"),
        (0.6, 0.5, 1, "better"),
        (0.5, 0.6, 1, "worse"),
        (0.5, 0.5, 1, "same"),
        (None, None, 1, "same"),
    ],
)
def test_a_flip_is_a_task_that_is_done_now_and_was_not_before(
    mine: float | None, other: float | None, sign: int, outcome: Outcome
) -> None:
    assert told((mine, other), sign=sign).rows[0].outcome == outcome


def test_claims_that_are_not_graded_stand_beside_what_the_scores_say() -> None:
    scores = told((1.0, 0.0), (0.5, 0.5), (0.2, 0.5))
    contract = {"hypothesis": "h" * 5_000, "predicted_fixes": ["t0", "t1"], "at_risk": ["t1", "t2", "unknown"]}
    shown = card(contract, b"", lambda: scores)
    assert [(len(text.text), text.hidden) for text in shown.texts] == [(4_000, 1_000)]
    assert [(row.task, row.said, row.word, row.good) for row in shown.rows] == [
        ("t0", "to be fixed", "better", True),
        ("t1", "to be fixed", "not fixed", False),
        ("t2", "at risk", "worse", False),
        ("unknown", "at risk", "", False),
    ]
