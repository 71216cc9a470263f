"""The installation's secret key: made once, kept in a file that only its owner can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_key(home: Path) -> str:
    """The key in home/secret.key, made there on first use; two processes that start together agree on one."""
    path = home / "secret.key"
    if not path.exists():
        draft = home / f"secret.key.{os.getpid()}"
        try:
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            with suppress(FileExistsError):  # another process was first: then its key is the key
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text()
