"""How many tokens a prompt has, without asking anybody."""

import json
from collections.abc import Mapping
from typing import Any

from apps.engine.prompt import Prompt

BYTES_PER_TOKEN = 3.0  # English prose has about 4, code and other languages fewer: rather too many than too few
PER_MESSAGE = 8


def estimated(prompt: Prompt, schema: Mapping[str, Any] | None = None) -> int:
    """An estimate that is seldom too low, for limits and reservations. What was really used is counted afterwards."""
    texts = [prompt.system, *(message.text for message in prompt.messages)]
    if schema is not None:
        texts.append(json.dumps(dict(schema)))
    size = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    return round(size / BYTES_PER_TOKEN) + PER_MESSAGE * len(texts)
