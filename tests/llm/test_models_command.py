"""manage.py models, from an empty catalogue to a model that answers."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.llm.models import Budget, Call, LanguageModel, Price
from tests.llm import desk
from tests.llm.conftest import KEY, VARIABLE
from tests.llm.server import MessagesServer, error, html
from tests.rounds import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_private")]


@pytest.fixture
def _private(settings: Any) -> None:
    settings.EVOWEB_LLM_PRIVATE_URLS = ["127.0.0.1"]


@pytest.fixture
def models(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command; what it printed."""

    def run(*words: str) -> str:
        call_command("models", *words)
        return capsys.readouterr().out

    return run


def test_without_a_model_it_says_how_to_connect_one(models: Any) -> None:
    said = models()
    assert "No model can be asked yet" in said
    assert "manage.py models add" in said
    assert "EVOWEB_LLM_PRIVATE_URLS" in said


def test_from_nothing_to_a_model_that_answers(models: Any, messages_server: MessagesServer) -> None:
    where = ("--base-url", messages_server.url, "--key-variable", VARIABLE)
    added = models("add", "parrot", "--model", "parrot-1", *where)
    assert "Next: manage.py models role mutate parrot, and manage.py models check parrot" in added
    assert "Nobody plays a role yet" in models()
    assert "no price is known" in models()
    models("price", "parrot", "--input", "1", "--output", "5.5")
    models("role", "mutate", "parrot=2")
    checked = models("check", "parrot")
    assert "parrot answers" in checked
    assert "tokens in the prompt" in checked
    said = models("list")
    assert "1 for a million tokens in, 5.5 out" in said
    assert "mutate: parrot=2" in said
    assert "of 1 latest calls 0 failed" in said
    assert "No model can be asked yet" not in said
    assert Call.objects.get().role == "check"
    assert Call.objects.get().cost is not None


@pytest.mark.parametrize(("answer", "words"), [(error(401), VARIABLE), (html(), "base URL is probably wrong")])
def test_a_check_that_fails_says_what_to_do_and_stops_the_model(
    answer: Any, words: str, models: Any, messages_server: MessagesServer
) -> None:
    models("add", "parrot", "--model", "p", "--base-url", messages_server.url, "--key-variable", VARIABLE)
    messages_server.script(answer)
    with pytest.raises(CommandError, match=words):
        models("check", "parrot")
    assert "manage.py models release parrot" in models()
    assert "asked again" in models("release", "parrot")
    assert "parrot answers" in models("check", "parrot")


def test_a_stopped_model_that_is_mended_is_said_to_be_released_next(
    models: Any, messages_server: MessagesServer
) -> None:
    desk.add(messages_server)
    messages_server.script(html())
    with pytest.raises(CommandError):
        models("check", "parrot")
    asked = len(messages_server.messages)
    changed = models("add", "parrot", "--model", "parrot-2", "--base-url", messages_server.url, "--no-key")
    assert "still stopped. Next: manage.py models release parrot" in changed
    with pytest.raises(CommandError, match="Once that is mended: `manage.py models release parrot`"):
        models("check", "parrot")
    assert len(messages_server.messages) == asked


def test_a_budget_of_money_names_who_is_not_asked_under_it(models: Any, messages_server: MessagesServer) -> None:
    project = world.project()
    desk.add(messages_server, rates=None)
    models("role", "mutate", "parrot")
    said = models("budget", project.slug, "--money", "5")
    assert "parrot has no price and is not asked under a budget of money: manage.py models price parrot" in said
    assert "no price" not in models("budget", project.slug, "--tokens", "5000")


def test_an_address_with_the_path_of_the_api_is_told_at_once(models: Any, messages_server: MessagesServer) -> None:
    with pytest.raises(CommandError, match="before /v1/messages"):
        models("add", "parrot", "--model", "p", "--base-url", f"{messages_server.url}/v1/messages", "--no-key")
    assert not LanguageModel.objects.exists()


def test_a_server_that_does_not_run_is_told_with_what_to_look_at(models: Any) -> None:
    models("add", "parrot", "--model", "p", "--base-url", "http://127.0.0.1:1", "--no-key")
    with pytest.raises(CommandError, match="See that the server runs, and that the address is right"):
        models("check", "parrot")


def test_a_key_given_for_its_variable_s_name_is_not_said_back(models: Any) -> None:
    with pytest.raises(CommandError) as told:
        models("add", "parrot", "--model", "p", "--key-variable", KEY)
    assert KEY not in str(told.value)
    assert not LanguageModel.objects.exists()


def test_adding_again_changes_only_what_is_said(models: Any, messages_server: MessagesServer) -> None:
    models("add", "parrot", "--model", "p", "--base-url", messages_server.url, "--no-key", "--concurrency", "3")
    models("add", "parrot", "--model", "p2", "--extra", '{"temperature": 0.5}')
    row = LanguageModel.objects.get()
    assert (row.model, row.base_url, row.key_variable, row.concurrency) == ("p2", messages_server.url, "", 3)
    assert bytes(row.extra) == b'{"temperature":0.5}'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "nobody"], "No model is called 'nobody'"),
        (["role", "mutate", "nobody"], "No model is called 'nobody'"),
        (["add", "Big Model", "--model", "m"], "no name for a model"),
        (["add", "m", "--model", "m", "--base-url", "http://10.0.0.1"], "EVOWEB_LLM_PRIVATE_URLS"),
        (["add", "m", "--model", "m", "--base-url", "https://10.0.0.1"], "private address"),
        (["add", "m", "--model", "m", "--base-url", "example"], "is no address"),
        (["add", "m", "--model", "m", "--extra", "{"], "is no JSON"),
        (["add", "m", "--model", "m", "--extra", '{"messages": []}'], "said by evoweb itself"),
        (["add", "m", "--model", "m", "--concurrency", "0"], "must be above 0"),
        (["budget", "nowhere", "--tokens", "1"], "No project is called 'nowhere'"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], message: str, models: Any) -> None:
    with pytest.raises(CommandError, match=message):
        models(*words)


@pytest.mark.parametrize(
    "price", [["--input", "1"], ["--input", "-1", "--output", "1"], ["--input", "x", "--output", "1"]]
)
def test_what_is_no_price_is_said(price: list[str], models: Any) -> None:
    models("add", "m", "--model", "m")
    with pytest.raises(CommandError):
        models("price", "m", *price)
    assert not Price.objects.exists()


def test_a_budget_of_a_run_is_set(models: Any) -> None:
    run = desk.new_run()
    assert f"run {run.number}: 2.50 in money" in models(
        "budget", run.project.slug, "--run", str(run.number), "--money", "2.5"
    )
    with pytest.raises(CommandError, match="has no run 77"):
        models("budget", run.project.slug, "--run", "77", "--money", "1")


def test_a_budget_of_a_project_is_set(models: Any) -> None:
    project = world.project()
    assert "1,000 tokens" in models("budget", project.slug, "--tokens", "1000", "--daily")
    assert Budget.objects.get().daily
    with pytest.raises(CommandError, match="0 or more"):
        models("budget", project.slug, "--tokens=-1")
