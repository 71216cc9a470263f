"""Choosing a method for a project: those that can work on it first, the others with what they lack."""

import re
from html import unescape

import pytest
from django.test import Client
from factory import Cast, Play

from apps.engine import registry
from apps.oversight.models import Latch
from apps.projects.models import Component, Project
from apps.records.models import Run

NEW = "/projects/parabola/runs/new"


def groups(client: Client) -> dict[str, list[str]]:
    """Methods to choose from, by the heading that they stand under."""
    select = client.get(NEW).content.decode().partition('<select name="method"')[2].partition("</select>")[0]
    found = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', select, re.S)
    return {title: re.findall(r'<option value="(\w+)"', options) for title, options in found}


def test_every_method_can_be_chosen_and_is_told_by_its_claim(as_alice: Client, people: Cast) -> None:
    offered = groups(as_alice)
    assert sorted(name for names in offered.values() for name in names) == list(registry.names())
    shown = unescape(as_alice.get(NEW).content.decode())
    assert all(registry.claim(name) in shown for name in registry.names())


def test_what_a_method_lacks_stands_beside_it_until_it_is_there(as_alice: Client, people: Cast) -> None:
    assert "cma_es" in groups(as_alice)["Lacking something here"]
    assert "It does not fit: there is no number in what may be edited" in as_alice.get(NEW).content.decode()
    Component.objects.update(content=b"def answer(task):\n    return 1.5 * task + 2.25\n")
    assert "cma_es" in groups(as_alice)["For this project"]


def test_the_chosen_method_is_told_with_what_can_be_set(as_alice: Client, people: Cast) -> None:
    page = as_alice.get(f"{NEW}?region=estimate&method=islands").content.decode()
    assert registry.claim("islands") in unescape(page)
    assert all(f"<code>{name}</code>" in page for name in registry.get("islands").parameters)


@pytest.mark.parametrize("query", ["", "?region=estimate", "?like=1"])
def test_where_the_method_of_before_is_gone_the_form_offers_another(as_alice: Client, play: Play, query: str) -> None:
    Project.objects.update(method="of_old", parameters={"gone": 1})
    Run.objects.update(method="of_old")
    response = as_alice.get(NEW + query, headers={"HX-Request": "true"})
    assert response.status_code == 200
    page = response.content.decode()
    assert registry.claim("hill_climb") in unescape(page)
    assert "gone = 1" not in page


def test_a_method_that_does_not_fit_is_told_in_the_form(as_alice: Client, people: Cast) -> None:
    sent = {"method": "cma_es", "candidates": 5, "parallel": 1, "seed": 0, "mode": "full-auto"}
    response = as_alice.post(NEW, sent)
    assert response.status_code == 422
    assert "there is no number in what may be edited" in response.content.decode()


def test_while_everything_is_stopped_the_form_says_so(as_alice: Client, people: Cast) -> None:
    Latch.objects.create(reason="a fire", set_by="system")
    sent = {"method": "best_of_n", "candidates": 5, "parallel": 1, "seed": 0, "mode": "full-auto"}
    response = as_alice.post(NEW, sent)
    assert response.status_code == 422
    assert "Everything here is stopped (a fire)" in response.content.decode()
