"""What every template needs: honest numbers, hostile text made visible, and whether candidates are isolated."""

import math
from datetime import datetime, timedelta
from typing import Literal

from django import template
from django.conf import settings
from django.utils import timezone

from apps.common import text

register = template.Library()

NOTHING = "–"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@register.simple_tag
def unisolated() -> bool:
    """Whether candidates run without isolation because somebody said so."""
    return bool(settings.EVOWEB_SANDBOX == "none")


@register.filter
def visible(value: object) -> str:
    """Hostile text with control characters made visible. Escaped afterwards, as every text is."""
    return text.visible(str(value))


@register.filter
def number(value: float | Literal[""] | None) -> str:
    """A score in at most six significant digits; a dash for none, which a template also sees as empty text."""
    return NOTHING if value is None or value == "" else _number(value)


@register.filter
def signed(value: float | Literal[""] | None) -> str:
    """A difference with its sign."""
    shown = number(value)
    return f"+{shown}" if value and value > 0 else shown


@register.filter
def turned(value: float | None, sign: float) -> float | None:
    """An internal score, where higher is better, in the project's own direction; sign is -1 where it minimises."""
    return None if value is None else sign * value


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
