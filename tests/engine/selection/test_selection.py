from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from apps.engine.effects import rule_payload
from apps.engine.selection import (
    REGISTRY,
    Best,
    Crowded,
    IslandTournament,
    Latest,
    LeastMeasured,
    LinearRank,
    MostNovel,
    PowerLaw,
    Proportional,
    Seed,
    TaskFront,
    Tournament,
    UniformCell,
    Weighted,
    from_payload,
    payload,
)
from apps.engine.selection.anchor import Anchor
from apps.engine.selection.best_here import BestHere
from apps.engine.selection.born_here import BornHere
from apps.engine.selection.by_weight import ByWeight
from apps.engine.selection.clade import BestBelief, CladeThompson, ToMeasure
from apps.engine.selection.explore_exploit import ExploreExploit
from apps.engine.selection.living_tournament import LivingTournament
from apps.engine.selection.merge_pair import MergePair
from apps.engine.selection.power_law import _sums
from apps.engine.selection.to_repair import ToRepair
from apps.engine.selection.ucb import UpperBound
from apps.engine.selection.with_base import WithBase


@dataclass
class Pool:
    """A population of which only the ranking is looked at."""

    ranked: Sequence[int]


RULES = (Best(), Seed(), Tournament(3), LinearRank(1.7), PowerLaw(1.5))
OF_ARCHIVES = (  # tested with their archives and memories
    Anchor(),
    BestBelief(0.1),
    BestHere(1),
    BornHere(1),
    ByWeight(),
    CladeThompson(own=True),
    LivingTournament(3),
    Crowded(),
    ExploreExploit(1),
    IslandTournament(1, 3),
    Latest(),
    LeastMeasured(),
    MostNovel(4),
    Proportional(7),
    MergePair(5),
    TaskFront(),
    ToMeasure(0.5, 3),
    ToRepair(),
    UniformCell(3),
    UpperBound(1.0),
    Weighted(1, 5.0),
    WithBase(3),
)
COUNT, DRAWS = 12, 6000


def chi_square(rule, expected):
    """The statistic of DRAWS draws from COUNT candidates against probabilities by rank."""
    ranked = [100 + place for place in range(COUNT)]
    seen = Counter(rule.choose(Pool(ranked), Random(5), DRAWS))
    assert abs(sum(expected) - 1) < 1e-9
    return sum((seen[number] - DRAWS * p) ** 2 / (DRAWS * p) for number, p in zip(ranked, expected, strict=True) if p)


def tournament(size):
    return [((COUNT - i + 1) ** size - (COUNT - i) ** size) / COUNT**size for i in range(1, COUNT + 1)]


def linear(pressure):
    return [(pressure - 2 * (pressure - 1) * (i - 1) / (COUNT - 1)) / COUNT for i in range(1, COUNT + 1)]


def power(alpha):
    weights = [i**-alpha for i in range(1, COUNT + 1)]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Tournament(1), [1 / COUNT] * COUNT),
        (Tournament(2), tournament(2)),
        (Tournament(5), tournament(5)),
        (LinearRank(1), [1 / COUNT] * COUNT),
        (LinearRank(1.1), linear(1.1)),
        (LinearRank(1.6), linear(1.6)),
        (LinearRank(2), linear(2)),
        (PowerLaw(0), [1 / COUNT] * COUNT),
        (PowerLaw(1), power(1)),
        (PowerLaw(2.5), power(2.5)),
    ],
    ids=repr,
)
def test_frequencies_follow_the_published_formula(rule, expected):
    assert chi_square(rule, expected) < 31.3  # 11 degrees of freedom, p = 0.001


class Watched(Sequence):
    """A ranking that counts how often it is read."""

    def __init__(self, count):
        self.count, self.reads = count, 0

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.reads += 1
        return list(range(*index.indices(self.count))) if isinstance(index, slice) else range(self.count)[index]


@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("count", [1, 2, 100_000])
def test_a_draw_reads_the_ranking_only_where_it_lands(rule, count):
    ranked = Watched(count)
    drawn = rule.choose(Pool(ranked), Random(1), 3)
    assert all(0 <= number < count for number in drawn)
    assert ranked.reads <= 3


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_equal_states_of_the_generator_give_equal_draws(rule):
    ranked = range(50)
    assert rule.choose(Pool(ranked), Random(7), 5) == rule.choose(Pool(ranked), Random(7), 5)
    assert rule.choose(Pool(ranked), Random(7), 0) == []


def test_best_and_seed():
    assert Best().choose(Pool([5, 3, 9]), Random(1), 2) == [5, 3]
    assert Best().choose(Pool([5]), Random(1), 2) == [5]
    assert Seed().choose(Pool([5, 3]), Random(1), 2) == [0, 0]


def test_the_sums_of_a_power_law_are_made_anew_only_when_the_ranking_has_doubled():
    _sums.cache_clear()
    for count in range(1, 1000):
        PowerLaw(1.0).choose(Pool(range(count)), Random(count), 2)
    assert _sums.cache_info().misses == 11
    assert len(_sums(1.0, 10)) == 1024


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_a_rule_survives_the_journal(rule):
    assert from_payload(payload(rule)) == rule
    assert payload(rule) == rule_payload(rule)
    assert payload(rule)["name"] == rule.name


def test_every_rule_is_found():
    assert {type(rule).name: type(rule) for rule in (*RULES, *OF_ARCHIVES)} == REGISTRY


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (
            {"name": "roulette"},
            LookupError,
            "unknown selection rule 'roulette'; known rules: anchor, .*linear_rank",
        ),
        ({}, LookupError, "unknown selection rule None"),
        (
            {"name": "tournament", "sise": 2},
            ValueError,
            "unknown parameter 'sise'; parameters of the rule tournament: size",
        ),
        ({"name": "best", "n": 2}, ValueError, "it has none"),
        ({"name": "tournament", "size": 2.5}, ValueError, "'size' must be of type int, not 2.5"),
        ({"name": "tournament", "size": 0}, ValueError, "at least 1 contestant"),
        ({"name": "linear_rank", "pressure": 2.1}, ValueError, "between 1 and 2"),
        ({"name": "power_law", "alpha": -1}, ValueError, "at least 0"),
        ({"name": "power_law", "alpha": float("nan")}, ValueError, "at least 0"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_reason(data, error, message):
    with pytest.raises(error, match=message):
        from_payload(data)
