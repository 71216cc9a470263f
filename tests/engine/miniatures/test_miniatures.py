"""Miniature benchmarks: what they claim about nothing and about mate choice, on few seeds."""

import re

import pytest

from apps.engine import miniatures, registry
from apps.engine.miniatures import honest_zero, mate_choice
from apps.engine.statistics import rank_sum_p

ARMS = ("mate_choice", "random_mate", "genetic_programming")


@pytest.fixture
def brief(monkeypatch):
    """Runs of seconds instead of minutes."""
    monkeypatch.setattr(honest_zero, "SIZES", (24,))
    monkeypatch.setattr(mate_choice, "CANDIDATES", 60)
    monkeypatch.setattr(mate_choice, "POPULATION", 20)


def carried_out(name, cells):
    return [(cell, miniatures.run_cell(name, cell)) for cell in cells]


@pytest.mark.parametrize("name", miniatures.names())
def test_a_miniature_says_what_it_claims_and_whose_claim_it_is(name):
    assert len(miniatures.claim(name)) > 20
    assert re.search(r"\b(19|20)\d\d\b", miniatures.module(name).__doc__)
    assert miniatures.get(name).seeds >= 20


def test_an_unknown_miniature_is_answered_with_the_known_ones():
    with pytest.raises(LookupError, match="honest_zero, mate_choice"):
        miniatures.get("honest_one")


def test_the_honest_zero_is_run_with_every_method_and_nothing_gains(brief):
    cells = honest_zero.cells(1)
    assert {"null_run", "hill_climb", "best_of_n", *ARMS} <= {cell[0] for cell in cells} <= set(registry.names())
    found = carried_out("honest_zero", cells)
    assert all(figures["raw"] > 0.05 for _, figures in found), "the best of many noisy scores looks like a gain"
    covered = sum(figures["low"] <= 0 <= figures["high"] for _, figures in found)
    assert covered >= len(found) - 2
    report = honest_zero.report(found)
    assert report.findings[-1].endswith("Holm: none.")
    assert len(report.tables[0].rows) == len(cells)


def test_equal_cells_give_equal_figures(brief):
    for name, cell in (("honest_zero", ("hill_climb", 24, 3)), ("mate_choice", ("koza_1", 0.5, "mate_choice", 3))):
        assert miniatures.run_cell(name, cell) == miniatures.run_cell(name, cell)


def test_mate_choice_is_three_problems_two_rates_three_methods_and_thirty_seeds(brief):
    cells = mate_choice.cells(mate_choice.MINIATURE.seeds)
    assert len(cells) == len(set(cells)) == 3 * 2 * 3 * 30
    found = carried_out("mate_choice", [cell for cell in cells if cell[3] < 2 and cell[0] == "nguyen_1"])
    runs, tests = mate_choice.report(found).tables
    assert [row[2] for row in runs.rows] == [*ARMS, *ARMS]
    assert all(0 < row[5] <= 1 and row[6] > 0 for row in runs.rows)
    assert {row[2] for row in tests.rows} == set(ARMS[1:])


def test_a_difference_that_is_there_is_told_with_its_direction(brief):
    figures = {"solved": False, "best": 0.5, "distinct": 0.2, "distance": 1.0, "nodes": 5.0}
    found = []
    for cell in mate_choice.cells(30):
        chooses, step = cell[2] == "mate_choice", cell[3] / 1000
        found.append((cell, {**figures, "solved": chooses, "distinct": 0.2 + step, "distance": 1 + step - chooses}))
    for finding in mate_choice.report(found).findings:
        assert "solved higher in 6, lower in 0" in finding
        assert "distinct higher in 0, lower in 0" in finding
        assert "distance higher in 0, lower in 6" in finding


def test_the_rank_sum_test_sees_a_shift_and_nothing_where_nothing_differs():
    assert rank_sum_p([1.0] * 5, [1.0] * 7) == 1.0
    assert rank_sum_p(list(range(10)), list(range(20, 30))) < 0.001
    assert rank_sum_p([1, 4, 6, 7], [2, 3, 5, 8]) > 0.5
    with pytest.raises(ValueError, match="both sides"):
        rank_sum_p([], [1.0])
