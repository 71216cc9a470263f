"""The special functions of scipy. They are loaded when the first is needed: most processes never need one."""

from types import ModuleType


def special() -> ModuleType:
    """scipy.special, which takes longer to import than Django."""
    from scipy import special as loaded

    return loaded
