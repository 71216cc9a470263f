"""Names that people and programs choose may be words that templates use themselves."""

from django.test import Client
from factory import Play


def test_a_metric_that_is_called_items_is_a_metric_like_others(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    measured = play.measured(made, 1.0, metrics={"items": 3.5, "keys": 2.5})
    page = f"/projects/parabola/runs/1/candidates/{made.number}/"
    for address in (page, f"{page}trajectories/{measured.pk}/"):
        shown = as_bob.get(address).content.decode()
        assert "items" in shown
        assert "3.5" in shown


def test_a_method_s_parameter_may_be_called_items(as_alice: Client, play: Play) -> None:
    assert as_alice.get("/experiments/new").status_code == 200
