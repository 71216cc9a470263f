"""Rulings: a mode is a table, and what the table does not know is held."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.oversight.rules import GO, MODES, POINTS, Facts, Hold, Rule, Table, from_bytes, preset, to_bytes
from apps.projects.vocabulary import MODES as DECLARED

GROWING = Facts("grow")
whens = st.sampled_from(["before", "after"])
tables = st.lists(st.builds(Rule, st.sampled_from(POINTS), whens, st.just("gate"), st.floats(0, 100)), max_size=6)


def test_every_mode_that_a_project_may_name_has_a_table():
    assert set(MODES) == set(DECLARED)


@pytest.mark.parametrize("kind", [*POINTS, "compare"])
def test_full_auto_holds_nothing(kind):
    table = Table(preset("full-auto"))
    assert all(table.rule(kind, when, GROWING) is GO for when in ("before", "after"))


@pytest.mark.parametrize("kind", [*POINTS, "compare"])
def test_step_by_step_holds_every_kind_once(kind):
    table = Table(preset("step-by-step"))
    assert sum(isinstance(table.rule(kind, when, GROWING), Hold) for when in ("before", "after")) == 1


def test_gate_only_has_three_gates_and_the_second_only_for_what_is_expensive():
    table = Table(preset("gate-only"))
    assert isinstance(table.rule("propose", "after", GROWING), Hold)
    assert isinstance(table.rule("promote", "before", GROWING), Hold)
    assert table.rule("measure", "before", Facts("grow", 59)) is GO
    assert isinstance(table.rule("measure", "before", Facts("grow", 61)), Hold)
    assert isinstance(table.rule("compare", "before", Facts("grow", 61)), Hold)


@given(tables, st.text(max_size=8).filter(lambda kind: kind not in (*POINTS, "compare", "together")), whens)
def test_a_kind_that_no_table_knows_is_held(rules, kind, when):
    assert isinstance(Table(rules).rule(kind, when, GROWING), Hold)


@given(tables, st.sampled_from(POINTS), whens, st.text(max_size=8).filter(lambda word: word not in ("gate", "auto")))
def test_an_action_that_nobody_knows_holds(rules, point, when, action):
    table = Table([Rule(point, when, action), *rules])
    assert isinstance(table.rule(point, when, GROWING), Hold)


@pytest.mark.parametrize(
    "rule", [Rule("measure", "during"), Rule("ask", "before"), Rule("measure", "before", "gate", nan)]
)
def test_a_rule_that_this_version_does_not_understand_holds(rule):
    assert isinstance(Table([rule]).rule("measure", "before", GROWING), Hold)


@given(tables, st.builds(Rule, st.sampled_from(POINTS), whens), st.sampled_from(POINTS), whens, st.floats(0, 200))
def test_another_rule_never_opens_a_gate(rules, added, kind, when, seconds):
    facts = Facts("grow", seconds)
    if isinstance(Table(rules).rule(kind, when, facts), Hold):
        assert isinstance(Table([*rules, added]).rule(kind, when, facts), Hold)


@given(tables)
def test_a_table_comes_back_from_the_database_as_it_was(rules):
    kept, fresh = from_bytes(to_bytes(rules)), Table(rules)
    for point in POINTS:
        for when in ("before", "after"):
            facts = Facts("grow", 50)
            assert type(kept.rule(point, when, facts)) is type(fresh.rule(point, when, facts))


def test_an_unknown_mode_names_the_known_ones():
    with pytest.raises(LookupError, match="full-auto, gate-only, step-by-step"):
        preset("full_auto")
