"""Prices and costs. Money is a whole number of billionths: sums are exact, and so are comparisons with a budget."""

from dataclasses import dataclass
from decimal import Decimal

from apps.llm.contract import Usage

UNIT = 1_000_000_000
_PER_TOKEN = UNIT // 1_000_000  # a price is per million tokens


@dataclass(frozen=True, slots=True)
class Rates:
    """What a million tokens cost, by kind."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal

    def cost(self, usage: Usage) -> int:
        """Billionths."""
        parts = (
            self.input * usage.input,
            self.output * usage.output,
            self.cache_read * usage.cache_read,
            self.cache_write * usage.cache_write,
        )
        return round(sum(parts) * _PER_TOKEN)

    def most(self, prompt: int, reply: int) -> int:
        """The most that so many tokens of prompt and of reply can cost, in billionths."""
        return round((max(self.input, self.cache_write) * prompt + self.output * reply) * _PER_TOKEN)


def amount(billionths: int | None) -> float | None:
    """In the currency; for records and pages."""
    return None if billionths is None else billionths / UNIT


def billionths(money: float | Decimal) -> int:
    """From an amount in the currency."""
    return round(Decimal(str(money)) * UNIT)


def said(billionths: int | None) -> str:
    """An amount as people read it, without a currency: the prices say which."""
    if billionths is None:
        return "unknown"
    value = billionths / UNIT
    if value and value < 0.01:
        return f"{value:.6f}".rstrip("0")
    return f"{value:,.2f}"
