"""Icons: drawings vendored from Lucide by scripts/vendor_static, put into pages as they are."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

FOLDER = "static/vendor/lucide"
_DRAWING = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)


@cache
def drawing(name: str) -> SafeString:
    """What is inside of an icon's <svg>. Raises LookupError for an icon that is not vendored."""
    path = Path(settings.BASE) / FOLDER / f"{name}.svg"
    found = _DRAWING.search(path.read_text()) if path.is_file() else None
    if found is None:
        raise LookupError(f"no icon {name!r}: add it to scripts/vendored.json and run scripts/vendor_static")
    return mark_safe(re.sub(r">\s+<", "><", found[1].strip()))
