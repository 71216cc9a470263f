"""Miniatures of bench.false_promotions and bench.worlds: few enough runs to take seconds, and rules that must fail."""

from statistics import mean

from bench import false_promotions, worlds


def test_looking_after_every_candidate_hardly_ever_promotes_what_is_no_better():
    found = false_promotions.nulls(false_promotions.trading, seeds=range(30), candidates=15)
    assert found.looks > 5 * found.runs, "without looks there is nothing to go wrong"
    assert found.false <= 5  # of 30; above that has a chance of 0.3 % where the rate is 5 %


def test_a_rule_that_forgets_how_often_it_looked_is_caught():
    ledger, broken = (each(false_promotions.uneven, range(20), 30).false for each in NULLS)
    assert broken >= ledger + 3


NULLS = (false_promotions.nulls, false_promotions.broken)


def test_the_stated_effect_is_confirmed_four_times_of_five():
    _, confirmed, *_, looked = false_promotions.power(false_promotions.uneven, look=3, seeds=range(60))
    assert looked > 0.9
    assert confirmed >= 0.68  # 80 % but for the chance of 60 runs


def test_greedy_search_with_tested_promotion_gets_further_than_admitting_what_is_significant():
    tested, admitted = (worlds.ended(worlds.ARMS[name], 0.05, 0.15, seeds=3) for name in ("racing", "significant"))
    assert mean(each.champion for each in tested) > 2 * mean(each.champion for each in admitted)


def test_no_run_spends_more_than_its_budget():
    for arm in worlds.ARMS.values():
        world = worlds.World(0.1, 0.15, worlds.np.random.default_rng(1))
        arm(world)
        assert 0 <= world.left < 2 * worlds.TASKS
