"""The landscapes are what they say, and the table of methods on them says who is ahead of the climber."""

import pytest

from apps.engine import registry
from apps.engine.testing.landscapes import CLIMBER, DECEPTIVE, SMOOTH, best_after, smooth, trap
from bench.landscapes import Found, Job, asking, rows, run


def steps(height):
    return [height(number / 1000) for number in range(1001)]


def test_on_the_smooth_landscape_every_way_up_leads_to_the_only_top():
    heights = steps(smooth)
    top = heights.index(max(heights))
    assert heights[top] == pytest.approx(1.0)
    assert heights[: top + 1] == sorted(heights[: top + 1])
    assert heights[top:] == sorted(heights[top:], reverse=True)


def test_a_trap_leads_from_everywhere_about_the_seed_to_its_lower_top():
    heights = steps(trap)
    assert (heights[0], heights[700], heights[1000]) == pytest.approx((0.8, 0.0, 1.0))
    assert heights[400:601] == sorted(heights[400:601], reverse=True)
    assert sum(height > 0.8 for height in heights) < 70, "the better top is narrow"


@pytest.mark.parametrize("land", [SMOOTH, DECEPTIVE])
def test_seeds_lie_about_the_middle_and_what_is_no_number_is_a_failure(land):
    texts = land.seed_texts(3)
    assert land.seed_texts(3) == texts != land.seed_texts(4)
    assert land.score({"main.py": "C = [a, b, c]"}, "0", 0).score is None
    assert land.score({"main.py": "C = [-9.0, 0.5, 0.5]"}, "0", 0).score == land.height(0.0)


def test_a_run_goes_on_from_mark_to_mark():
    world = SMOOTH.world(CLIMBER, 1)
    first, second = best_after(world, (10, 30))
    assert (first <= second, world.measured) == (True, 30)


def test_every_method_that_asks_is_among_them_and_runs_are_the_same_again():
    assert {"alphaevolve", "openevolve", "shinka", "guided_evolution"} <= set(asking()) <= set(registry.names())
    job = Job("shinka", "deceptive", 3, 1, (5, 10))
    assert run(job) == run(job)
    assert run(job._replace(method="climber")).calls == 1.0


def test_the_table_says_who_is_ahead_and_who_is_level():
    def found(shift):
        return [Found([0.5 + seed / 100, 0.5 + seed / 100 + shift], 1.0, 3.0) for seed in range(10)]

    lines = {line[0]: line for line in rows({"climber": found(0), "up": found(0.1), "down": found(-0.1)}, (10, 20))}
    assert lines["up"][2::2][:2] == ("level", "ahead")
    assert lines["down"][2::2][:2] == ("level", "behind")
    assert lines["climber"][2] == "baseline"
    assert next(iter(lines)) == "up"
