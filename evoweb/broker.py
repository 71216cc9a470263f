"""Where the embedded broker listens. The settings and the supervisor, which knows no Django, both ask here."""

from pathlib import Path
from urllib.parse import quote


def embedded_broker(home: Path) -> tuple[Path, str]:
    """The unix socket of the broker that belongs to this folder, and its URL for Celery."""
    socket = home / "broker.sock"
    return socket, f"redis+socket://{quote(str(socket))}?virtual_host=0"
