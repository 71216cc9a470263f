"""Kinds of edits are drawn by weight, and a crossover needs somebody to cross with."""

from collections import Counter
from random import Random

import pytest

from apps.engine.asking import Material
from apps.engine.edit_kinds import CROSS, DIFF, FULL, drawn_kind
from apps.engine.records import Chosen

BASE, OTHER, THIRD = (Chosen(number, 1.0, {"main.py": f"C = {number}\n"}) for number in range(3))


def drawn(weights, others):
    dice = Random(3)
    return Counter(drawn_kind(weights, Material([BASE], others), dice)[0].operator for _ in range(2000))


def test_shares_are_those_of_the_weights():
    found = drawn((0.6, 0.3, 0.1), [OTHER])
    for kind, share in ((DIFF, 0.6), (FULL, 0.3), (CROSS, 0.1)):
        assert found[kind.operator] / 2000 == pytest.approx(share, abs=0.04)


def test_without_another_program_nothing_is_crossed():
    assert set(drawn((0.6, 0.3, 0.1), [])) == {DIFF.operator, FULL.operator}
    assert set(drawn((0.0, 0.0, 1.0), [])) == {DIFF.operator}


def test_the_other_parent_is_no_inspiration_any_more():
    _, material = drawn_kind((0.0, 0.0, 1.0), Material([BASE], [OTHER, THIRD]), Random(1))
    assert material.parents[0] is BASE
    numbers = {each.number for each in (*material.parents, *material.inspirations)}
    assert (len(material.parents), len(material.inspirations), numbers) == (2, 1, {0, 1, 2})
