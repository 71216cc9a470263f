"""How many tokens a prompt has is learned from calls: few reservations are below what is used, none far above."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.prompt import Message, Prompt
from apps.llm.contract import CallOutcome, Usage
from apps.llm.ledger import Opened
from apps.llm.models import LanguageModel
from apps.llm.tokens import BYTES_PER_TOKEN, FEWEST, MOST, estimated, observed
from apps.records.models import Run
from tests.llm import desk

REPLY = 100  # tokens at most, of desk.add()


@pytest.fixture
def run(db: None) -> Run:
    desk.add()
    return desk.new_run()


def call(run: Run, size: int, tokens: int) -> int:
    """A call with a prompt of so many bytes, which had so many tokens; how many were reserved for the prompt."""
    (opened,) = desk.opened(run, desk.wanted("x" * size))
    assert isinstance(opened, Opened)
    reserved = run.calls.get(key=opened.job.id).tokens_reserved - REPLY
    desk.settled(
        run, [CallOutcome(opened.job, "ok", usage=Usage(tokens // 3, 7, tokens // 3, tokens - tokens // 3 * 2))]
    )
    return reserved


def held() -> float:
    return LanguageModel.objects.get().bytes_per_token


def test_a_prompt_whose_tokens_are_shorter_than_thought_is_learned_from_at_once(run: Run) -> None:
    assert call(run, 6_000, 3_000) < 3_000
    assert call(run, 6_000, 3_000) >= 3_000
    assert call(run, 60_000, 30_000) >= 30_000


def test_longer_tokens_make_reservations_smaller_little_by_little(run: Run) -> None:
    first = call(run, 8_000, 2_000)
    for _ in range(12):
        reserved = call(run, 8_000, 2_000)
    assert 2_000 < reserved < first
    call(run, 7_000, 3_500)  # one of another kind
    assert held() < 2.1


def test_once_it_is_known_a_call_writes_nothing_more(run: Run) -> None:
    call(run, 6_000, 2_000)
    with CaptureQueriesContext(connection) as seen:
        call(run, 6_000, 2_000)
    changed = [query["sql"] for query in seen if 'UPDATE "llm_languagemodel"' in query["sql"]]
    assert changed == []


@pytest.mark.parametrize(("size", "tokens"), [(200, 5_000), (9_000, 0), (0, 40)])
def test_what_says_nothing_of_other_prompts_is_not_learned_from(run: Run, size: int, tokens: int) -> None:
    call(run, size, tokens)
    assert held() == BYTES_PER_TOKEN


def test_what_was_learned_of_a_model_is_not_said_of_its_successor(run: Run) -> None:
    call(run, 6_000, 5_000)
    desk.add(rates=None, model="parrot-1")
    assert held() < 2
    desk.add(rates=None, model="parrot-2")
    assert held() == BYTES_PER_TOKEN


@given(st.text(min_size=1_000, max_size=3_000), st.integers(1, 100_000))
def test_what_was_seen_of_a_prompt_is_enough_for_the_same_prompt(text: str, tokens: int) -> None:
    prompt = Prompt("", (Message("user", text),))
    seen = observed(prompt, None, tokens)
    assert seen is not None
    assert FEWEST <= seen <= MOST
    if seen > FEWEST:
        assert estimated(prompt, None, seen) >= tokens


def test_with_prompts_of_many_kinds_few_are_reserved_too_little_and_none_far_too_much(run: Run) -> None:
    dice, short, factors = Random(1), 0, []
    for _ in range(60):
        size, each = dice.randrange(2_000, 30_000), dice.gauss(3.3, 0.25)
        reserved, tokens = call(run, size, round(size / each)), round(size / each)
        short += reserved < tokens
        factors.append(reserved / tokens)
    assert short <= 6
    assert max(factors[10:]) < 1.6
