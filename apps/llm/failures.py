"""What went wrong with a call, whose affair it is, and what a person can do about it."""

import json
from collections.abc import Iterator

import anthropic
import httpx2

from apps.common.text import visible
from apps.llm.addresses import Forbidden
from apps.llm.contract import Blame, CallFailure, ModelSpec
from apps.llm.transport import TooLarge

SHOWN = 400  # characters of what a server said

_AGAIN = {408, 409, 429}
_MODEL = {401, 402, 403}
# An error in the middle of a stream has status 200 and says by its type what it is.
_TYPES = {
    "rate_limit_error": 429,
    "overloaded_error": 529,
    "api_error": 500,
    "timeout_error": 504,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
}


class NoKey(Exception):
    """The variable of the environment that holds the key is empty, or holds no key."""


class NotTheApi(Exception):
    """What answers at the address does not speak the Messages API."""


class Unfinished(Exception):
    """A stream ended before its message did."""


class Overlong(Exception):
    """A reply has more text than any reply needs."""


class Malformed(Exception):
    """A stream that holds no message."""


def failure(error: BaseException, spec: ModelSpec, key: str) -> CallFailure:
    """The failure that an exception of an attempt stands for. Its detail holds no key, whatever the server said."""
    made = _failure(error, spec)
    return CallFailure(made.blame, made.status, without(made.detail, key), made.retry_after)


def without(text: str, key: str) -> str:
    """The text without the key, in case a server says it back."""
    return text.replace(key, "[key]") if key else text


def _failure(error: BaseException, spec: ModelSpec) -> CallFailure:
    for inner in _chain(error):
        known = _own(inner, spec)
        if known is not None:
            return known
    if isinstance(error, anthropic.APIStatusError):
        return _refused(error, spec)
    if isinstance(error, TimeoutError | httpx2.TimeoutException | anthropic.APITimeoutError):
        return CallFailure("again", 0, f"{spec.name} did not answer within {spec.timeout:g} seconds.")
    if isinstance(error, anthropic.APIConnectionError | httpx2.TransportError | OSError):
        what = f"The connection to {spec.base_url} failed: {_reason(error)}."
        return CallFailure("again", 0, f"{what} See that the server runs, and that the address is right.")
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | anthropic.AnthropicError):
        return _malformed(spec)
    raise error


def _own(error: BaseException, spec: ModelSpec) -> CallFailure | None:
    """The failure behind an exception of ours."""
    match error:
        case NoKey() | Forbidden() | NotTheApi():
            return CallFailure("model", 0, str(error))
        case Unfinished():
            what = f"The reply of {spec.name} broke off in the middle."
            return CallFailure("again", 0, f"{what} Where that goes on, the log of its server says why.")
        case Overlong() | TooLarge():
            return CallFailure("call", 0, f"The reply of {spec.name} was cut off and thrown away: {error}.")
        case Malformed():
            return _malformed(spec)
    return None


def _malformed(spec: ModelSpec) -> CallFailure:
    return CallFailure(
        "call", 0, f"What {spec.name} sent is no reply of the Messages API: its stream of events cannot be read."
    )


def _refused(error: anthropic.APIStatusError, spec: ModelSpec) -> CallFailure:
    """An error that the server reported, by its status."""
    status = error.status_code if error.status_code >= 300 else _TYPES.get(str(error.type), 500)
    if (_is_page(error) and status in {404, 405}) or 300 <= status < 400:
        return CallFailure("model", status, wrong_address(spec, _where(error)))
    said = _said(error)
    if status in _AGAIN or status >= 500:
        return CallFailure("again", status, f"{spec.name} answered {status}: {said}", _retry_after(error))
    blame: Blame = "model" if status in _MODEL or status == 404 else "call"
    return CallFailure(blame, status, f"{_meaning(status, spec)} It answered {status}: {said}")


def _meaning(status: int, spec: ModelSpec) -> str:
    """What a status means and what to do next."""
    key = spec.key_variable
    match status:
        case 401:
            held = f"the key in {key} is not accepted. Put a valid one there" if key else "it wants a key. Name one"
            return f"{spec.name} cannot be used: {held}, restart evoweb, and release the model."
        case 402:
            return f"{spec.name} cannot be used: the account is out of credit. Top it up, then release the model."
        case 403:
            return f"{spec.name} cannot be used: the key may not use {spec.model}. Allow it, then release the model."
        case 404:
            return (
                f"{spec.base_url} knows no model {spec.model!r}, or the address is wrong: it is the part before "
                "/v1/messages. Correct either, then release the model."
            )
        case 413:
            return f"The prompt is larger than {spec.name} takes."
    return f"{spec.name} did not accept the request."


def wrong_address(spec: ModelSpec, what: str) -> str:
    """That something else than a Messages API is there."""
    return (
        f"{spec.base_url} {what} where the Messages API was expected. The base URL is probably wrong: it is the part "
        "before /v1/messages. Correct it, then release the model."
    )


def _where(error: anthropic.APIStatusError) -> str:
    if 300 <= error.status_code < 400:
        return "redirects elsewhere"
    return f"answered {error.status_code} with a web page"


def _is_page(error: anthropic.APIStatusError) -> bool:
    return "html" in error.response.headers.get("content-type", "")


def _said(error: anthropic.APIStatusError) -> str:
    """The server's own words, short and inert."""
    if _is_page(error):
        return "a web page"
    body = error.body
    text = error.api_message or (body if isinstance(body, str) else json.dumps(body, default=str) if body else "")
    return visible(str(text).strip()[:SHOWN]) or "nothing else"


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    """Seconds, from either header that says so; dates are not read."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, min(float(headers[name]) / unit, 3600.0))
        except (KeyError, ValueError):
            continue
    return None


def _reason(error: BaseException) -> str:
    """The innermost exception's words: the SDK's own say only "Connection error."."""
    *_, inner = _chain(error)
    return visible(str(inner).strip()[:SHOWN]).rstrip(".") or type(inner).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
