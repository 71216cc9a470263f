"""The honest zero: edits that change nothing gain nothing, once the selection among noisy scores is corrected."""

import pytest

from apps.engine.canonical import decode
from apps.records.models import Effect, Verdict
from apps.rounds.opening import open_book
from tests.rounds import world

SEEDS = 4


@pytest.mark.django_db(transaction=True)
def test_no_op_edits_on_noisy_tasks_report_a_corrected_gain_that_covers_zero():
    covered, uncorrected = 0, []
    for seed in range(SEEDS):
        loop = world.new_loop()
        noisy = world.project(f"Noisy {seed}", evaluator=world.NOISY, tasks=24, repeatable=False)
        run = world.begin(loop, noisy, world.order("null_run", 60, seed=seed, parallel=2))
        result = decode(bytes(world.finish(loop, run).result))
        loop.close()
        gain = result["corrected_gain"]
        covered += gain["low"] <= 0 <= gain["high"]
        uncorrected.append(result["best_score"] - 0.5)
        promoted = Verdict.objects.filter(candidate__run=run, decision="promote").count()
        assert promoted == 1, "only the first champion: nothing better was there to promote"
    assert min(uncorrected) > 0.1, "the selection alone looks like a gain, or this test proves nothing"
    assert covered >= SEEDS - 1


@pytest.mark.django_db(transaction=True)
def test_a_real_gain_is_still_found_after_the_correction():
    better = """
import random
def score(given, expected, output, seed):
    return output[0] + 0.01 * random.Random(seed).random()
"""
    loop = world.new_loop()
    project = world.project("Better", evaluator=better, tasks=8, gate=12, repeatable=False)
    run = world.finish(loop, world.begin(loop, project, world.order(candidates=40)))
    loop.close()
    result = decode(bytes(run.result))
    assert result["corrected_gain"]["low"] > 0
    assert result["gate_score"] is not None
    assert Verdict.objects.filter(candidate__run=run, decision="promote").count() > 1
    project.refresh_from_db()
    assert project.champion % (1 << 32) > 0
    confirmed = 0
    for look, row in enumerate(promotions(run), start=1):
        rule = decode(bytes(row.asked))["rule"]
        assert (rule["look"], rule["confirmed"]) == (look, confirmed)
        confirmed += decode(bytes(row.answer))["done"]["decision"] == "promote"
    assert confirmed == Verdict.objects.filter(candidate__run=run, by="rule:confirmed_gain").count() > 0


def promotions(run):
    """Looks of a run, in their order."""
    rows = Effect.objects.filter(round__run=run, kind="promote").order_by("round", "position")
    return [row for row in rows if decode(bytes(row.asked))["rule"]["name"] == "confirmed_gain"]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_taken_up_again_knows_what_its_looks_confirmed():
    loop = world.new_loop()
    project = world.project("Again", tasks=8, gate=12, repeatable=False)
    run = world.finish(loop, world.begin(loop, project, world.order(candidates=20)))
    loop.close()
    found = Verdict.objects.filter(candidate__run=run, by="rule:confirmed_gain").count()
    assert found > 0
    assert open_book(run, "another", claims=True).confirmed == found
