"""What a method that asks models goes by, on its run's page: warnings, repairs, clades, the way to other views."""

from typing import Any

import modelled
import pytest
from django.test import Client
from django.urls import reverse
from factory import Cast, Play, grown

from apps.engine import registry
from apps.engine.canonical import encode
from apps.records.models import Snapshot

RUN = "/projects/parabola/runs/1/"
DAMAGES, MENDS = [40.0, 2.0, 40.0, 12.0], [40.0, 12.0, 40.0, 2.0]
REPAIRS = {"open": 1, "drafts": [20, 2], "errors": [["value", 6, 3], ["<b>", 1, 0]], "attempts": [[1, 8, 4], [2, 4, 0]]}
CLADES = {"measure": True, "made": 7, "measurements": 31, "trusted": 2, "best": [[1, 0.5, 2, 7.0, 8]]}


def shown(client: Client, people: Cast, method: str, **memory: Any) -> str:
    play = asking(people, method)
    Snapshot.objects.filter(run=play.run).update(memory=encode(memory))
    return " ".join(client.get(RUN).content.decode().split())


def asking(people: Cast, method: str) -> Play:
    play = grown(people.project, method=method)
    modelled.lively(play, 20)
    return play


def test_a_run_that_refines_warns_where_damage_is_likelier(as_bob: Client, people: Cast) -> None:
    page = shown(as_bob, people, "dser", refinements=DAMAGES)
    assert "Improvement is not likelier than damage here" in page
    assert page.index("Improvement is not likelier") < page.index("Best score")


@pytest.mark.parametrize("told", [{"refinements": MENDS}, {"refinements": [2.0, 0.0, 2.0, 2.0]}, {}])
def test_it_does_not_where_mending_is_likelier_or_little_is_known(
    as_bob: Client, people: Cast, told: dict[str, Any]
) -> None:
    assert "likelier than damage" not in shown(as_bob, people, "dser", **told)


def test_repairs_stand_beside_drafts(as_bob: Client, people: Cast) -> None:
    page = shown(as_bob, people, "self_repair", repairs=REPAIRS)
    assert 'Round 1 of repair</th><td class="num">8</td><td class="num">50 %' in page
    assert 'All repairs</th><td class="num">12</td><td class="num">33 %' in page
    assert 'Drafts</th><td class="num">20</td><td class="num">10 %' in page
    assert "an index, a key or a value was out of range" in page
    assert "1 candidate may still be repaired" in page


def test_clades_say_what_is_done_next_and_who_is_trusted(as_bob: Client, people: Cast) -> None:
    page = shown(as_bob, people, "hgm", clades=CLADES)
    assert "Next it measures what it has: 7 candidates, 31 measurements." in page
    assert f'Best belief: <a href="{RUN}candidates/2/">candidate 2</a>' in page
    assert '80 % <span class="muted">of 8</span>' in page  # (1 + 7) / (2 + 8)


def test_lineages_say_whom_the_next_parent_is_drawn_from(as_bob: Client, people: Cast) -> None:
    page = shown(as_bob, people, "dgm", lineages=[[2, 0.75, 1], [0, 0.25, 4]])
    assert "Whom the next parent is likeliest drawn from" in page
    assert page.index("75 %") < page.index("25 %")


VIEWS = {
    "shinka": ("operators", "draws the model of the highest bound"),
    "alphaevolve": ("map", "Candidate"),
    "openevolve": ("map", "Candidate"),
    "gepa": ("front", "Best on which tasks"),
}


@pytest.mark.parametrize("method", VIEWS)
def test_what_a_method_goes_by_is_a_link_away(as_bob: Client, people: Cast, method: str) -> None:
    view, said = VIEWS[method]
    page = shown(as_bob, people, method)
    assert f'{method} goes by <a href="{RUN}{view}/">' in page
    there = as_bob.get(f"{RUN}{view}/")
    assert there.status_code == 200
    assert said in there.content.decode()


def test_every_view_that_a_method_names_is_one_of_a_run() -> None:
    named = [recipe.goes_by for recipe in map(registry.get, registry.names()) if recipe.goes_by]
    assert len(named) >= len(VIEWS)
    for each in named:
        assert each.what
        assert reverse(f"run-{each.view}", args=["parabola", 1]) == f"{RUN}{each.view}/"


def test_a_run_of_a_method_that_is_gone_leads_nowhere(as_bob: Client, people: Cast) -> None:
    assert "goes by <a" not in shown(as_bob, people, "of_old")
