"""Asks the web process how the system is."""

import asyncio
import json
from collections.abc import Callable

from evoweb.supervisor.claims import HOST

POLL_SECONDS = 0.1
REPORT_SECONDS = 30.0
PATIENCE = 5.0


async def until_healthy(port: int, say: Callable[[str], None]) -> None:
    """Wait until everything works; now and then tell what does not yet.

    A poll, because only the web process can tell, and what it tells are signs of life of others.
    """
    loop = asyncio.get_running_loop()
    report = loop.time() + REPORT_SECONDS
    while (health := await ask(port)).get("status") != "ok":
        if loop.time() > report:
            say(f"Still waiting for: {', '.join(_missing(health))}")
            report = loop.time() + REPORT_SECONDS
        await asyncio.sleep(POLL_SECONDS)


async def ask(port: int) -> dict[str, object]:
    """What /api/health says; nothing while the web process cannot answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            body = (await _get(port, "/api/health")).partition(b"\r\n\r\n")[2]
        answer = json.loads(body)
    except (OSError, TimeoutError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


async def _get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n".encode())
        return await reader.read(-1)
    finally:
        writer.close()


def _missing(health: dict[str, object]) -> list[str]:
    return [name for name, well in health.items() if name != "status" and not well] or ["web"]
