"""The connection to a provider: only to addresses that may be asked, without redirects, and bounded."""

import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import cache

import anyio
import httpcore2
import httpx2

from apps.llm.addresses import Forbidden, resolve

MOST_BYTES = 64 * 1024 * 1024  # of one response on the wire; a delta of four characters takes some 150 of them
# Of one event of a stream, which has two lines. To find its end the SDK takes the square of what came of it, and every
# other call waits meanwhile: 1 MB of short lines without a blank one took 25 s.
MOST_EVENT_BYTES = 16 * 1024 * 1024
MOST_EVENT_LINES = 200


class TooLarge(Exception):
    """A response has more bytes than any reply needs."""


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses that were looked at, not to a name that is looked up again."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            with anyio.fail_after(timeout):
                addresses = await resolve(host, port, self._allowed)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("looking up the name took too long") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved") from error
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, *, events: bool) -> None:
        self._inner = inner
        self._events = _Events() if events else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for chunk in self._inner:
            seen += len(chunk)
            if seen > MOST_BYTES:
                raise TooLarge(f"more than {MOST_BYTES // 1024 // 1024} MB were sent")
            if self._events is not None:
                self._events.take(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Events:
    """How much has come of an event since the last blank line. Raises TooLarge."""

    def __init__(self) -> None:
        self._bytes = self._lines = 0
        self._end = b""  # of what came before: a blank line may come in two chunks

    def take(self, chunk: bytes) -> None:
        known = self._end + chunk
        ended = max(known.rfind(b"\n\n"), known.rfind(b"\r\r"), known.rfind(b"\r\n\r\n"))
        if ended >= 0:
            self._bytes = self._lines = 0
            chunk = known[ended:]
        self._bytes += len(chunk)
        self._lines += chunk.count(b"\n") + chunk.count(b"\r")
        self._end = known[-3:]
        if self._bytes > MOST_EVENT_BYTES or self._lines > MOST_EVENT_LINES:
            raise TooLarge("one event of its stream has no end")


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than many a call. SSL_CERT_FILE names those of a gateway in one's own house."""
    return httpx2.create_ssl_context()


class Transport(httpx2.AsyncHTTPTransport):
    """One provider's connections. allowed: the private hosts that the operator named."""

    def __init__(self, allowed: Sequence[str], connections: int) -> None:
        # The environment is not read: a proxy named there would make the connection, and the check would see only it.
        super().__init__(verify=_certificates(), trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_certificates(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=_Guarded(allowed),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise TooLarge("the response is compressed, which was not asked for and could hide any size")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        events = "event-stream" in response.headers.get("content-type", "").lower()
        response.stream = _Counted(response.stream, events=events)
        return response


__all__ = ["Forbidden", "TooLarge", "Transport"]
