"""People stand between an effect and its execution: gates, answers, modes, stops. Nothing gets past by accident."""

import pytest
from django.core.exceptions import PermissionDenied

from apps.common.errors import Conflict, UserError
from apps.oversight import selectors
from apps.oversight.models import Answer, Policy
from apps.oversight.services import answers, policies, stops
from apps.oversight.services.answers import Reply
from apps.records.models import CandidateEdit, Effect, Round, Trajectory, Verdict
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import begin, gates, say, settle


@pytest.fixture
def bob(toy):
    return world.member(toy, "bob", "reviewer")


def test_gate_only_holds_each_proposal_before_it_is_measured(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=3, parallel=2)
    held = gates(run)
    assert {gate.kind for gate in held} == {"propose"}
    assert run.measured == 0
    assert not Trajectory.objects.filter(candidate__in=[gate.candidate for gate in held]).exists()


def test_rounds_that_wait_give_their_slot_back_up_to_the_limit(loop, toy):
    run = begin(loop, toy, "gate-only", candidates=100, parallel=1)
    assert len(gates(run)) == run.waiting_limit
    assert loop.idle


def test_an_approved_proposal_is_measured_and_judged(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1)
    say(bob, gates(run)[0], "approve")
    settle(loop, run)
    assert Trajectory.objects.filter(candidate=CandidateEdit.objects.get(run=run, pk__gt=run.pk << 32)).exists()


def test_a_rejected_proposal_is_dropped_and_never_measured(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1)
    gate = gates(run)[0]
    say(bob, gate, "reject", "too timid")
    settle(loop, run)
    assert Verdict.objects.get(candidate=gate.candidate).decision == "drop"
    assert Verdict.objects.get(candidate=gate.candidate).by == str(bob)
    assert not Trajectory.objects.filter(candidate=gate.candidate).exists()
    assert gates(run)[0].candidate != gate.candidate, "the round goes on: another proposal waits"


def test_promotion_waits_for_a_person_and_refusing_it_drops_nobody(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=20, parallel=1)
    promotion = None
    while promotion is None:
        for gate in gates(run):
            if gate.kind == "promote":
                promotion = gate
            else:
                say(bob, gate, "approve")
        settle(loop, run)
    toy.refresh_from_db()
    before = toy.champion
    say(bob, promotion, "reject", "not this one")
    settle(loop, run)
    toy.refresh_from_db()
    assert toy.champion == before
    assert CandidateEdit.objects.get(pk=promotion.candidate).verdict == "keep"


def test_step_by_step_holds_every_kind_of_effect(loop, toy, bob):
    run = begin(loop, toy, "step-by-step", candidates=1)
    kinds = []
    while run.state == "open":
        for gate in gates(run):
            kinds.append(gate.kind)
            say(bob, gate, "approve")
        settle(loop, run)
    assert {"choose", "propose", "measure", "judge"} <= set(kinds)
    assert run.state == "finished"
    assert run.measured == 1
    assert list(problems(toy)) == []


def test_a_run_in_which_people_wait_survives_the_death_of_its_process(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=2)
    held = {gate.pk for gate in gates(run)}
    world.abandon(loop)
    after = world.new_loop([run.pk])
    settle(after, run)
    assert {gate.pk for gate in gates(run)} >= held
    while run.state == "open":
        for gate in gates(run):
            say(bob, gate, "approve")
        settle(after, run)
    after.close()
    assert run.measured == 2
    assert list(problems(toy)) == []


def test_an_answer_to_what_changed_meanwhile_is_a_conflict_and_does_nothing(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1)
    gate = gates(run)[0]
    with pytest.raises(Conflict, match="changed after you opened it"):
        answers.answer(bob, gate, Reply("approve", "", gate.revision, "00" * 32, "k"))
    with pytest.raises(Conflict, match="changed after you opened it"):
        answers.answer(bob, gate, Reply("approve", "", gate.revision + 1, selectors.shown(gate).hex(), "k"))
    assert not Answer.objects.exists()
    assert gates(run)[0].state == gate.state


