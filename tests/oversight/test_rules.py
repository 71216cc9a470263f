"""Rulings: a mode is a table, and what the table does not know is held."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.oversight.rules import (
    GO,
    MODES,
    POINTS,
    Facts,
    Hold,
    Revert,
    Rule,
    Table,
    by_contract,
    from_bytes,
    preset,
    to_bytes,
)
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
def test_step_by_step_holds_every_kind_once_and_a_question_also_for_its_reply(kind):
    table = Table(preset("step-by-step"))
    held = sum(isinstance(table.rule(kind, when, GROWING), Hold) for when in ("before", "after"))
    assert held == (2 if kind == "ask" else 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_gate_only_lets_questions_go(when):
    assert Table(preset("gate-only")).rule("ask", when, GROWING) is GO


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
    "rule", [Rule("measure", "during"), Rule("learn", "before"), Rule("measure", "before", "gate", nan)]
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


HARMFUL = Facts("grow", contract="harmful")


@pytest.mark.parametrize(
    ("consequences", "ruling"), [({"harmful": "gate"}, Hold), ({"harmful": "revert"}, Revert), ({}, type(GO))]
)
def test_what_a_contract_came_to_leads_to_what_the_policy_says(consequences, ruling):
    table = Table(by_contract(consequences | {"could_not_be_told": "nothing"}))
    assert isinstance(table.rule("judge", "after", HARMFUL), ruling)
    assert all(table.rule("judge", "after", Facts("grow", contract=word)) is GO for word in ("", "effective"))


@given(tables, st.sampled_from(("harmful", "ineffective")), st.sampled_from(("gate", "revert")))
def test_people_who_are_asked_anyway_are_not_passed_over_by_a_revert(rules, word, action):
    gated = Table([*by_contract({word: action}), Rule("judge", "after"), *rules])
    assert isinstance(gated.rule("judge", "after", HARMFUL), Hold)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("judge", "after", "revert"),
        Rule("judge", "after", "revert", contract="vile"),
        Rule("judge", "before", contract="harmful"),
    ],
)
def test_a_row_about_contracts_that_nobody_understands_holds_and_never_reverts(rule):
    assert isinstance(Table([rule]).rule("judge", rule.when, HARMFUL), Hold)


@pytest.mark.parametrize("kind", ["plant", "measure", "control", "conclude", "again"])
def test_what_people_made_or_nobody_proposed_is_not_reverted_by_a_policy(kind):
    assert Table(by_contract({"harmful": "revert"})).rule("judge", "after", Facts(kind, contract="harmful")) is GO


def test_an_unknown_mode_names_the_known_ones():
    with pytest.raises(LookupError, match="full-auto, gate-only, step-by-step"):
        preset("full_auto")
