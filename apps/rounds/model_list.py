"""Models and budgets as lines at a terminal."""

from collections.abc import Iterator

from apps.llm.figures import Health
from apps.llm.models import Budget
from apps.llm.money import Rates, said

CONNECT = """
No model can be asked yet. Methods that evolve without one work; `manage.py list_methods` says which need one.

A hosted model:
  export ANTHROPIC_API_KEY=...        where evoweb is started
  manage.py models add haiku --model claude-haiku-4-5
  manage.py models price haiku --input 1 --output 5      what a million tokens cost at your provider
  manage.py models role mutate haiku
  manage.py models check haiku

A model of your own (llama.cpp, vLLM, Ollama or a gateway; see docs/models.md):
  export EVOWEB_LLM_PRIVATE_URLS=127.0.0.1
  manage.py models add local --model NAME --base-url http://127.0.0.1:8080 --no-key --no-structured --no-caching
  manage.py models price local --free
  manage.py models role mutate local
  manage.py models check local"""


def lines(health: Health) -> Iterator[str]:
    """A model: what it is, whether it can be asked, how it fared lately."""
    row = health.row
    yield f"{row.name}: {row.model} at {row.base_url}"
    if health.latch is not None:
        yield f"  STOPPED by {health.latch.set_by}: {health.latch.reason}"
        yield f"  When that is mended: manage.py models release {row.name}"
    if health.away is not None:
        yield f"  has not answered since {health.away.since:%Y-%m-%d %H:%M} UTC: {health.away.reason}"
    if not health.key_set:
        yield f"  {row.key_variable} is not set where this command runs"
    if health.rates is None:
        yield f"  no price is known: its cost cannot be told. manage.py models price {row.name}"
    else:
        yield f"  {price(health.rates)}"
    if health.calls:
        yield f"  of {health.calls} latest calls {health.failed} failed, {health.lost} were lost{_speed(health)}"


def price(rates: Rates) -> str:
    """What a million tokens cost."""
    return f"{rates.input.normalize():f} for a million tokens in, {rates.output.normalize():f} out"


def _speed(health: Health) -> str:
    if health.seconds is None:
        return ""
    return f"; {health.seconds:.1f} s each, {health.tokens_per_second or 0:.0f} tokens a second"


def budget_line(budget: Budget) -> str:
    """A budget in words."""
    money = None if budget.money is None else f"{said(budget.money)} in money"
    tokens = None if budget.tokens is None else f"{budget.tokens:,} tokens"
    limits = " and ".join(limit for limit in (money, tokens) if limit) or "no bound"
    when = "on each day" if budget.daily else "altogether" if budget.run is None else f"run {budget.run.number}"
    return f"{budget.project.name}, {when}: {limits}"
