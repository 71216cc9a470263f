"""A server that speaks the Messages API on the loopback interface, and misbehaves as it is told.

    with MessagesServer(lambda asked: "the reply to " + asked.text) as server:
        server.script(error(429, retry_after=0.1), "better")   # answers to the next requests, in turn
        ... base_url=server.url ...
        assert server.received[0].body["model"] == "some-model"

It runs in a thread. As a process of its own, for measurements: `python -m tests.llm.server --latency 0.2`, which prints
its address and serves until its standard input closes.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import pytest

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The last message's text."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)

    @property
    def system(self) -> str:
        system = self.body.get("system", "")
        return system if isinstance(system, str) else "".join(block.get("text", "") for block in system)


@dataclass(frozen=True)
class Answer:
    """What the server does with one request. Tokens that are None are counted as a quarter of the characters."""

    text: str = "ok"
    status: int = 200
    stop: str = "end_turn"
    latency: float = 0.0  # seconds before the first byte
    pause: float = 0.0  # seconds before each piece of text
    pieces: int = 4
    cut_after: int | None = None  # pieces, then the connection is closed
    input: int | None = None
    output: int | None = None
    cache_read: int = 0
    cache_write: int = 0
    raw: bytes | None = None  # the whole body, instead of a message
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, message: str = "so it was scripted", retry_after: float | None = None) -> Answer:
    """An error as the API words it."""
    body = {"type": "error", "error": {"type": ERROR_TYPES.get(status, "api_error"), "message": message}}
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Answer(status=status, raw=json.dumps(body).encode(), headers=headers)


def html(status: int = 200) -> Answer:
    """A page, as a proxy or a wrong address sends it."""
    page = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>"
    return Answer(status=status, raw=page, content_type="text/html; charset=utf-8")


def malformed(body: bytes = b"event: message_start\ndata: {not json\n\n") -> Answer:
    """A stream that is none."""
    return Answer(raw=body, content_type="text/event-stream")


def failing_stream(kind: str = "overloaded_error") -> Answer:
    """An error in the middle of a stream that began well."""
    event = {"type": "error", "error": {"type": kind, "message": "so it was scripted"}}
    begun = b"".join(_events("half", Answer())[:-3])
    return Answer(raw=begun + _event(event), content_type="text/event-stream")


REFUSAL = Answer(text="I cannot help with that.", stop="refusal")
CUT = Answer(text="half of what was to be said", cut_after=2)

type Reply = Callable[[Asked], Answer | str]


class MessagesServer:
    """`reply` answers every request that nothing was scripted for. latency: seconds before each reply of its."""

    def __init__(self, reply: Reply | Answer | str = "ok", latency: float = 0.0) -> None:
        self._reply: Reply = reply if callable(reply) else lambda asked: reply
        self._latency = latency
        self._scripted: deque[Answer | str] = deque()
        self.received: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def messages(self) -> list[Asked]:
        """The requests for a message, without those that count tokens or list models."""
        return [asked for asked in self.received if asked.path == "/v1/messages"]

    def script(self, *answers: Answer | str) -> None:
        """What the next requests for a message get, in turn."""
        self._scripted.extend(answers)

    def start(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def settle(self) -> None:
        """Wait until what was sent before has been read, also by callers that are gone meanwhile."""
        for _ in range(2):  # the first is accepted after all connections before it, the second after their requests
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"{self.url}/").close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 26))
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await _read(reader)) is not None:
                self.received.append(asked)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    open_still = await self._answer(asked, writer)
                finally:
                    self._at_once -= 1
                if not open_still:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.path == "/v1/messages/count_tokens":
            counted = {"input_tokens": _tokens(asked)}
            return await _whole(writer, Answer(raw=json.dumps(counted).encode()))
        if asked.path != "/v1/messages":
            return await _whole(writer, error(404, "there is no such path"))
        made = self._scripted.popleft() if self._scripted else self._reply(asked)
        answer = Answer(text=made) if isinstance(made, str) else made
        await asyncio.sleep(answer.latency or self._latency)
        if answer.raw is not None:
            return await _whole(writer, answer)
        counted = answer if answer.input is not None else replace(answer, input=_tokens(asked))
        return await _stream(writer, asked.body["model"], counted)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(first.split(" ")[1], headers, json.loads(body) if body else {})


async def _whole(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    assert answer.raw is not None
    head = {"content-type": answer.content_type, "content-length": str(len(answer.raw)), "request-id": "req_scripted"}
    writer.write(_head(answer.status, head | answer.headers) + answer.raw)
    await writer.drain()
    return True


async def _stream(writer: asyncio.StreamWriter, model: str, answer: Answer) -> bool:
    head = {"content-type": "text/event-stream", "transfer-encoding": "chunked", "request-id": "req_scripted"}
    events = _events(model, answer)
    writer.write(_head(answer.status, head | answer.headers))
    for number, event in enumerate(events):
        piece = number - 2
        if piece >= 0 and answer.cut_after is not None and piece >= answer.cut_after:
            await writer.drain()
            return False
        if answer.pause and 0 <= piece < answer.pieces:
            await writer.drain()
            await asyncio.sleep(answer.pause)
        writer.write(b"%x\r\n%s\r\n" % (len(event), event))
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _events(model: str, answer: Answer) -> list[bytes]:
    """message_start, content_block_start, a delta for each piece, content_block_stop, message_delta, message_stop."""
    output = answer.output if answer.output is not None else max(1, len(answer.text) // 4)
    usage = {
        "input_tokens": answer.input or 0,
        "output_tokens": 1,
        "cache_read_input_tokens": answer.cache_read,
        "cache_creation_input_tokens": answer.cache_write,
    }
    message = {"id": "msg_scripted", "type": "message", "role": "assistant", "model": model, "content": []}
    message |= {"stop_reason": None, "stop_sequence": None, "usage": usage}
    size = max(1, -(-len(answer.text) // max(1, answer.pieces)))
    pieces = [answer.text[start : start + size] for start in range(0, len(answer.text), size)]
    block: dict[str, Any] = {"type": "text", "text": ""}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": p}} for p in pieces),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": answer.stop, "stop_sequence": None},
            "usage": {"output_tokens": output},
        },
        {"type": "message_stop"},
    ]
    return [_event(event) for event in events]


def _event(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _tokens(asked: Asked) -> int:
    texts = [asked.system, *(json.dumps(message["content"]) for message in asked.body["messages"])]
    return max(1, sum(map(len, texts)) // 4)


@pytest.fixture
def messages_server() -> Any:
    """A server whose every reply is "ok" until it is told otherwise."""
    with MessagesServer() as server:
        yield server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--text", default="ok")
    parser.add_argument("--pieces", type=int, default=20)
    options = parser.parse_args()
    with MessagesServer(Answer(options.text, pieces=options.pieces), options.latency) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
