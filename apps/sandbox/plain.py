"""What comes out of a sandbox made harmless for whoever stores it: finite numbers, and text that can be stored."""

import math


def figure(value: object) -> float:
    """A finite number; 0 for anything else."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


def clean(text: object) -> str:
    """Text that every database and page can hold: no NUL, no half surrogates."""
    return str(text).replace("\0", "\ufffd").encode(errors="replace").decode()
