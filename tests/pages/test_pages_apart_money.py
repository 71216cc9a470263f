"""Telling apart the parts of what is measured through a model costs calls: how many, and what they cost, is said."""

from html import unescape

import modelled
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Play

from apps.engine.canonical import encode
from apps.engine.setup import Voice, ensembles_payload
from apps.projects.models import Project
from apps.records.models import Run

PAGE = "/projects/parabola/runs/1/candidates/5/parts"
TEXT = "a = 0\n#\n#\nb = 0\n"


@pytest.mark.parametrize(
    ("price", "told"), [(2.0, "0.0920<small>for 4 calls, a guess"), (None, "no price of small is known")]
)
def test_calls_and_money_are_said_before(as_bob: Client, play: Play, price: float | None, told: str) -> None:
    modelled.model("small", price=price)
    Project.objects.update(worker={"role": "worker"})
    Run.objects.update(ensembles=encode(ensembles_payload({"worker": (Voice("small"),)})))
    for text, parents in ((TEXT, (0,)), (TEXT.replace("= 0", "= 1"), (4,))):
        play.measured(play.candidate(text, parents=parents), 1.0)
    as_bob.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        shown = " ".join(unescape(as_bob.get(PAGE).content.decode()).split())
    assert told in shown
    assert len(caught) <= 12, [query["sql"][:200] for query in caught]
