"""How far a method's claim is shown here, as the registry reads it from the method's file."""

from types import ModuleType

from apps.engine import registry
from apps.engine.evidence import Evidence


def test_a_method_that_says_nothing_of_it_has_shown_nothing():
    assert registry.shown("null_run") == Evidence()


def test_what_is_not_shown_yet_is_said(monkeypatch):
    said = ModuleType("said")
    said.SHOWN = Evidence(mechanism="tests/engine/methods/test_mine.py")
    monkeypatch.setattr(registry, "module", lambda name: said)
    steps = registry.shown("mine").steps
    assert steps[0] == ("mechanism", "tests/engine/methods/test_mine.py")
    assert [by for _, by in steps[1:]] == ["not yet", "not yet"]
