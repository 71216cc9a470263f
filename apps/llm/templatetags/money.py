"""Money and prices in templates."""

from decimal import Decimal

from django import template

from apps.llm.money import UNIT, said

register = template.Library()


@register.filter
def money(billionths: float | None) -> str:
    """An amount, without a currency: the prices say which. "unknown" where the cost of a call is not known."""
    if billionths is not None and 0.0001 <= billionths / UNIT < 1:
        return f"{billionths / UNIT:.4f}"  # as long in every row, for prices of calls stand below each other
    return said(None if billionths is None else round(billionths))


@register.filter
def currency(amount: float | None) -> str:
    """The same of an amount that is told in the currency."""
    return money(None if amount is None else amount * UNIT)


@register.filter
def price(rate: Decimal) -> str:
    """A price without the zeros that say nothing."""
    return f"{rate.normalize():f}"


@register.filter
def about(value: float | None) -> str:
    """A rough count in two digits: 950, 12,000, 3.4 million."""
    if value is None:
        return "–"
    if value >= 1_000_000:
        return f"{value / 1_000_000:.2g} million" if value < 100_000_000 else f"{value / 1_000_000:,.0f} million"
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 1 or not value else f"{rounded:g}"
