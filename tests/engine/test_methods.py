"""Every method passes the conformance suite; a new file in methods/ is tested the moment it exists."""

import pytest

from apps.engine import registry
from apps.engine.testing import conformance


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", registry.names())
def test_method(name, check):
    check(name)


def test_an_unknown_method_is_answered_with_the_known_ones():
    with pytest.raises(LookupError, match="best_of_n, .*hill_climb, .*null_run"):
        registry.get("hil_climb")


def test_an_unknown_parameter_is_named():
    with pytest.raises(ValueError, match="sigmaa"):
        registry.get("hill_climb").settings({"sigmaa": 1})
