"""Long answers that are never in memory as a whole."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async


async def in_a_thread(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """One chunk at a time: Django would make a list of an ordinary iterator before it sends the first byte."""
    while (chunk := await sync_to_async(_next)(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
