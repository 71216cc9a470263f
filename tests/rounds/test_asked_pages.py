"""Pages of a run that really asked a model: they show what was sent, for the candidate that came of it."""

from html import unescape

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.llm.models import Call
from apps.records.models import CandidateEdit
from apps.rounds.foreseen import Foreseen
from tests.rounds import questions, world


@pytest.fixture
def run(loop, toy, monkeypatch, settings):
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]
    questions.known(monkeypatch)
    with questions.server(monkeypatch) as serving:
        made = world.finish(loop, world.begin(loop, toy, world.order(questions.METHOD, 12)))
        made.sent = [message.text for message in serving.messages]
        yield made


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(User.objects.create(username="boss", is_superuser=True))
    return client


def shown(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_each_candidate_shows_the_very_prompt_that_was_sent_for_it(run, boss):
    address = f"/projects/{run.project.slug}/runs/{run.number}/"
    made = CandidateEdit.objects.filter(run=run, base__isnull=False).order_by("pk")
    assert made.count() == len(run.sent) == 12
    for candidate, sent in zip(made, run.sent, strict=True):
        page = shown(boss, f"{address}candidates/{candidate.number}/")
        assert sent in page
        assert "1 call, " in page
    ledger = shown(boss, address + "calls/")
    assert ledger.count('">candidate ') == 12
    for call in Call.objects.filter(run=run):
        assert "sk-never-shown" not in shown(boss, f"{address}calls/{call.pk}/")


def test_the_run_s_page_tells_what_was_spent_and_the_next_one_is_foreseen_from_it(run, boss):
    page = shown(boss, f"/projects/{run.project.slug}/runs/{run.number}/")
    assert "For each accepted improvement" in page
    told = Foreseen(run.project, questions.METHOD, {"mutate": ()}, 100)
    assert told.seen == 12
    assert told._asks[0] == {"mutate": 1.0}
    assert "small" in shown(boss, "/models/")
