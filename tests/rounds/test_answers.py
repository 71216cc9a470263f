"""Every answer does what its word says, once its undo window has closed, and to nothing but what was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.errors import Conflict, UserError
from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.effects import Choose
from apps.engine.recipe import Barren, grow
from apps.engine.selection import Best
from apps.oversight import edits, selectors
from apps.oversight.models import Answer
from apps.oversight.services import answers, stops
from apps.records.models import CandidateEdit, Commission, Effect, Round, Trajectory, Verdict
from apps.rounds import opening
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import approve_all, approve_until, begin, gates, say, settle


@pytest.fixture
def bob(toy):
    return world.member(toy, "bob", "reviewer")


@pytest.fixture
def alice(toy):
    return world.member(toy, "alice", "maintainer")


@pytest.fixture
def window(settings):
    settings.EVOWEB_UNDO_SECONDS = 10


def let_windows_close():
    """As if the seconds had passed; then what the sweep does."""
    Answer.objects.filter(ended=None).update(releases_at=timezone.now() - timedelta(seconds=1))
    return answers.release_due()


def of(gate):
    return CandidateEdit.objects.get(pk=gate.candidate)


def rewritten(candidate, number):
    (path, text), *_ = edits.editable(candidate).items()
    return {path: text.replace("C = [", f"C = [{number}, ").replace(", 1.0]", "]")}


def test_an_answer_takes_effect_when_its_window_closes_and_not_before(loop, toy, bob, window):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    say(bob, gate, "approve")
    settle(loop, run)
    assert run.measured == 0
    assert gate not in selectors.gates(bob), "what was answered is nobody's work any more"
    assert let_windows_close() == 1
    settle(loop, run)
    assert run.measured == 1


def test_an_answer_taken_back_in_time_leaves_the_gate_as_it_was(loop, toy, bob, window):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    said = say(bob, gate, "reject", "too timid")
    answers.withdraw(bob, said, "back")
    assert let_windows_close() == 0
    assert gate in selectors.gates(bob)
    assert of(gate).verdict == ""
    say(bob, gate, "approve", key="again")
    let_windows_close()
    settle(loop, run)
    assert run.measured == 1
    assert list(problems(toy)) == []


def test_an_answer_in_effect_cannot_be_taken_back(loop, toy, bob, window):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    said = say(bob, gates(run)[0], "approve")
    let_windows_close()
    with pytest.raises(Conflict, match="can no longer be taken back"):
        answers.withdraw(bob, said, "late")


def test_two_people_do_not_answer_one_gate(loop, toy, bob, alice, window):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    say(bob, gate, "approve")
    with pytest.raises(Conflict, match="bob answered this gate a moment ago: approve"):
        say(alice, gate, "reject", "no")


def test_an_answer_to_a_gate_that_is_gone_when_its_window_closes_does_nothing(loop, toy, bob, window):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    said = say(bob, gate, "reject", "no")
    Effect.objects.filter(pk=gate.pk).update(state="cancelled", since=None)
    let_windows_close()
    said.refresh_from_db()
    assert said.outcome == "void"
    assert not Verdict.objects.filter(candidate=gate.candidate).exists()


def test_requested_changes_bring_another_proposal_in_the_same_round(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    say(bob, gate, "request changes", "smaller steps")
    settle(loop, run)
    again = gates(run)[0]
    assert (again.kind, again.round_id) == ("propose", gate.round_id)
    assert again.candidate != gate.candidate
    gate.refresh_from_db()
    assert decode(bytes(gate.answer)) == {"refused": "changes requested", "hint": "smaller steps"}
    assert of(gate).verdict == "drop"
    approve_all(loop, run, bob)
    assert list(problems(toy)) == []


def test_changes_requested_after_measurement_hold_the_candidate_and_grow_from_it_once_more(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=2, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    say(bob, gate, "request changes", "less of this")
    settle(loop, run)
    assert of(gate).verdict == "hold"
    asked = Commission.objects.get(run=run)
    assert (asked.kind, asked.candidate, asked.receipt) == ("grow", gate.candidate, "not read")
    drawn = Effect.objects.get(round=asked.served, kind="choose", candidate=None)
    assert decode(bytes(drawn.answer))["done"][0][0] == of(gate).number
    assert "pinned" in decode(bytes(drawn.ran))
    child = approve_until(loop, run, bob, "propose")
    assert of(child).base == gate.candidate
    approve_all(loop, run, bob)
    assert list(problems(toy)) == []


@pytest.fixture
def noisy(transactional_db):
    return world.project("Noisy", evaluator=world.NOISY, repeatable=False, tasks=3)


def test_more_measurements_pool_with_those_there_are_while_the_gate_stands(loop, noisy):
    bob = world.member(noisy, "bob", "reviewer")
    run = begin(loop, noisy, "step-by-step", candidates=1, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    before = Trajectory.objects.filter(candidate=gate.candidate).count()
    say(bob, gate, "measure more", repeats=2)
    settle(loop, run)
    assert Trajectory.objects.filter(candidate=gate.candidate).count() == before + 2 * 3
    assert gate.pk in {each.pk for each in gates(run)}, "the gate still waits for its answer"
    approve_all(loop, run, bob)
    assert run.measured == 1
    assert list(problems(noisy)) == []


def test_a_repeatable_scorer_is_not_asked_to_repeat_itself(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=1, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    with pytest.raises(UserError, match="“measure more” is no answer to this gate"):
        say(bob, gate, "measure more", repeats=2)


def test_an_edited_proposal_is_measured_in_the_place_of_the_first_with_the_person_as_author(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    say(bob, gate, "edit", "straight to the point", edit=rewritten(of(gate), 1.5))
    settle(loop, run)
    assert of(gate).verdict == "drop"
    gate.refresh_from_db()
    made = of(gate)
    assert gate.revision == 1
    assert decode(bytes(made.authors))["persons"] == [str(bob)]
    assert decode(bytes(made.contract)) == {"hypothesis": "straight to the point"}
    assert decode(bytes(made.parents))["replaces"] == made.number - 1
    assert made.score is not None, "it went on to be measured without another question"
    approve_all(loop, run, bob)
    assert list(problems(toy)) == []


def test_an_edit_survives_the_death_of_the_process_that_was_to_carry_it_out(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    world.abandon(loop)
    gate = gates(run)[0]
    say(bob, gate, "edit", edit=rewritten(of(gate), 1.5))
    after = world.new_loop([run.pk])
    settle(after, run)
    approve_all(after, run, bob)
    after.close()
    gate.refresh_from_db()
    assert of(gate).score is not None
    assert run.measured == 1
    assert list(problems(toy)) == []


def test_an_edit_after_measurement_is_a_round_of_its_own(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=1, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    say(bob, gate, "edit", edit=rewritten(of(gate), 1.5))
    settle(loop, run)
    assert of(gate).verdict == "drop"
    approve_all(loop, run, bob)
    served = Round.objects.get(pk=Commission.objects.get(run=run).served)
    made = CandidateEdit.objects.get(round=served)
    assert (served.kind, made.base) == ("edit", gate.candidate)
    assert made.score is not None
    assert decode(bytes(made.authors)) == {"method": "hill_climb", "operator": "person", "persons": [str(bob)]}
    assert list(problems(toy)) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("C = [1.0]\n", "outside its editable regions"),
        ("# EVOLVE-BLOCK-START\nC = [\n# EVOLVE-BLOCK-END\ndef run(given):\n    return C\n", "main.py, line 2"),
        (world.PROGRAM.replace("0.5,", "0.5, '\0',"), "no text"),
    ],
)
def test_an_edit_that_may_not_stand_is_refused_at_once_and_nothing_is_stored(loop, toy, bob, text, why):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    with pytest.raises(UserError, match=why):
        say(bob, gate, "edit", edit={"main.py": text})
    assert not Answer.objects.filter(effect=gate).exists()


def test_an_edit_of_another_file_or_of_nothing_is_refused(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    with pytest.raises(UserError, match="no component of this project"):
        say(bob, gate, "edit", edit={"../evaluator.py": "x = 1"})
    with pytest.raises(UserError, match="changes nothing"):
        say(bob, gate, "edit", edit=edits.editable(of(gate)))


def test_line_ends_that_a_browser_sends_are_those_of_the_file(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    sent = {path: text.replace("\n", "\r\n") for path, text in rewritten(of(gate), 1.5).items()}
    say(bob, gate, "edit", edit=sent)
    settle(loop, run)
    gate.refresh_from_db()
    assert "\r" not in edits.editable(of(gate))["main.py"]
    assert of(gate).failure == ""


def test_what_is_passed_on_waits_for_whom_it_was_passed_on_to(loop, toy, bob, alice):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    gate = gates(run)[0]
    say(bob, gate, "escalate", "beyond me", to=int(alice.id))
    assert gate in selectors.escalated(alice)
    assert gate not in selectors.claimable(bob, selectors.gates(bob))
    assert gate in selectors.claimable(alice, selectors.gates(alice))
    say(alice, gate, "approve")
    settle(loop, run)
    assert run.measured == 1


def test_nothing_is_passed_on_to_somebody_who_may_not_answer(loop, toy, bob):
    viewer = world.member(toy, "vera", "viewer")
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    with pytest.raises(UserError, match="may not answer gates of this project"):
        say(bob, gates(run)[0], "escalate", "beyond me", to=int(viewer.id))


def test_an_edit_at_a_gate_of_a_run_that_is_ending_is_carried_out_before_it_concludes(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=50, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    stops.finish(Actor.system(), run)
    say(bob, gate, "edit", edit=rewritten(of(gate), 1.5))
    settle(loop, run)
    approve_all(loop, run, bob)
    assert CandidateEdit.objects.get(round=Commission.objects.get(run=run).served).score is not None
    assert run.state == "finished"
    assert list(problems(toy)) == []


def test_rejecting_the_best_takes_it_out_at_once_even_if_the_run_never_steps_again(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=50, parallel=1)
    approve_until(loop, run, bob, "judge")
    run.refresh_from_db()
    (best,) = [gate for gate in gates(run, "judge") if of(gate).number == run.best]
    say(bob, best, "reject", "it cheats")
    stops.abort(Actor.system(), run, "enough")
    run.refresh_from_db()
    assert run.best not in (None, of(best).number)
    assert list(problems(toy)) == []


def test_what_people_reject_is_no_sign_that_the_method_is_exhausted(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1, parallel=1)
    for _ in range(3):  # as often as the method draws in a round
        for gate in gates(run):
            say(bob, gate, "reject", "too timid")
        settle(loop, run)
    ended = Round.objects.get(run=run, kind="grow", state="done")
    assert decode(bytes(ended.outcome)) == {"rejected": "too timid"}
    assert opening._barren(run) == loop._drivers[run.pk].book.barren == 0
    assert list(problems(toy)) == []


def test_what_people_ask_for_says_nothing_about_the_method(loop, noisy, monkeypatch):
    """Barren rounds before a measurement that a person asked for still count, and the same after a restart."""
    known = registry.get("hill_climb")

    def fruitless(recipe, ctx):
        if ctx.round < 4:
            yield Choose("candidate", Best())
            return Barren("nothing comes to mind")
        return (yield from grow(recipe, ctx))

    monkeypatch.setattr(registry, "get", lambda name: replace(known, round=fruitless))
    bob = world.member(noisy, "bob", "reviewer")
    run = begin(loop, noisy, "step-by-step", candidates=1, parallel=1)
    gate = approve_until(loop, run, bob, "judge")
    assert loop._drivers[run.pk].book.barren == 3
    say(bob, gate, "measure more", repeats=1)
    settle(loop, run)
    assert Round.objects.filter(run=run, kind="measure", state="done").exists()
    assert opening._barren(run) == loop._drivers[run.pk].book.barren == 3
