"""Names of ShinkaEvolve's database."""

from typing import Any

import standin


def __getattr__(name: str) -> Any:
    return standin.unused(__name__, name)
