"""Reverting, ending early, aborting, stopping everything: each says what it did, and the records agree."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.errors import Conflict, UserError
from apps.engine.canonical import decode
from apps.oversight import selectors
from apps.oversight.models import Answer
from apps.oversight.services import answers, policies, stops, verdicts
from apps.records.models import CandidateEdit, Effect, Verdict
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import approve_all, approve_until, begin, gates, say, settle


@pytest.fixture
def alice(toy):
    return world.member(toy, "alice", "maintainer")


@pytest.fixture
def admin(transactional_db):
    return Actor.person(User.objects.create_superuser("root"))


def champion(project):
    return selectors.champion(project)


def grown(loop, toy, candidates=12):
    run = begin(loop, toy, "full-auto", candidates=candidates, parallel=1)
    assert run.state == "finished"
    assert champion(toy).number > 0, "the toy improves"
    return run


def test_reverting_the_champion_puts_the_one_before_in_its_place(loop, toy, alice):
    run = grown(loop, toy)
    bad = champion(toy)
    earlier = selectors.earlier_champions(toy)[1]
    assert verdicts.revert(alice, bad, "it cheats") == earlier
    bad.refresh_from_db()
    run.refresh_from_db()
    assert bad.verdict == "revert"
    assert run.best != bad.number
    assert champion(toy) == earlier
    assert list(problems(toy)) == []


def test_reverting_may_go_back_further_and_only_to_what_was_champion(loop, toy, alice):
    run = grown(loop, toy)
    seed = CandidateEdit.objects.get(pk=run.pk << 32)
    never = CandidateEdit.objects.filter(run=run).exclude(verdicts__decision="promote").first()
    with pytest.raises(UserError, match="was champion before"):
        verdicts.revert(alice, champion(toy), "it cheats", never)
    assert verdicts.revert(alice, champion(toy), "it cheats", seed) == seed
    assert list(problems(toy)) == []


def test_a_candidate_is_reverted_once_and_the_seed_never(loop, toy, alice):
    run = grown(loop, toy)
    bad = champion(toy)
    verdicts.revert(alice, bad, "it cheats")
    with pytest.raises(Conflict, match="was reverted before"):
        verdicts.revert(alice, bad, "it cheats")
    with pytest.raises(UserError, match="cannot be reverted"):
        verdicts.revert(alice, CandidateEdit.objects.get(pk=run.pk << 32), "no")
    assert Verdict.objects.filter(candidate=bad, decision="revert").count() == 1


def test_rounds_in_flight_from_what_was_reverted_are_held_in_every_mode(loop, toy, alice):
    run = begin(loop, toy, "gate-only", candidates=100, parallel=1)
    while not (mine := [gate for gate in gates(run, "propose") if _base(gate).number > 0]):
        assert run.state == "open"
        for gate in gates(run):
            say(alice, gate, "approve")
        settle(loop, run)
    waiting = mine[0]
    last = CandidateEdit.objects.filter(run=run).latest("pk").pk
    verdicts.revert(alice, _base(waiting), "it cheats")
    policies.set_policy(alice, run, "full-auto")
    say(alice, waiting, "approve")
    settle(loop, run)
    held = Effect.objects.get(round=waiting.round_id, kind="measure")
    assert held.state == "held before"
    for gate in gates(run, "propose"):
        say(alice, gate, "reject", "made from what cheats")
    settle(loop, run)
    made = CandidateEdit.objects.filter(run=run, pk__gt=last)
    assert made.exists()
    assert not made.filter(base=_base(waiting).pk).exists(), "what was reverted is no parent any more"


def _base(gate):
    return CandidateEdit.objects.get(pk=CandidateEdit.objects.get(pk=gate.candidate).base)


def test_a_person_may_promote_on_their_word_and_the_record_says_who(loop, toy, alice):
    grown(loop, toy)
    chosen = selectors.earlier_champions(toy)[1]
    verdicts.promote(alice, chosen, "shorter, and as good for us")
    assert champion(toy) == chosen
    assert Verdict.objects.filter(candidate=chosen).order_by("pk").last().by == str(alice)
    assert list(problems(toy)) == []


def test_a_reviewer_may_not_promote_without_a_test(loop, toy):
    bob = world.member(toy, "bob", "reviewer")
    grown(loop, toy)
    with pytest.raises(PermissionDenied):
        verdicts.promote(bob, selectors.earlier_champions(toy)[1], "please")


def test_a_run_that_is_ended_early_begins_nothing_more_and_concludes(loop, toy, alice):
    run = begin(loop, toy, "gate-only", candidates=50, parallel=2)
    rounds = run.rounds
    assert stops.finish(alice, run)
    assert not stops.finish(alice, run), "once is enough"
    approve_all(loop, run, alice)
    assert run.state == "finished"
    assert run.why == "A person ended the run before its budget was spent."
    assert run.rounds == rounds + 1, "only the conclusion"
    assert list(problems(toy)) == []


def test_an_aborted_run_is_over_at_once_and_keeps_what_it_recorded(loop, toy, alice):
    run = world.begin(loop, toy, world.order(candidates=100_000, parallel=2))
    loop.turn(1.0)
    stops.abort(alice, run, "wrong data")
    measured = CandidateEdit.objects.filter(run=run, score__isnull=False).count()
    settle(loop, run)
    assert (run.state, run.why, loop.drives) == ("aborted", "wrong data", [])
    assert CandidateEdit.objects.filter(run=run, score__isnull=False).count() == measured > 0
    assert not Effect.open.filter(round__run=run).exists()
    with pytest.raises(Conflict, match="is aborted already"):
        stops.abort(alice, run, "again")
    assert list(problems(toy)) == []


def test_the_stop_of_everything_stops_every_run_and_starts_none(loop, toy, admin):
    run = world.begin(loop, toy, world.order(candidates=100_000))
    loop.turn(0.5)
    stops.stop_all(admin, "maintenance")
    settle(loop, run)
    assert loop.idle
    before = CandidateEdit.objects.filter(run=run).count()
    loop.turn(0.5)
    assert CandidateEdit.objects.filter(run=run).count() == before
    with pytest.raises(UserError, match="Everything here is stopped"):
        world.begin(loop, toy, world.order())
    assert stops.release_all(admin)
    loop.turn(0.5)
    assert CandidateEdit.objects.filter(run=run).count() > before
    stops.abort(admin, run, "enough")
    assert list(problems(toy)) == []


def test_only_an_admin_of_the_installation_stops_everything(toy, alice):
    with pytest.raises(PermissionDenied):
        stops.stop_all(alice, "because")


def test_the_latch_of_one_run_leaves_the_others_of_its_project_alone(loop, toy, alice):
    first = world.begin(loop, toy, world.order(candidates=100_000))
    second = world.begin(loop, toy, world.order(candidates=100_000, seed=2))
    loop.only = []
    stops.pause_run(alice, first, "look")
    loop.turn(0.5)
    stood = CandidateEdit.objects.filter(run=first).count()
    moved = CandidateEdit.objects.filter(run=second).count()
    loop.turn(0.7)
    assert CandidateEdit.objects.filter(run=first).count() == stood
    assert CandidateEdit.objects.filter(run=second).count() > moved
    assert stops.resume_run(alice, first)
    for run in (first, second):
        stops.abort(alice, run, "enough")
    assert list(problems(toy)) == []


def test_runs_of_one_process_share_its_evaluators_however_much_one_asks_for(loop, toy, alice):
    greedy = world.begin(loop, toy, world.order(candidates=100_000, parallel=16))
    modest = world.begin(loop, toy, world.order(candidates=100_000, parallel=4, seed=2))
    loop.only = []
    loop.turn(2.0)
    counts = [CandidateEdit.objects.filter(run=run, score__isnull=False).count() for run in (greedy, modest)]
    assert min(counts) > max(counts) / 2, f"{counts[0]} and {counts[1]} were measured"
    for run in (greedy, modest):
        stops.abort(alice, run, "enough")


def test_two_who_change_the_mode_at_once_do_not_overwrite_each_other(loop, toy, alice):
    run = begin(loop, toy, "gate-only", candidates=1)
    policies.set_policy(alice, run, "step-by-step", seen=1)
    with pytest.raises(Conflict, match="changed to step-by-step while you looked"):
        policies.set_policy(alice, run, "full-auto", seen=1)
    assert selectors.policy(run).mode == "step-by-step"


def test_an_approval_of_before_does_not_promote_what_was_reverted_since(loop, toy, alice, settings):
    run = begin(loop, toy, "gate-only", candidates=100, parallel=1)
    gate = approve_until(loop, run, alice, "promote")
    settings.EVOWEB_UNDO_SECONDS = 10
    say(alice, gate, "approve")
    bad = CandidateEdit.objects.get(pk=gate.candidate)
    verdicts.revert(alice, bad, "it cheats")
    Answer.objects.filter(ended=None).update(releases_at=timezone.now() - timedelta(seconds=1))
    assert answers.release_due() == 1
    settle(loop, run)
    gate.refresh_from_db()
    assert gate.state == "refused"
    assert decode(bytes(gate.answer)) == {"refused": f"candidate {bad.number} was reverted"}
    assert champion(toy).number == 0
    stops.abort(alice, run, "enough")
    assert list(problems(toy)) == []


@pytest.mark.parametrize("decision", ["reject", "request changes", "edit"])
def test_what_was_reverted_stays_so_whatever_is_said_at_its_gate(loop, toy, alice, decision):
    run = begin(loop, toy, "step-by-step", candidates=3, parallel=1)
    gate = approve_until(loop, run, alice, "judge")
    bad = CandidateEdit.objects.get(pk=gate.candidate)
    verdicts.revert(alice, bad, "it cheats")
    say(alice, gate, decision, "no", edit={"main.py": world.PROGRAM.replace("0.25", "0.5")})
    bad.refresh_from_db()
    assert bad.verdict == "revert"
    approve_all(loop, run, alice)
    bad.refresh_from_db()
    assert bad.verdict == "revert"
    assert not CandidateEdit.objects.filter(base=bad.pk).exists(), "it is no parent any more"
    assert list(problems(toy)) == []


def test_no_rule_keeps_what_was_reverted_before_it_was_judged(loop, toy, alice):
    run = begin(loop, toy, "step-by-step", candidates=1, parallel=1)
    gate = approve_until(loop, run, alice, "measure")
    bad = CandidateEdit.objects.get(pk=gate.candidate)
    verdicts.revert(alice, bad, "it cheats")
    approve_all(loop, run, alice)
    bad.refresh_from_db()
    assert (bad.verdict, bad.score is not None) == ("revert", True)
    assert list(problems(toy)) == []
