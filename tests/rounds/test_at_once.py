"""Forms that come twice, clocks that differ, and what happens while something else does: nothing is done twice."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.errors import Conflict
from apps.log.models import Event
from apps.oversight.models import Answer, Claim, Comment, Latch
from apps.oversight.services import answers, claims, discussion, stops
from apps.projects.models import Membership
from apps.records.models import CandidateEdit
from apps.rounds.sweep import sweep
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import begin, gates, say, settle


@pytest.fixture
def bob(toy):
    return world.member(toy, "bob", "reviewer")


@pytest.fixture
def alice(toy):
    return world.member(toy, "alice", "maintainer")


@pytest.fixture
def window(settings):
    settings.EVOWEB_UNDO_SECONDS = 10


@pytest.fixture
def gate(loop, toy):
    return gates(begin(loop, toy, "gate-only", candidates=1, parallel=1))[0]


def let_windows_close():
    Answer.objects.filter(ended=None).update(releases_at=timezone.now() - timedelta(seconds=1))
    return answers.release_due()


@contextmanager
def just_before_the_next_transaction(monkeypatch, deed):
    """Another process is faster: it has done this when the transaction that follows begins."""
    original, done = transaction.atomic, []

    def atomic(*args, **more):
        if not done:
            done.append(True)
            deed()
        return original(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(transaction, "atomic", atomic)
        yield


@pytest.mark.parametrize("decision", ["approve", "defer"])
def test_a_form_that_is_sent_twice_at_the_same_moment_is_one_answer(gate, bob, window, monkeypatch, decision):
    with just_before_the_next_transaction(monkeypatch, lambda: say(bob, gate, decision, key="same")):
        said = say(bob, gate, decision, key="same")
    assert said == Answer.objects.get(effect=gate)


def test_an_undo_that_is_sent_twice_at_the_same_moment_is_one_undo(gate, bob, window, monkeypatch):
    said = say(bob, gate, "approve")
    with just_before_the_next_transaction(monkeypatch, lambda: answers.withdraw(bob, said, "back")):
        taken = answers.withdraw(bob, said, "back")
    assert taken.withdraws == said


def test_a_form_says_one_thing_only(gate, bob, window):
    say(bob, gate, "approve", key="same")
    with pytest.raises(Conflict, match="was sent before, and said “approve”"):
        say(bob, gate, "reject", "no", key="same")
    assert Answer.objects.get(effect=gate).decision == "approve"


def test_a_form_that_the_browser_kept_does_not_answer_again_what_was_taken_back(gate, bob, window):
    said = say(bob, gate, "approve", key="same")
    answers.withdraw(bob, said, "back")
    with pytest.raises(Conflict, match="was taken back"):
        say(bob, gate, "approve", key="same")
    say(bob, gate, "approve", key="another")
    assert let_windows_close() == 1


def test_the_undo_window_goes_by_the_clock_of_the_database(gate, bob, window, monkeypatch):
    slow = SimpleNamespace(now=lambda: timezone.now() - timedelta(hours=1))
    with monkeypatch.context() as patched:
        patched.setattr(answers, "timezone", slow)
        said = say(bob, gate, "approve")
    assert answers.release_due() == 0, "ten seconds have not passed"
    left = said.releases_at - timezone.now()
    assert timedelta(seconds=5) < left <= timedelta(seconds=10)


@pytest.mark.parametrize("how", ["deactivated", "no reviewer any more"])
def test_what_somebody_said_who_may_not_answer_any_more_has_no_effect(gate, toy, bob, alice, window, how):
    said = say(bob, gate, "approve")
    if how == "deactivated":
        User.objects.filter(pk=bob.id).update(is_active=False)
    else:
        Membership.objects.filter(user=bob.id, project=toy).update(role="viewer")
    assert let_windows_close() == 0
    said.refresh_from_db()
    assert said.outcome == "void"
    say(alice, gate, "reject", "no")
    assert let_windows_close() == 1
    assert CandidateEdit.objects.get(pk=gate.candidate).verdict == "drop"


def test_a_comment_that_is_sent_twice_at_the_same_moment_is_one_comment(gate, bob, monkeypatch):
    candidate = CandidateEdit.objects.select_related("run__project").get(pk=gate.candidate)
    with just_before_the_next_transaction(monkeypatch, lambda: discussion.comment(bob, candidate, "why?", "same")):
        made = discussion.comment(bob, candidate, "why?", "same")
    assert made == Comment.objects.get()


@pytest.fixture
def admins(transactional_db):
    return [Actor.person(User.objects.create_superuser(name)) for name in ("root", "wheel")]


def just_before_it_looks(monkeypatch, deed):
    """Another process is faster: it has done this when somebody looked for the stop of everything and acts on it."""
    original, done = stops.selectors.global_latch, []

    def looks():
        found = original()
        if not done:
            done.append(True)
            deed()
        return found

    monkeypatch.setattr(stops.selectors, "global_latch", looks)


def test_two_who_stop_everything_at_once_set_one_stop(toy, admins, monkeypatch):
    first, second = admins
    just_before_it_looks(monkeypatch, lambda: stops.stop_all(first, "fire"))
    assert stops.stop_all(second, "smoke") == Latch.objects.get()
    assert list(problems(toy)) == []


def test_two_who_release_everything_at_once_release_it_once(toy, admins, monkeypatch):
    first, second = admins
    stops.stop_all(first, "fire")
    just_before_it_looks(monkeypatch, lambda: stops.release_all(first))
    assert stops.release_all(second) is False
    assert Event.objects.filter(project=toy.pk, kind="latch.released").count() == 1
    assert Latch.objects.get().released_by == str(first)


def test_a_project_that_is_brought_while_everything_is_stopped_stands_still_and_is_whole(loop, toy, admins):
    stops.stop_all(admins[0], "fire")
    other = world.project("Other")
    assert list(problems(other)) == []
    stops.release_all(admins[0])
    assert list(problems(toy)) == list(problems(other)) == []


def test_a_closed_gate_is_not_taken_over_and_no_claim_of_it_is_left(loop, toy, gate, bob, alice):
    claims.claim(bob, gate)
    stops.abort(alice, gate.round.run, "wrong data")
    with pytest.raises(Conflict, match="nothing to claim"):
        claims.take_over(alice, gate)
    sweep()
    assert not Claim.objects.exists()
    settle(loop, gate.round.run)
