"""What models cost before, during and after a run: the estimate, budgets and their notices, improvements and arms."""

from typing import Any

import modelled
import pytest
from django.test import Client
from factory import Cast, Play

from apps.llm.models import Budget, Casting
from apps.llm.money import UNIT
from apps.projects.models import Project
from apps.records.models import Run

PROJECT = "/projects/parabola/"
NEW = PROJECT + "runs/new"
RUN = PROJECT + "runs/1/"
ORDER = {"method": "openevolve", "candidates": 50, "parallel": 2, "seed": 0, "mode": "full-auto"}


def shown(client: Client, path: str, **headers: Any) -> str:
    response = client.get(path, **headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def foreseen(client: Client, method: str, candidates: int = 50) -> str:
    """The part of the form that our script asks for."""
    address = f"{NEW}?region=estimate&method={method}&candidates={candidates}"
    return shown(client, address, headers={"HX-Request": "true"})


# ---- before a run


def test_a_method_without_a_model_costs_computing_time_alone(as_alice: Client, people: Cast) -> None:
    assert "<code>hill_climb</code> asks no model" in foreseen(as_alice, "hill_climb")


def test_without_a_model_the_form_names_the_methods_that_need_one(as_alice: Client, people: Cast) -> None:
    page = shown(as_alice, NEW)
    assert "need a model, and none is connected for them" in page
    assert "No model plays mutate." in page
    assert "A model that plays mutate is needed for <code>openevolve</code> here, and none does" in foreseen(
        as_alice, "openevolve"
    )
    response = as_alice.post(NEW, ORDER)
    assert response.status_code == 422
    assert "needs a model that plays mutate" in response.content.decode()


def test_the_estimate_says_who_plays_what_and_that_it_guesses(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("haiku"))
    page = foreseen(as_alice, "dgm", 100)
    assert 'mutate</th><td class="word">haiku' in page
    assert 'reflect</th><td class="word">haiku' in page
    assert "How often it asks is a guess" in page
    assert "2.30" in page  # 200 calls of 4,000 tokens at 1 and 1,500 at 5 a million


def test_without_a_price_the_cost_cannot_be_told(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("local", price=None))
    assert "cannot be told: no price of local is known" in foreseen(as_alice, "openevolve")


def test_a_model_that_is_measured_is_asked_once_for_each_task_of_each_candidate(as_alice: Client, people: Cast) -> None:
    Project.objects.update(worker={"role": "worker"})
    modelled.plays(modelled.model("haiku"))
    assert "A model that plays worker is needed" in foreseen(as_alice, "hill_climb")  # nobody steps in for it
    modelled.plays(modelled.model("small"), "worker")
    row = foreseen(as_alice, "hill_climb", 50).partition("worker</th>")[2].partition("</tr>")[0]
    assert "small" in row
    assert ">100<" in row  # two validation tasks


def test_the_estimate_can_be_had_without_a_script_and_starts_nothing(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("haiku"))
    response = as_alice.post(NEW, ORDER | {"estimate": "1"})
    page = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert "For 50 candidates of <code>openevolve</code>" in page
    assert not Run.objects.exists()


def test_nonsense_in_the_form_still_gives_an_estimate(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("haiku"))
    page = shown(as_alice, NEW + "?region=estimate&method=<b>&candidates=-1&parallel=x", headers={"HX-Request": "true"})
    assert "<b>" not in page


def test_a_budget_is_set_with_the_start(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("haiku"))
    response = as_alice.post(NEW, ORDER | {"money": "2.5", "tokens": "0"})
    assert response.status_code == 302, response.content.decode()
    budget = Budget.objects.get()
    assert (budget.run, budget.money, budget.tokens) == (Run.objects.get(), 5 * UNIT // 2, 0)


# ---- budgets


def test_budgets_of_a_project_are_set_taken_away_and_shown(as_alice: Client, people: Cast) -> None:
    page = PROJECT + "models/"
    as_alice.post(page + "budget", {"money": "100", "tokens": ""})
    as_alice.post(page + "budget", {"daily": "1", "tokens": "3000000"})
    bounds = dict(Budget.objects.values_list("daily", "money"))
    assert bounds == {False: 100 * UNIT, True: None}
    assert 'value="100"' in shown(as_alice, page)
    as_alice.post(page + "budget", {"money": "", "tokens": ""})
    assert Budget.objects.get(daily=False).money is None


@pytest.mark.parametrize("wrong", ["-1", "much", "1e99", "nan"])
def test_a_budget_that_is_none_is_told_beside_its_field(as_alice: Client, people: Cast, wrong: str) -> None:
    response = as_alice.post(PROJECT + "models/budget", {"money": wrong})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Budget.objects.exists()


def test_a_project_casts_its_own_models(as_alice: Client, people: Cast) -> None:
    modelled.plays(modelled.model("haiku"))
    modelled.model("opus")
    as_alice.post(PROJECT + "models/roles", {"role": "judge", "models": "opus"})
    assert Casting.objects.get(role="judge").project == people.project
    page = shown(as_alice, PROJECT + "models/")
    assert 'value="opus"' in page
    assert 'placeholder="haiku"' in page


# ---- during and after


@pytest.fixture
def asking(play: Play) -> Play:
    modelled.asks(play, "haiku", "opus")
    return play


def test_the_run_s_page_shows_its_budget_and_where_notices_were_given(as_alice: Client, asking: Play) -> None:
    modelled.spent(asking, 8.25, 1_900_000, 400)
    modelled.bounded(asking, 10, run=asking.run)
    modelled.bounded(asking, None, 3_000_000, daily=True)
    page = shown(as_alice, RUN)
    assert '8.25 <span class="muted">of 10.00</span>' in page
    assert "82 %</strong>" in page
    assert "More than 80 % is spent." in page
    assert "63 %</strong>" in page
    assert "More than half is spent." in page


def test_a_budget_of_nothing_is_spent_at_once(as_alice: Client, asking: Play) -> None:
    modelled.bounded(asking, 0, run=asking.run)
    assert "Spent: no call is made any more." in shown(as_alice, RUN)


def test_an_operator_bounds_an_open_run(as_alice: Client, asking: Play) -> None:
    as_alice.post(RUN + "spending", {"money": "0.5", "tokens": ""})
    assert Budget.objects.get(run=asking.run).money == UNIT // 2
    assert 'name="money" inputmode="decimal" autocomplete="off" value="0.5"' in shown(as_alice, RUN)
    page = as_alice.post(RUN + "spending", {"money": "-3"}, follow=True).content.decode()
    assert "Nothing was changed." in page


def test_calls_on_their_way_failed_and_lost_are_counted_and_improvements_priced(as_alice: Client, asking: Play) -> None:
    haiku = modelled.model("haiku")
    modelled.spent(asking, 9, 5000, 3)
    for state in ("done", "done", "failed", "lost", "in flight"):
        modelled.call(haiku, asking.run, state=state, cost=None if state in ("lost", "in flight") else 3 * UNIT)
    page = shown(as_alice, RUN)
    for state in ("in%20flight", "failed", "lost"):
        assert f'calls/?state={state}"' in page
    assert "3 so far" in page
    assert "<dd>3.00<small>3 so far" in page  # 9 for three candidates that were kept and better


def test_what_lost_calls_may_have_taken_stands_beside_what_is_known(as_alice: Client, asking: Play) -> None:
    modelled.spent(asking, 8, 1_000_000, 50, lost=True)
    modelled.bounded(asking, 10, run=asking.run)
    for page in (shown(as_alice, RUN), shown(as_alice, PROJECT + "models/")):
        assert "and up to 0.1600 lost" in page
        assert "3 calls were lost with the process that made them, and may have been charged" in page
    assert "81 %" in shown(as_alice, RUN)


def test_rounds_that_wait_for_a_stopped_model_say_so_with_the_way_to_release_it(as_alice: Client, asking: Play) -> None:
    haiku = modelled.model("haiku")
    modelled.stopped(haiku)
    assert f'Rounds wait for the model <a href="/models/{haiku.pk}/">haiku</a>' in shown(as_alice, RUN)


def test_a_run_without_models_has_nothing_of_it(as_alice: Client, play: Play) -> None:
    page = shown(as_alice, RUN)
    assert "For each accepted improvement" not in page
    assert "Bound what its models take" not in page


# ---- models as arms


def test_models_stand_as_arms_with_what_came_of_them_and_what_it_cost(as_alice: Client, asking: Play) -> None:
    for number in range(6):
        by = "haiku" if number % 2 else "opus"
        made = asking.candidate(f"x = {number}\n", parents=(0,), traits={"model": by, "cost": 0.5})
        asking.measured(made, 5.0 if by == "haiku" else -5.0)
        asking.verdict(made, "keep" if by == "haiku" else "drop")
    page = shown(as_alice, RUN + "operators/")
    assert "draws them by their weights" in page
    row = page.partition('id="arms"')[2].partition('<th scope="row" class="word">haiku</th>')[2].partition("</tr>")[0]
    for figure in ("50 %", "100 %", "+5", "1.50", "0.5000"):
        assert figure in row
    Run.objects.update(method="shinka")
    page = shown(as_alice, RUN + "operators/").partition('id="arms"')[2]
    assert "The bandit draws the model of the highest bound" in page
    assert page.index("haiku</th>") < page.index("opus</th>")


def test_a_model_that_was_never_drawn_comes_next(as_alice: Client, asking: Play) -> None:
    made = asking.candidate("x = 1\n", parents=(0,), traits={"model": "haiku"})
    asking.verdict(made, "keep")
    Run.objects.update(method="shinka")
    page = shown(as_alice, RUN + "operators/").partition('id="arms"')[2]
    assert page.index("opus</th>") < page.index("haiku</th>")
    assert "untried" in page
