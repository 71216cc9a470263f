"""A bundle of edits through the real driver: measured, then without each of its parts, within the run's budget."""

from dataclasses import replace

import pytest

from apps.engine import registry
from apps.engine.bundles import OPERATOR, PARTS, taken_apart
from apps.engine.canonical import decode
from apps.engine.effects import Choose, Judge, Measure, Propose
from apps.engine.methods import hill_climb
from apps.engine.population import PART
from apps.engine.recipe import Grown
from apps.engine.selection import Seed
from apps.oversight import credits
from apps.oversight.scores import Scores
from apps.records.models import CandidateEdit
from apps.rounds.verify import problems
from tests.rounds import world

# The first number is worth as much as it is, the second costs as much.
WORTH = """
def score(given, expected, output, seed):
    return output[0] - 0.25 * output[1]
"""
PROGRAM = "# EVOLVE-BLOCK-START\nA = 0.0\n#\n#\nB = 0.0\n# EVOLVE-BLOCK-END\n\n\ndef run(given):\n    return [A, B]\n"


def bundling(recipe, ctx):
    """Sets both numbers at once."""
    yield Choose("candidate", Seed(), 1)
    text = PROGRAM.replace("A = 0.0", f"A = {ctx.round}.0").replace("B = 0.0", "B = 1.0")
    child = yield Propose((0,), {"main.py": text}, "both")
    yield Measure(child)
    return Grown(child, (yield Judge(child, recipe.accept))["decision"])


def evolve(monkeypatch, candidates):
    known = hill_climb.RECIPE
    recipe = replace(known, round=taken_apart(bundling), parameters={**known.parameters, "parts": 4})
    monkeypatch.setattr(registry, "get", lambda name: recipe)
    project = world.project("Bundles", program=PROGRAM, evaluator=WORTH, tasks=2, repeatable=True)
    loop = world.new_loop()
    run = world.begin(loop, project, world.order(candidates=candidates))
    while not loop.idle or run.born == 0:
        loop.turn(0.5)
        run.refresh_from_db()
    loop.close()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_bundle_is_told_apart_and_its_parts_are_read_from_the_records(monkeypatch):
    run = evolve(monkeypatch, 3)
    made = list(CandidateEdit.objects.filter(run=run).order_by("pk"))
    assert [decode(bytes(one.authors))["operator"] for one in made] == ["seed", "both", OPERATOR, OPERATOR]
    assert [decode(bytes(one.traits)) for one in made[2:]] == [
        {PART: "main.py, line 2", PARTS: 2},
        {PART: "main.py, line 5", PARTS: 2},
    ]
    scores = Scores(made[1].pk, None, run.protocol_id, 1, credits.besides(made[1]))
    found = credits.bundle(made[1], scores, repeatable=True)
    assert [part.credit.gain for part in found.parts] == [1.0, -0.25]
    assert (found.gain, found.apart) == (0.75, 0.0)
    assert run.best == 3, "the bundle without the part that does harm"
    assert list(problems(run.project)) == []


@pytest.mark.django_db(transaction=True)
def test_the_budget_of_candidates_holds_for_parts_too(monkeypatch):
    run = evolve(monkeypatch, 2)
    assert run.measured == 2
    assert list(problems(run.project)) == []
