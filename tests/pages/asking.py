"""A run that asks models, with everything at once that pages have to say of one."""

import modelled
from everypage import graded_contract
from experimenting import experiment
from factory import Cast, Play, grown

from apps.common.ids import row_id
from apps.engine.canonical import encode
from apps.engine.prompt import USER, Message, Prompt
from apps.experiments.models import Cell
from apps.llm.models import LanguageModel
from apps.oversight.models import Comment
from apps.records.models import CandidateEdit, Commission, Effect, Run


def world(people: Cast, rows: int) -> tuple[CandidateEdit, Effect, Effect]:
    """Run 1 of the project, its best candidate, a gate about that, and one about a question; so many rows of each kind.

    The project's evaluator is noisy, its champion is another candidate, an ancestor was reverted; the run began with a
    candidate of its own kind, is part of an experiment and is stopped, as is one of its models.
    """
    play = grown(people.project, method="shinka")
    project = people.project
    project.champion, project.noise = row_id(play.run.pk, 2), 0.5
    project.save()
    names = modelled.lively(play, 40 * rows)
    play.latched()
    play.verdict(CandidateEdit.objects.get(pk=row_id(play.run.pk, 1)), "revert", by=f"person:{people.alice.pk}")
    best = _best(play, people, names[0], rows)
    Run.objects.filter(pk=play.run.pk).update(origin=row_id(play.run.pk, 3))
    Cell.objects.filter(pk=experiment(play).cells.first().pk).update(run=play.run)
    gates = [play.held(best) for _ in range(rows)]
    questions = [
        play.asked(Prompt("", (Message(USER, "Improve it."),), (), ("a hint",)), "Better.") for _ in range(rows)
    ]
    for number in range(rows):
        play.running(best)
        grow = {"run": play.run, "kind": "grow", "candidate": best.pk, "by": f"person:{people.bob.pk}"}
        Commission.objects.create(asked=encode({"hint": f"{number}"}), salt=b"", **grow)
    return best, gates[0], questions[0]


def _best(play: Play, people: Cast, name: LanguageModel, rows: int) -> CandidateEdit:
    """Made by calls with a hint, under a contract that was graded, judged and discussed by people."""
    made = play.candidate("x = 1\n", parents=(2, 0))
    for repeat in range(rows):
        play.measured(made, 2.0, "t2", repeat=repeat)
        play.measured(made, 9.0, repeat=repeat)
        play.verdict(made, "keep", by=f"person:{people.alice.pk}")
        Comment.objects.create(candidate=made, person=people.bob, text="so", key=str(repeat), salt=b"")
    asked = modelled.prompt("Improve it.", hints=["a hint"])
    modelled.led_to(made, *(modelled.call(name, play.run, prompt=asked) for _ in range(min(rows, 5))))
    graded_contract(play, made)
    CandidateEdit.objects.filter(pk=made.pk).update(
        authors=encode({"method": "shinka", "operator": "diff", "persons": [f"person:{people.bob.pk}"]})
    )
    return made
