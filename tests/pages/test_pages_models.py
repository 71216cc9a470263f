"""Pages of the catalogue of models: how models fare, what they cost, who may change what, and never a key."""

from datetime import timedelta

import modelled
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from factory import Cast, Play

from apps.accounts.models import User
from apps.engine import registry
from apps.engine.evidence import NOT_YET
from apps.llm.models import Absence, Casting, LanguageModel, ModelLatch, Price
from apps.llm.money import UNIT
from apps.rounds import method_list

KEY = "sk-ant-api03-this-is-a-key"
FORM = {
    "name": "haiku",
    "model": "claude-haiku-4-5",
    "base_url": "https://8.8.8.8",
    "key_variable": "ANTHROPIC_API_KEY",
    "max_tokens": "8192",
    "timeout": "600",
    "concurrency": "8",
    "requests_per_minute": "0",
    "tokens_per_minute": "0",
    "structured": "on",
}


@pytest.fixture
def as_boss(people: Cast, as_alice: Client) -> Client:
    User.objects.filter(pk=people.alice.pk).update(is_superuser=True)
    return as_alice


def shown(client: Client, path: str = "/models/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_without_a_model_the_page_says_how_to_connect_one_and_what_works_without(as_bob: Client) -> None:
    page = shown(as_bob)
    assert "No model is connected" in page
    assert "export ANTHROPIC_API_KEY" in page
    assert "EVOWEB_LLM_PRIVATE_URLS" in page
    assert 'methods work without one: <a href="/methods/">' in page


def test_a_model_is_added_with_its_price_and_plays_at_once_where_nobody_did(as_boss: Client) -> None:
    assert 'name="plays" id="id_plays" checked' in shown(as_boss, "/models/new").replace(
        ' aria-describedby="id_plays_helptext"', ""
    )
    response = as_boss.post("/models/new", FORM | {"input": "1", "output": "5", "plays": "on"})
    made = LanguageModel.objects.get(name="haiku")
    assert response.url == f"/models/{made.pk}/"  # type: ignore[attr-defined]
    assert (Price.objects.get().output, Casting.objects.get().role) == (5, "mutate")
    assert not made.caching


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key_variable": KEY}, "never give the key itself"),
        ({"base_url": "https://10.0.0.7"}, "EVOWEB_LLM_PRIVATE_URLS=10.0.0.7"),
        ({"base_url": "http://models.example.org"}, "in the clear"),
        ({"name": "Two words"}, "no name for a model"),
        ({"extra": "not json"}, "This is no JSON"),
        ({"extra": '{"stream": false}'}, "cannot be an extra part"),
        ({"input": "1"}, "Give both prices"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_a_key_comes_back_nowhere(
    as_boss: Client, wrong: dict[str, str], said: str
) -> None:
    response = as_boss.post("/models/new", FORM | wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert not LanguageModel.objects.exists()
    if "key_variable" in wrong:
        assert KEY not in page


def test_a_model_that_is_there_is_not_added_again(as_boss: Client) -> None:
    modelled.model("haiku")
    response = as_boss.post("/models/new", FORM)
    assert "There is a model &#x27;haiku&#x27; already" in response.content.decode()
    assert LanguageModel.objects.get().model == "haiku-1"


def test_changing_a_model_keeps_its_name(as_boss: Client) -> None:
    made = modelled.model("haiku")
    as_boss.post(f"/models/{made.pk}/edit", FORM | {"name": "other", "concurrency": "3"})
    made.refresh_from_db()
    assert (made.name, made.concurrency) == ("haiku", 3)


def test_a_model_tells_what_it_cost_today_in_a_week_and_altogether(as_alice: Client, play: Play) -> None:
    made = modelled.model("haiku")
    for days, cost in ((0, 1), (3, 20), (30, 300)):
        modelled.call(made, play.run, opened=timezone.now() - timedelta(days=days), cost=cost * UNIT)
    modelled.call(made, play.run, cost=None)
    modelled.call(made, play.run, replayed=True, cost=0)
    page = shown(as_alice, f"/models/{made.pk}/")
    for amount in ("1.00", "21.00", "321.00"):
        assert f'<span class="muted">at least</span> {amount}' in page
    assert "1 of unknown cost" in page


def test_spend_of_projects_that_somebody_does_not_see_is_not_told(as_charlie: Client, play: Play) -> None:
    made = modelled.model("haiku")
    modelled.call(made, play.run, cost=7 * UNIT)
    page = shown(as_charlie, f"/models/{made.pk}/")
    assert "7.00" not in page
    assert "Parabola" not in page
    assert "models.example.org" not in page  # where it is, is for admins


def test_failures_are_counted_by_kind_and_their_words_are_for_admins(
    as_boss: Client, as_bob: Client, play: Play
) -> None:
    made = modelled.model("haiku")
    for status in (429, 429, 529):
        modelled.call(made, play.run, state="failed", status=status, blame="again", detail="<b>busy</b>")
    modelled.call(made, play.run, state="failed", status=None, blame="again", detail="<b>busy</b>")
    page = shown(as_boss, f"/models/{made.pk}/")
    assert '429 too many requests</th><td class="num">2' in page
    assert '529 overloaded</th><td class="num">1' in page
    assert "no answer" in page
    assert "&lt;b&gt;busy&lt;/b&gt;" in page
    assert "busy" not in shown(as_bob, f"/models/{made.pk}/")


def test_why_a_model_is_away_is_for_admins(as_boss: Client, as_bob: Client, people: Cast) -> None:
    made, now = modelled.model("haiku"), timezone.now()
    Absence.objects.create(model=made, since=now, until=now, reason="The connection to https://models.example.org")
    assert "It has not answered since" in shown(as_bob, f"/models/{made.pk}/")
    assert "models.example.org" not in shown(as_bob, f"/models/{made.pk}/")
    assert "The connection to https://models.example.org" in shown(as_boss, f"/models/{made.pk}/")


def test_whoever_operates_a_project_releases_a_stopped_model(as_alice: Client, as_bob: Client, play: Play) -> None:
    made = modelled.model("haiku")
    modelled.stopped(made, "out of <i>credit</i>")
    assert "out of &lt;i&gt;credit&lt;/i&gt;" in shown(as_alice, f"/models/{made.pk}/")
    assert "Release it" not in shown(as_bob, f"/models/{made.pk}/")
    assert as_bob.post(f"/models/{made.pk}/release").status_code == 403
    as_alice.post(f"/models/{made.pk}/release")
    assert ModelLatch.objects.get().released_at is not None


def test_a_stop_by_hand_needs_a_reason(as_alice: Client, play: Play) -> None:
    made = modelled.model("haiku")
    as_alice.post(f"/models/{made.pk}/stop", {"reason": " "})
    assert not ModelLatch.objects.exists()
    as_alice.post(f"/models/{made.pk}/stop", {"reason": "too dear"})
    assert ModelLatch.objects.get().reason == "too dear"


def test_roles_are_given_by_name_and_weight(as_boss: Client) -> None:
    modelled.model("haiku")
    modelled.model("opus")
    as_boss.post("/models/roles", {"role": "mutate", "models": "haiku=4, opus"})
    assert dict(Casting.objects.values_list("model__name", "weight")) == {"haiku": 4.0, "opus": 1.0}
    response = as_boss.post("/models/roles", {"role": "mutate", "models": "nobody"})
    assert response.status_code == 422
    assert "No model is called &#x27;nobody&#x27;" in response.content.decode()
    assert "80 %" in shown(as_boss)


def test_nobody_is_said_to_step_in_for_the_model_that_is_measured(as_bob: Client) -> None:
    modelled.plays(modelled.model("haiku"))
    _, _, worker = as_bob.get("/models/").content.decode().rpartition("is measured itself")
    assert "nobody" in worker
    assert "whoever plays mutate" not in worker


def test_a_check_that_fails_says_why_on_the_model_s_page(as_boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVOWEB_NO_SUCH_KEY", raising=False)
    made = modelled.model("haiku", key_variable="EVOWEB_NO_SUCH_KEY")
    response = as_boss.post(f"/models/{made.pk}/check", follow=True)
    page = response.content.decode()
    assert 'class="note error' in page
    assert "EVOWEB_NO_SUCH_KEY" in page


def test_every_method_says_whether_it_needs_a_model(as_bob: Client) -> None:
    page = shown(as_bob, "/methods/")
    assert "nobody plays mutate" in page
    assert 'id="hill_climb"' in page
    modelled.plays(modelled.model("haiku"))
    assert "nobody plays" not in shown(as_bob, "/methods/")
    assert 'id="hill_climb"' not in shown(as_bob, "/methods/?needs=model")


def test_how_far_a_claim_is_shown_is_the_same_on_the_page_and_in_the_documents(as_bob: Client) -> None:
    page, document = shown(as_bob, "/methods/"), method_list.page()
    told = [step for name in registry.names() for step in registry.shown(name).steps if step[1] != NOT_YET]
    assert "examples/babi_memory" in "".join(by for _, by in told)
    assert [step for step in told if escape(step[1]) not in page or f"- {step[0]}: {step[1]}" not in document] == []
    assert "not shown yet" in page


def test_the_page_hears_of_models_that_belong_to_no_project(as_charlie: Client) -> None:
    page = as_charlie.get("/models/").content.decode()
    assert '<script id="watched" type="application/json">{"0": ' in page
    assert "0" in as_charlie.get("/live/sequences").json()["sequences"]
