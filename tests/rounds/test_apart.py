"""A person asks for a candidate without each of its parts: of any run, once, within what it may be compared with."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine import registry
from apps.engine.bundles import OPERATOR, PARTS
from apps.engine.canonical import decode
from apps.engine.effects import Choose, Judge, Measure, Propose
from apps.engine.methods import hill_climb
from apps.engine.population import PART
from apps.engine.recipe import Grown
from apps.engine.selection import Seed
from apps.log.models import Event
from apps.oversight import credits, rules
from apps.oversight.scores import Scores
from apps.oversight.services import verdicts
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Commission, Effect, Round, Run
from apps.rounds import apart
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import approve_all, begin, gates, settle
from tests.rounds.test_asked_for import dying
from tests.rounds.test_bundles import PROGRAM, WORTH, bundling
from tests.rounds.test_durability import Faults

pytestmark = pytest.mark.django_db(transaction=True)

SYSTEM = Actor.system()
MODE = "after judge"


@pytest.fixture(autouse=True)
def bundles(monkeypatch):
    """A method that has no parameter for parts, changes two at once, and waits after each judgement."""
    known = registry.get
    recipe = replace(hill_climb.RECIPE, round=bundling)
    monkeypatch.setattr(registry, "get", lambda name: recipe if name == "hill_climb" else known(name))
    monkeypatch.setitem(rules.MODES, MODE, (rules.Rule("judge", "after"),))


def project(name="Bundles", **more):
    return world.project(name, program=PROGRAM, evaluator=WORTH, tasks=2, **more)


def candidate(run, number):
    return CandidateEdit.objects.select_related("run__project", "run__protocol").get(pk=(run.pk << 32) + number)


def made_in(run):
    return CandidateEdit.objects.filter(run=run).order_by("pk")


def ask(run, number=1, actor=SYSTEM):
    return apart.ask(actor, candidate(run, number), "bubblewrap")


def lacking(run):
    """Candidates without a part: (part, of how many, score)."""
    made = [one for one in made_in(run) if PART in decode(bytes(one.traits))]
    return [(decode(bytes(one.traits))[PART], decode(bytes(one.traits))[PARTS], one.score) for one in made]


def gains(run, number=1):
    bundle = candidate(run, number)
    scores = Scores(bundle.pk, None, run.protocol_id, 1, credits.besides(bundle))
    found = credits.bundle(bundle, scores, repeatable=True)
    return [part.credit.gain for part in found.parts], found.gain, found.apart


def waiting(loop, made=None, **more):
    """A run that waits at the judgement of its only candidate, a bundle."""
    run = begin(loop, made or project(), MODE, candidates=1, **more)
    assert [gate.kind for gate in gates(run)] == ["judge"]
    return run


BOTH = [("main.py, line 2", 2, -0.25), ("main.py, line 5", 2, 1.0)]


def test_an_open_run_of_any_method_measures_it_without_each_part_in_a_round_of_its_own(loop):
    made = project()
    bob = world.member(made, "bob")
    run = waiting(loop, made)
    assert ask(run, actor=bob) == run
    settle(loop, run)
    assert lacking(run) == BOTH
    assert gains(run) == ([1.0, -0.25], 0.75, 0.0)
    asked = Commission.objects.get(run=run)
    assert (asked.by, asked.kind, Round.objects.get(pk=asked.served).kind) == (str(bob), "parts", "parts")
    assert Event.objects.filter(kind="commission.made", actor=str(bob)).count() == 1
    assert [gate.kind for gate in gates(run)] == ["judge"], "what a person asked for needs nobody's leave"
    assert run.measured == 3, "beyond the budget of candidates"
    assert list(problems(made)) == []


def test_the_method_makes_its_own_and_the_run_concludes(loop):
    made = project()
    bob = world.member(made, "bob")
    run = begin(loop, made, MODE, candidates=6)
    ask(run)
    settle(loop, run)
    approve_all(loop, run, bob)
    made_by = [decode(bytes(authors))["operator"] for authors in made_in(run).values_list("authors", flat=True)]
    assert (run.state, made_by.count(OPERATOR), made_by.count("both") > 1) == ("finished", 2, True)
    assert list(problems(made)) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_it_is_done_once_whenever_the_process_dies(monkeypatch, after):
    faults, died = Faults(monkeypatch), 0
    for at in range(1, 5):
        loop = world.new_loop()
        run = waiting(loop, project(f"Bundles {at}"))
        loop.close()
        ask(run)
        died += dying(faults, run, at, after=after)
        loop = world.new_loop([run.pk])
        settle(loop, run)
        loop.close()
        assert lacking(run) == BOTH, at
        assert Round.objects.filter(run=run, kind="parts").count() == 1, at
        assert list(problems(run.project)) == [], at
    assert died >= 3, "it did not die on the way: this test would prove nothing"


def ended(loop, made=None):
    return world.finish(loop, world.begin(loop, made or project(), world.order(candidates=1)))


def test_a_run_that_has_ended_stays_so_and_another_begins_with_base_and_candidate(loop):
    run = ended(loop)
    before = list(CandidateEdit.objects.order_by("pk").values_list("pk", "score", "verdict"))
    other = ask(run)
    assert (other.number, other.origin, other.method) == (2, run.pk << 32, "null_run")
    loop.only = [other.pk]
    world.finish(loop, other)
    assert list(CandidateEdit.objects.filter(run=run).order_by("pk").values_list("pk", "score", "verdict")) == before
    taken = candidate(other, 1)
    assert decode(bytes(taken.parents))["origin"] == candidate(run, 1).pk
    assert taken.content_digest == candidate(run, 1).content_digest
    assert lacking(other) == BOTH
    assert gains(other) == ([1.0, -0.25], 0.75, 0.0)
    assert all("origin" not in decode(bytes(candidate(other, number).parents)) for number in (2, 3))
    assert other.born == 4, "it searches nothing"
    assert list(problems(run.project)) == []
    with pytest.raises(UserError, match=r"without each of its parts in run 2\."):
        ask(run)


def test_the_candidate_without_a_harmful_part_may_become_the_champion(loop):
    run = ended(loop)
    other = ask(run)
    loop.only = [other.pk]
    world.finish(loop, other)
    assert Project.objects.get().champion == candidate(other, 3).pk


def refused(run, number=1, actor=SYSTEM):
    """What a person is told; nothing was done."""
    before = (Commission.objects.count(), Run.objects.count(), Event.objects.count())
    with pytest.raises(UserError) as told:
        ask(run, number, actor)
    assert (Commission.objects.count(), Run.objects.count(), Event.objects.count()) == before
    return str(told.value)


def test_what_is_on_its_way_or_done_is_not_asked_for_twice(loop):
    run = waiting(loop)
    ask(run)
    assert "is on its way" in refused(run)
    settle(loop, run)
    assert "It was measured without each of its parts" in refused(run)
    assert "It lacks a part of another candidate" in refused(run, 2)


def test_what_has_no_parts_or_nothing_to_compare_with_is_refused_with_its_reason(loop):
    run = waiting(loop)
    assert "planted" in refused(run, 0)
    CandidateEdit.objects.filter(pk=candidate(run, 1).pk).update(score=None)
    assert "not measured on every task" in refused(run)
    CandidateEdit.objects.filter(pk=candidate(run, 1).pk).update(score=0.75)
    verdicts.revert(SYSTEM, candidate(run, 1), "it cheats")
    assert "was reverted" in refused(run)


def test_an_edit_of_one_part_is_refused(loop, monkeypatch):
    def single(recipe, ctx):
        yield Choose("candidate", Seed(), 1)
        child = yield Propose((0,), {"main.py": PROGRAM.replace("A = 0.0", "A = 1.0")}, "one")
        yield Measure(child)
        return Grown(child, (yield Judge(child, recipe.accept))["decision"])

    monkeypatch.setattr(registry, "get", lambda name: replace(hill_climb.RECIPE, round=single))
    assert "Its edit is a single part" in refused(waiting(loop))


def test_what_an_earlier_evaluator_measured_is_refused(loop):
    run = ended(loop)
    Project.objects.update(scorer=b"another")
    assert "An earlier evaluator gave the score of candidate 1" in refused(run)


def test_a_base_that_was_reverted_or_has_no_score_starts_no_run(loop):
    run = ended(loop)
    CandidateEdit.objects.filter(pk=candidate(run, 0).pk).update(score=None, failure="timeout")
    assert "no run can begin with it" in refused(run)


@pytest.mark.parametrize(
    ("role", "open_run", "other_run"),
    [
        ("viewer", False, False),
        ("auditor", False, False),
        ("reviewer", True, False),
        ("operator", True, True),
    ],
)
def test_who_may_answer_or_operate_may_ask_and_who_operates_may_start_a_run_for_it(loop, role, open_run, other_run):
    made = project()
    person = world.member(made, role, role)
    run = waiting(loop, made)
    assert _let(run, person) == open_run
    Effect.objects.filter(round__run=run).update(state="done", since=None)
    Commission.objects.all().delete()
    Run.objects.filter(pk=run.pk).update(state="finished")
    assert _let(run, person) == other_run


def _let(run, person):
    try:
        ask(run, actor=person)
    except PermissionDenied:
        return False
    return True


def test_what_was_left_out_of_it_can_be_asked_for_later_and_no_more(loop):
    """One part is known already: only the other is measured, and both count on the card."""
    run = waiting(loop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart.Apart, "left", property(lambda self: self.parts[:1]))
        ask(run)
    settle(loop, run)
    assert (lacking(run), gains(run)[0]) == (BOTH[:1], [1.0])
    ask(run)
    settle(loop, run)
    assert (lacking(run), gains(run)) == (BOTH, ([1.0, -0.25], 0.75, 0.0))
    assert list(problems(run.project)) == []