def test_a_second_answer_is_a_conflict_and_a_double_submit_is_not(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1)
    gate = gates(run)[0]
    first = say(bob, gate, "approve", key="once")
    assert say(bob, gate, "approve", key="once") == first
    with pytest.raises(Conflict, match="closed"):
        say(bob, gate, "reject", "changed my mind", key="twice")
    assert Answer.objects.count() == 1


def test_a_rejection_without_a_reason_is_refused(loop, toy, bob):
    run = begin(loop, toy, "gate-only", candidates=1)
    with pytest.raises(UserError, match="needs a reason"):
        say(bob, gates(run)[0], "reject", "  ")


@pytest.mark.parametrize("role", ["viewer", "operator", "auditor"])
def test_only_reviewers_answer(loop, toy, role):
    run = begin(loop, toy, "gate-only", candidates=1)
    with pytest.raises(PermissionDenied):
        say(world.member(toy, role, role), gates(run)[0], "approve")
    assert gates(run)


@pytest.mark.parametrize("decision", ["", "ok", "APPROVE", "timeout"])
def test_an_unknown_answer_lets_nothing_through(loop, toy, bob, decision):
    run = begin(loop, toy, "gate-only", candidates=1)
    before = [gate.state for gate in gates(run)]
    with pytest.raises(UserError, match="no answer"):
        say(bob, gates(run)[0], decision)
    assert [gate.state for gate in gates(run)] == before


def test_an_unknown_action_in_a_policy_holds(loop, toy):
    run = world.begin(loop, toy, world.order(candidates=2))
    Policy.objects.filter(run=run).update(
        table=b'[{"above_seconds":0.0,"action":"approve","point":"propose","when":"after"}]'
    )
    loop._drivers[run.pk].reload()
    settle(loop, run)
    assert [gate.kind for gate in gates(run)] == ["propose", "propose"]


def test_a_run_without_a_policy_is_not_driven(loop, toy):
    run = world.begin(loop, toy, world.order(candidates=2))
    Policy.objects.filter(run=run).delete()
    loop.close()
    other = world.new_loop([run.pk])
    settle(other, run)
    other.close()
    assert run.measured == 0
    assert run.state != "finished"


def under_way(loop, run):
    """Drive until something was measured."""
    while not run.measured:
        loop.turn(0.1)
        run.refresh_from_db()


def test_pause_stops_what_is_new_and_stores_what_is_running(loop, toy):
    owner = world.member(toy, "alice", "maintainer")
    run = world.begin(loop, toy, world.order(candidates=500, parallel=2))
    under_way(loop, run)
    stops.pause(owner, toy, "let me look")
    settle(loop, run)
    assert not selectors.running(toy).exists()
    measured, rounds = run.measured, Round.objects.filter(run=run).count()
    settle(loop, run)
    assert (run.measured, Round.objects.filter(run=run).count()) == (measured, rounds)
    stored = Effect.objects.filter(round__run=run, round__state="open", kind="measure", state="done")
    assert stored.count() + Effect.objects.filter(round__run=run, state="running").count() >= 1
    stops.resume(owner, toy)
    settle(loop, run)
    assert run.measured == 500
    assert list(problems(toy)) == []


def test_a_paused_project_starts_nothing_even_in_a_new_process(loop, toy):
    owner = world.member(toy, "alice", "maintainer")
    run = world.begin(loop, toy, world.order(candidates=50))
    stops.pause(owner, toy, "stop")
    world.abandon(loop)
    after = world.new_loop([run.pk])
    settle(after, run)
    after.close()
    assert run.measured == 0


def test_the_mode_can_be_changed_while_a_run_is_going(loop, toy, bob):
    owner = world.member(toy, "alice", "maintainer")
    run = world.begin(loop, toy, world.order(candidates=200))
    under_way(loop, run)
    policies.set_policy(owner, run, "gate-only")
    settle(loop, run)
    assert gates(run)
    measured = run.measured
    assert 0 < measured < 200
    policies.set_policy(owner, run, "full-auto")
    settle(loop, run)
    assert run.state == "open", "loosening never closes an open gate"
    for gate in gates(run):
        say(bob, gate, "approve")
    settle(loop, run)
    assert run.measured == 200
    assert list(problems(toy)) == []
