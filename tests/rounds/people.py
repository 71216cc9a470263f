"""People at the gates of a run that a test drives: how they look, say and go on."""

from apps.accounts.actors import Actor
from apps.oversight import selectors
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.records.models import Effect
from tests.rounds import world


def settle(loop, run):
    """Drive until everything waits or the run has ended."""
    for _ in range(200):  # many, because a machine may be slow
        if not loop.turn(0.3):
            break
    run.refresh_from_db()


def gates(run, kind=""):
    """What is held, oldest first; of one kind where one is named."""
    held = Effect.objects.filter(round__run=run, state__startswith="held").select_related("round__run__project")
    return list((held.filter(kind=kind) if kind else held).order_by("pk"))


def say(actor, effect, decision, reason="", key="", **more):
    seen = selectors.shown(effect).hex()
    key = key or f"{effect.pk}{effect.state}{effect.revision}{decision}"
    return answers.answer(actor, effect, Reply(decision, reason, effect.revision, seen, key, **more))


def begin(loop, project, mode, **more):
    run = world.begin(loop, project, world.order(mode=mode, **more))
    settle(loop, run)
    return run


def approve_until(loop, run, actor, kind):
    """Approve whatever waits until a gate of this kind does; that one."""
    for _ in range(200):
        if found := gates(run, kind):
            return found[0]
        assert run.state == "open", f"the run ended before anything of the kind {kind} was held"
        for gate in gates(run):
            say(actor, gate, "approve")
        settle(loop, run)
    raise AssertionError(f"nothing of the kind {kind} was held")


def approve_all(loop, run, actor):
    """Approve whatever waits until the run has ended."""
    for _ in range(200):
        if run.state != "open":
            return
        for gate in gates(run):
            say(actor, gate, "approve")
        settle(loop, run)
    raise AssertionError(f"{run} did not end")


def maintainer(project):
    """Alice, who maintains the project."""
    known = project.memberships.filter(user__username="alice").first()
    return Actor.person(known.user) if known else world.member(project, "alice", "maintainer")
