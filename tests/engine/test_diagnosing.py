"""Edits in two questions: a diagnosis of one unsolved task, and the change that follows from it."""

from apps.engine.diagnosing import diagnosed, unsolved
from apps.engine.recipe import Recipe
from apps.engine.records import Reply, Shown
from apps.engine.testing.quick import Quick
from apps.engine.testing.scripted import number_mover
from apps.engine.testing.toy import TEXTS, distance

TASKS = ("one", "two")


def world(tell):
    moves = number_mover()

    def model(asked, dice):
        return Reply("the third number is far off", asked.model) if asked.role == "reflect" else moves(asked, dice)

    return Quick(Recipe(vary=diagnosed()), 1, TEXTS, distance, TASKS, model=model, tell=tell).evolve(5)


def test_a_change_is_asked_for_with_the_diagnosis_of_an_unsolved_task():
    lived = world(
        lambda texts, result: Shown(result.task, 1.0 if result.task == "one" else 0.2, feedback=f"of {result.task}")
    )
    studies = [call for call in lived.calls if call.role == "reflect"]
    changes = [call for call in lived.calls if call.role == "mutate"]
    assert len(studies) == len(changes) == lived.measured
    assert all("of two" in call.prompt.messages[0].text for call in (*studies, *changes))
    assert not any("of one" in call.prompt.messages[0].text for call in studies)
    assert all("the third number is far off" in call.prompt.messages[0].text for call in changes)


def test_unsolved_is_what_failed_or_is_below_the_best_and_everything_where_all_are_alike():
    seen = [Shown("a", None, "error"), Shown("b", 0.2), Shown("c", 0.9)]
    assert [shown.task for shown in unsolved(seen)] == ["a", "b"]
    assert unsolved(seen[2:]) == seen[2:]
    assert unsolved([]) == []
