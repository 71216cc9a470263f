"""manage.py reproduce: what there is, a report on the screen and in a file, and what is asked wrongly."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.engine import miniatures
from apps.engine.miniatures.protocol import Miniature, Report, Table


@pytest.fixture
def tiny(monkeypatch):
    """A miniature of three runs."""
    made = Miniature(
        3,
        lambda seeds: [(seed,) for seed in range(seeds)],
        lambda cell: {"square": cell[0] ** 2 / 3},
        lambda found: Report(
            [Table("Squares", ("seed", "a third"), [(c[0], f["square"]) for c, f in found])], ["Fine."]
        ),
    )
    monkeypatch.setattr(miniatures, "get", lambda name: made)
    monkeypatch.setattr(miniatures, "claim", lambda name: "Squares grow.")


def reproduce(*arguments):
    out = StringIO()
    call_command("reproduce", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_without_a_name_it_lists_what_there_is():
    listed = reproduce()
    assert all(f"{name} " in listed and miniatures.claim(name) in listed for name in miniatures.names())


def test_the_report_is_printed_and_written(tiny, tmp_path):
    printed = reproduce("squares", "--out", str(tmp_path / "report.md"))
    assert "| 2 | 1.33 |" in printed
    assert "- Fine." in printed
    assert "3 runs in" in printed
    assert (tmp_path / "report.md").read_text().strip() == printed.strip()


def test_fewer_seeds_may_be_asked_for(tiny):
    assert "| 1 |" not in reproduce("squares", "--seeds", "1")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(CommandError, match="honest_zero, mate_choice"):
        reproduce("honest_one")


@pytest.mark.parametrize("option", ["--seeds", "--jobs"])
def test_nothing_below_one_makes_sense(tiny, option):
    with pytest.raises(CommandError, match="at least 1"):
        reproduce("squares", option, "0")
