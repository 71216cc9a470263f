"""Rules that judge a candidate for the archive. Search may be wrong here; only promotion may not."""

from collections.abc import Mapping
from typing import Any

from apps.engine.acceptance.always import Always
from apps.engine.acceptance.improves import Improves
from apps.engine.acceptance.protocol import Acceptance, Decision

RULES: dict[str, type[Acceptance]] = {rule.name: rule for rule in (Always, Improves)}


def from_payload(payload: Mapping[str, Any]) -> Acceptance:
    """The rule behind its journal form. Raises LookupError for an unknown name."""
    parameters = {key: value for key, value in payload.items() if key != "name"}
    return RULES[payload["name"]](**parameters)


__all__ = ["Acceptance", "Always", "Decision", "Improves", "from_payload"]
