"""One call, made once, through the anthropic SDK. Whoever calls decides whether to try again.

The reply always comes as a stream: so a connection is never idle for long, and a reply that has no end is cut off.
Our share of a call of 4,000 characters in 60 pieces is 4 ms of processor time; the SDK's helper that also accumulates
the message takes 6 ms.
"""

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import anthropic
import httpx2

from apps.engine.prompt import Prompt
from apps.llm.contract import CallFailure, CallJob, CallOutcome, CannotCount, ModelSpec, Stop, Usage
from apps.llm.failures import Malformed, NoKey, NotTheApi, Overlong, Unfinished, failure, without, wrong_address
from apps.llm.tokens import estimated, in_text
from apps.llm.transport import Transport

log = logging.getLogger(__name__)

LONGEST_REPLY = 1_000_000  # characters
MOST_TOKENS = 100_000_000  # of one kind in one call; what a server counts beyond that is nonsense, and no column's
SHORTEST_KEY = 8  # characters; servers that want none are given words such as "none" or "ollama", which replies hold
CONNECTIONS = 256
CONNECT_SECONDS = 10.0
COUNT_SECONDS = 30.0
NO_KEY = "none"  # what a server that wants no key is given: the SDK sends nothing without one

_STOPS: dict[str, Stop] = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refusal"}
_KEY = re.compile(r"[!-~]+")


@dataclass(slots=True)
class _Reply:
    """What has come of a reply so far."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    begun: bool = False  # the model took the prompt
    stop: str | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    request_id: str = ""

    def take(self, event: Any) -> None:
        """Take in one event of the stream; kinds that are not known say nothing."""
        match event.type:
            case "message_start":
                self.begun = True
                self.count(event.message.usage)
            case "content_block_delta" if event.delta.type == "text_delta":
                self.begun = True
                self.pieces.append(event.delta.text)
                self.length += len(event.delta.text)
                if self.length > LONGEST_REPLY:
                    raise Overlong(f"it is longer than {LONGEST_REPLY:,} characters")
            case "message_delta":
                self.stop = event.delta.stop_reason or self.stop
                self.count(event.usage)

    def used(self, job: CallJob) -> tuple[Usage, bool]:
        """What the call has used so far, also where it ended in the middle; and whether that is an estimate.

        The server says at the beginning what the prompt came to and at the end what the reply did. Before it began it
        charges nothing.
        """
        told = self.usage
        if self.stop is not None or not self.begun:
            return told, False
        came = in_text("".join(self.pieces), job.spec.bytes_per_token)
        prompt = told.input if told.total > told.output else estimated(job.prompt, job.schema, job.spec.bytes_per_token)
        return replace(told, input=prompt, output=max(told.output, came)), True

    def count(self, usage: Any) -> None:
        """Counts in a stream are totals; what a later event leaves out stays as it was."""
        names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        for name in names:
            value = getattr(usage, name, None)
            if isinstance(value, int) and 0 <= value <= MOST_TOKENS:
                self.tokens[name] = value

    @property
    def usage(self) -> Usage:
        counts = self.tokens.get
        return Usage(
            counts("input_tokens", 0),
            counts("output_tokens", 0),
            counts("cache_read_input_tokens", 0),
            counts("cache_creation_input_tokens", 0),
        )


class Provider:
    """Clients of all providers, made on first use; for one event loop. allowed: private hosts that may be asked."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = tuple(allowed)
        self._clients: dict[tuple[str, str], anthropic.AsyncAnthropic] = {}

    async def call(self, job: CallJob) -> CallOutcome:
        """Make the call once. Never raises for what a provider does; being cancelled stops it at once."""
        spec, reply, began = job.spec, _Reply(), time.monotonic()
        key = _key(spec)
        try:
            client = self._client(spec, key)
            async with asyncio.timeout(spec.timeout):
                await self._read(client, job, reply)
        except Exception as error:  # noqa: BLE001 - the edge to somebody else's server
            usage, guessed = reply.used(job)
            return CallOutcome(
                job,
                usage=usage,
                estimated=guessed,
                seconds=time.monotonic() - began,
                request_id=reply.request_id or getattr(error, "request_id", None) or "",
                failure=_blamed(error, spec, key),
            )
        text = "".join(reply.pieces)
        if len(key) >= SHORTEST_KEY:
            text = without(text, key)
        stop = _STOPS.get(reply.stop or "", "end")
        return CallOutcome(job, text, stop, reply.usage, time.monotonic() - began, reply.request_id)

    async def count(self, spec: ModelSpec, prompt: Prompt) -> int:
        """Tokens of a prompt as the provider counts them. Raises CannotCount, which says why not."""
        key = _key(spec)
        try:
            client = self._client(spec, key)
            counted = await client.messages.count_tokens(**_asked(spec, prompt), timeout=COUNT_SECONDS)
            return int(counted.input_tokens)
        except Exception as error:  # noqa: BLE001 - the same edge
            raise CannotCount(_blamed(error, spec, key).detail) from None

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    async def _read(self, client: anthropic.AsyncAnthropic, job: CallJob, reply: _Reply) -> None:
        stream = await client.messages.create(**_body(job), stream=True, timeout=_timeout(job.spec))
        try:
            reply.request_id = stream.response.headers.get("request-id", "")[:100]
            _require_stream(stream.response, job.spec)
            async for event in stream:
                reply.take(event)  # to the last one, so that the connection can be used again
        except (httpx2.ReadError, httpx2.RemoteProtocolError) as error:
            raise Unfinished from error
        finally:
            await stream.close()
        if not reply.tokens:
            raise Malformed
        if reply.stop is None:
            raise Unfinished

    def _client(self, spec: ModelSpec, key: str) -> anthropic.AsyncAnthropic:
        """The client of a provider. Raises NoKey."""
        if spec.key_variable and not key:
            raise NoKey(
                f"{spec.name} needs a key in the environment variable {spec.key_variable}, which is not set. Set it "
                "where evoweb is started, restart evoweb, and release the model."
            )
        if key and not _KEY.fullmatch(key):
            raise NoKey(
                f"What {spec.key_variable} holds is no key: it has characters that no key has. Set it again, restart "
                "evoweb, and release the model."
            )
        place = (spec.base_url, spec.key_variable)
        if place not in self._clients:
            self._clients[place] = _client(spec.base_url, key or NO_KEY, self._allowed)
        return self._clients[place]


