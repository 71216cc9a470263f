"""Attacks that look for something do find it where no sandbox is: a test that could not fail would prove nothing."""

import json
from types import ModuleType

import pytest
from ranges import Range, attacks


@pytest.mark.parametrize(
    "attack",
    [attack for attack in attacks() if hasattr(attack, "REAL")],
    ids=lambda attack: attack.__name__.removeprefix("attack_"),
)
def test_attack_succeeds_without_isolation(attack: ModuleType, open_range: Range) -> None:
    measured = open_range.run(attack.PROGRAM)
    assert measured.failure == "", measured.detail
    assert json.loads(measured.output) != []
