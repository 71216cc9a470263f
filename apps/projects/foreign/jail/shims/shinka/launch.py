"""Names of ShinkaEvolve's launchers."""

from typing import Any

import standin


def __getattr__(name: str) -> Any:
    return standin.unused(__name__, name)
