"""What every template needs: honest numbers, hostile text made visible, icons, and whether candidates are isolated."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.common import icons, text

register = template.Library()

NOTHING = "–"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@register.simple_tag
def unisolated() -> bool:
    """Whether candidates run without isolation because somebody said so."""
    return bool(settings.EVOWEB_SANDBOX == "none")


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], link: str) -> SafeString:
    """aria-current of a link in a navigation: "page" on its own page, "true" on those below it."""
    request = context.get("request")
    path = request.path if request else ""
    below = len(link) > 1 and path.startswith(link)
    return mark_safe(f' aria-current="{"page" if path == link else "true"}"' if path == link or below else "")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon as inline SVG; without a label it is decoration for what stands beside it."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>', said, icons.drawing(name))


@register.filter
def visible(value: object) -> str:
    """Hostile text with control characters made visible. Escaped afterwards, as every text is."""
    return text.visible(str(value))


@register.filter
def pairs(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keys and values. A template's own `.items` is the value of a key of that name, where somebody uses it."""
    return list(found.items())


@register.filter
def number(value: float | Literal[""] | None) -> str:
    """A score in at most six significant digits; a dash for none, which a template also sees as empty text."""
    return NOTHING if value is None or value == "" else _number(value)


@register.filter
def thousands(value: int | Literal[""] | None) -> str:
    """A whole number in groups of three: 1,000,000."""
    return NOTHING if value is None or value == "" else f"{value:,}"


@register.filter
def signed(value: float | Literal[""] | None) -> str:
    """A difference with its sign."""
    shown = number(value)
    return f"+{shown}" if value and value > 0 else shown


@register.filter
def p(value: float | None) -> str:
    """A p-value in two significant digits; small ones as a bound."""
    if value is None:
        return NOTHING
    return f"{value:.2g}" if value >= 0.0001 else "< 0.0001"


@register.filter
def percent(share: float | Literal[""] | None) -> str:
    """A share between 0 and 1 in whole per cent; one decimal below ten."""
    if share is None or share == "":
        return NOTHING
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 else f"{100 * share:.0f} %"


@register.filter
def edge(value: float) -> str:
    """A number in three digits, as the mark of an axis or a legend has room for."""
    return number(float(f"{value:.3g}") + 0.0)  # no minus zero


@register.filter
def turned(value: float | None, sign: float) -> float | None:
    """An internal score, where higher is better, in the project's own direction; sign is -1 where it minimises."""
    return None if value is None else sign * value + 0.0  # no minus zero


@register.filter
def rate(value: float | None) -> str:
    """A rate in at most three significant digits, without an exponent."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@register.filter
def seconds(value: float | None) -> str:
    """A duration in one unit: 12 ms, 3.4 s, 5 min, 2.5 h."""
    if value is None:
        return NOTHING
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


@register.filter
def ahead(moment: datetime) -> int:
    """Seconds until a moment: what is shown until then is fetched again, whatever the reader's clock says."""
    return max(0, math.ceil((moment - timezone.now()).total_seconds()))


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago, in its largest unit; a dash when nobody knows."""
    if moment is None:
        return NOTHING
    passed = max(timedelta(0), timezone.now() - moment).total_seconds()
    size, unit = next(((size, unit) for size, unit in _UNITS if passed >= size), (1, "s"))
    return f"{int(passed // size)} {unit}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "not finite"
    shown = f"{value:.6g}"
    return shown.replace("-", "−")
