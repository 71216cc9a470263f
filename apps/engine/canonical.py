"""Canonical bytes: the one form in which a value is hashed, compared and journaled.

Sorted keys, no white space, UTF-8, shortest float form. Numbers that JSON lacks travel tagged, as {"$float": "nan"}.
This form is frozen: journals and logs audit against it.
"""

import hashlib
import json
import math
from typing import Any

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_TAG = "$float"


class NotCanonical(ValueError):
    """The value has no canonical form: a key that is no text, a lone surrogate, a type that JSON does not know."""


def encode(value: Any) -> bytes:
    """Canonical bytes of value. Raises NotCanonical."""
    try:
        return _encoder.encode(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(f"text that is no valid Unicode: {error.reason}") from None
    except (TypeError, RecursionError) as error:
        raise NotCanonical(str(error)) from None
    except ValueError:
        return _encoder.encode(_tagged(value)).encode()


def decode(data: bytes) -> Any:
    """The value behind canonical bytes."""
    return json.loads(data, object_hook=_untagged if b'"$float"' in data else None)


def digest(data: bytes) -> bytes:
    """SHA-256 of data, 32 bytes."""
    return hashlib.sha256(data).digest()


def _tagged(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {_TAG: repr(value)}
    if isinstance(value, dict):
        return {key: _tagged(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    return value


def _untagged(pairs: dict[str, Any]) -> Any:
    return float(pairs[_TAG]) if pairs.keys() == {_TAG} and pairs[_TAG] in ("nan", "inf", "-inf") else pairs