def _key(spec: ModelSpec) -> str:
    """The key, which goes nowhere but to its provider; empty where none is wanted or none is set."""
    return os.environ.get(spec.key_variable, "").strip() if spec.key_variable else ""


def _client(base_url: str, key: str, allowed: Sequence[str]) -> anthropic.AsyncAnthropic:
    # The SDK adds what ANTHROPIC_CUSTOM_HEADERS holds to every client: another provider must not be sent it.
    lines = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
    strangers = {line.partition(":")[0].strip(): anthropic.Omit() for line in lines if ":" in line}
    http = httpx2.AsyncClient(
        transport=Transport(allowed, CONNECTIONS), follow_redirects=False, trust_env=False, base_url=base_url
    )
    headers: Any = {**strangers, "Accept-Encoding": "identity"}
    return anthropic.AsyncAnthropic(
        api_key=key,
        base_url=base_url,
        max_retries=0,
        default_headers=headers,
        http_client=http,
        open_telemetry=False,
    )


def _body(job: CallJob) -> dict[str, Any]:
    """The request. What a server cannot do is left out, and asked for in words where that is possible."""
    spec = job.spec
    most = min(job.max_tokens or spec.max_tokens, spec.max_tokens)
    body = _asked(spec, job.prompt, job.schema) | {"max_tokens": most}
    config: dict[str, Any] = {"effort": job.effort} if job.effort else {}
    if job.schema is not None and spec.structured:
        config["format"] = {"type": "json_schema", "schema": dict(job.schema)}
    if config:
        body["output_config"] = config
    if spec.caching:
        body["cache_control"] = {"type": "ephemeral"}
    if spec.extra:
        body["extra_body"] = dict(spec.extra)
    return body


def _asked(spec: ModelSpec, prompt: Prompt, schema: Any = None) -> dict[str, Any]:
    """Model, system text and messages."""
    system = prompt.system
    if schema is not None and not spec.structured:
        told = json.dumps(dict(schema), ensure_ascii=False)
        system = (
            f"{system}\n\nAnswer with one JSON value and nothing else. It follows this JSON schema:\n{told}".strip()
        )
    messages = [{"role": message.by, "content": message.text} for message in prompt.messages]
    return {"model": spec.model, "messages": messages} | ({"system": system} if system else {})


def _timeout(spec: ModelSpec) -> httpx2.Timeout:
    return httpx2.Timeout(spec.timeout, connect=min(CONNECT_SECONDS, spec.timeout))


def _require_stream(response: httpx2.Response, spec: ModelSpec) -> None:
    """Raises NotTheApi for a page, and for anything else that is no stream of events."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return
    what = "answered with a web page" if "html" in kind else f"answered with {kind or 'something'} instead of a stream"
    raise NotTheApi(wrong_address(spec, what))


def _blamed(error: BaseException, spec: ModelSpec, key: str) -> CallFailure:
    """The failure behind an exception. One that nobody foresaw is logged without its words: they might hold the key."""
    try:
        return failure(error, spec, key)
    except Exception as unknown:  # noqa: BLE001
        log.error("a call of %s failed in a way that is not known: %s", spec.name, type(unknown).__name__)
        return failure(Malformed(), spec, key)
