"""What counts as an answer: finite JSON, at most 64 levels deep, text that is valid Unicode.

Used twice: by the candidate's process to explain a mistake to an honest author, and by the scorer host, which trusts
nothing that a candidate's process wrote.
"""

import json
import math
from typing import Any

MAX_DEPTH = 64
MAX_SCORE = 1e100  # either way; sums and squares of scores stay numbers


class NotData(ValueError):
    """A value that is no answer; the message says why."""


def encode(value: Any) -> bytes:
    """Canonical-enough JSON text (UTF-8) of an answer; numpy values are converted. Raises NotData."""
    check(value)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_convert)
        return text.encode()
    except RecursionError:
        raise NotData("nested too deeply") from None
    except (TypeError, ValueError) as problem:
        raise NotData(str(problem)) from None


def decode(text: bytes) -> Any:
    """The answer that hostile bytes stand for. Raises NotData, whatever the bytes are."""
    try:
        value = json.loads(text.decode())
    except RecursionError:
        raise NotData("nested too deeply") from None
    except ValueError as problem:
        raise NotData(str(problem)) from None
    check(value)
    if b"\\u" in text:
        _refuse_surrogates(value)
    return value


def check(value: Any) -> None:
    """Raises NotData when a value is nested too deeply, not finite, or has keys that are not strings.

    Works level by level instead of recursively, so that depth is bounded before anything recurses.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        nested: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                _check_keys(item)
                nested.extend(item.values())
            elif isinstance(item, (list, tuple)):
                nested.extend(item)
            elif isinstance(item, float) and not math.isfinite(item):
                raise NotData(f"{item} is not a finite number")
        if not nested:
            return
        level = nested
    raise NotData(f"nested more than {MAX_DEPTH} levels deep")


def _check_keys(mapping: dict[Any, Any]) -> None:
    for key in mapping:
        if not isinstance(key, str):
            raise NotData(f"a key is a {type(key).__name__}, not a string")


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotData("text holds half a surrogate pair") from None


def _convert(value: Any) -> Any:
    listed = getattr(value, "tolist", None)
    if not callable(listed):
        raise TypeError(f"a {type(value).__name__} is not JSON data")
    plain = listed()
    check(plain)
    return plain
