"""More of a run: a larger budget, the same again, a new run that goes on from any candidate."""

import pytest

from apps.accounts.actors import Actor
from apps.common.errors import Conflict, UserError
from apps.common.ids import row_id
from apps.engine.canonical import decode
from apps.oversight.models import Latch
from apps.oversight.services import verdicts
from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Run
from apps.rounds import again, baselines, sweep
from apps.rounds.start import Order, order_of, start
from apps.rounds.verify import problems
from tests.rounds import people, world

SYSTEM = Actor.system()


def candidate(run, number):
    return CandidateEdit.objects.get(pk=row_id(run.pk, number))


def test_a_budget_that_grew_on_the_way_gives_the_run_that_had_it_from_the_start(toy, loop):
    run = world.begin(loop, toy, world.order(candidates=4))
    while run.measured < 2:
        loop.turn(0.01)
        run.refresh_from_db()
    again.extend(SYSTEM, run, 12, None)
    grown = world.finish(loop, run)
    whole = world.finish(loop, world.begin(loop, toy, world.order(candidates=12)))
    assert (grown.measured, grown.candidates) == (12, 12)
    assert archive_digest(grown) == archive_digest(whole)
    assert list(problems(toy)) == []


def test_a_budget_that_nobody_gave_is_found(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=3)))
    Run.objects.filter(pk=run.pk).update(candidates=30)
    assert "run 1 is not what the log says was started" in list(problems(toy))


@pytest.mark.parametrize("candidates", [2, 20_000_000])
def test_a_budget_only_grows(toy, loop, candidates):
    run = world.begin(loop, toy, world.order(candidates=5))
    with pytest.raises(UserError, match="The budget can only grow"):
        again.extend(SYSTEM, run, candidates, None)


def test_a_budget_of_seconds_only_grows_too(toy, loop):
    run = world.begin(loop, toy, world.order(candidates=5, seconds=60.0))
    for less in (30.0, 0.5):
        with pytest.raises(UserError, match="can only grow, and it has 60 seconds"):
            again.extend(SYSTEM, run, 9, less)
    again.extend(SYSTEM, run, 9, None)
    run.refresh_from_db()
    assert (run.candidates, run.seconds) == (9, None)


def test_a_run_that_ended_or_is_told_to_end_gets_no_more(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=2)))
    with pytest.raises(Conflict, match="Go on from its best candidate with a new run"):
        again.extend(SYSTEM, run, 9, None)


def test_a_new_run_begins_with_any_candidate_of_another(toy, loop):
    first = world.finish(loop, world.begin(loop, toy, world.order(candidates=6)))
    chosen = candidate(first, 4)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=3, origin=chosen.pk)))
    planted = candidate(run, 0)
    assert planted.content_digest == chosen.content_digest
    assert (planted.base, planted.score) == (None, chosen.score)
    assert decode(bytes(planted.parents)) == {"parents": [], "origin": chosen.pk}
    assert decode(bytes(planted.authors))["operator"] == "continued"
    assert list(problems(toy)) == []


def test_such_a_run_goes_on_after_its_process_died(toy, loop):
    first = world.finish(loop, world.begin(loop, toy, world.order(candidates=4)))
    ordered = world.order(candidates=8, origin=row_id(first.pk, 3))
    whole = world.finish(loop, world.begin(loop, toy, ordered))
    dying = world.new_loop()
    run = world.begin(dying, toy, ordered)
    while run.measured < 3:
        dying.turn(0.01)
        run.refresh_from_db()
    world.abandon(dying)
    loop.only = [run.pk]
    assert archive_digest(world.finish(loop, run)) == archive_digest(whole)


def test_another_origin_than_the_log_tells_is_found(toy, loop):
    first = world.finish(loop, world.begin(loop, toy, world.order(candidates=4)))
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=2, origin=row_id(first.pk, 3))))
    Run.objects.filter(pk=run.pk).update(origin=row_id(first.pk, 2))
    assert "run 2 is not what the log says was started" in list(problems(toy))


def refused(project, origin):
    with pytest.raises(UserError) as error:
        start(SYSTEM, project, Order("hill_climb", 3, 1, "full-auto", origin=origin), "bubblewrap")
    return str(error.value)


def test_nothing_goes_on_from_what_was_reverted_has_no_score_or_is_another_projects(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=4)))
    verdicts.revert(people.maintainer(toy), candidate(run, 2), "wrong")
    CandidateEdit.objects.filter(pk=row_id(run.pk, 3)).update(score=None)
    assert refused(toy, row_id(run.pk, 2)) == "Candidate 2 was reverted; nothing goes on from it."
    assert "Candidate 3 has no score" in refused(toy, row_id(run.pk, 3))
    assert "There is no such candidate" in refused(toy, row_id(run.pk, 99))
    assert "There is no such candidate in Other" in refused(world.project("Other"), row_id(run.pk, 1))


def test_the_same_again_is_the_same_run(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=5, seed=9)))
    once_more = world.finish(loop, world.begin(loop, toy, order_of(toy, mode="full-auto", **again.like(run))))
    assert archive_digest(once_more) == archive_digest(run)


def test_further_begins_with_the_best_and_draws_anew(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=8)))
    more = world.finish(loop, world.begin(loop, toy, order_of(toy, mode="full-auto", **again.further(run))))
    assert (more.origin, more.seed) == (row_id(run.pk, run.best), run.seed + 1)
    assert more.best_score >= run.best_score
    assert candidate(more, 1).content_digest != candidate(run, 1).content_digest


def test_baselines_begin_where_their_run_began(toy, loop):
    first = world.finish(loop, world.begin(loop, toy, world.order(candidates=6)))
    chosen = candidate(first, first.best)
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=3, origin=chosen.pk)))
    null = baselines.baseline(run, "null_run", "bubblewrap", loop.slot.name)
    loop.adopt(null)
    world.finish(loop, null)
    assert bytes(candidate(null, 0).content_digest) == bytes(chosen.content_digest)
    assert list(problems(toy)) == []


def test_baselines_that_cannot_start_now_hold_nothing_up(toy, loop):
    run = world.finish(loop, world.begin(loop, toy, world.order(candidates=3, options={"baseline": True})))
    stop = Latch.objects.create(reason="a fire", set_by="system")
    sweep.order_baselines()
    assert not run.baselines.exists()
    stop.delete()
    sweep.order_baselines()
    assert run.baselines.count() == 2
