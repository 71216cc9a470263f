"""A home of its own for the whole test session, away from the one that people use."""

import os
import tempfile

# Before anything reads the settings. World-traversable, because sandboxes run as another user.
_HOME = tempfile.mkdtemp(prefix="evoweb-tests-")
os.chmod(_HOME, 0o755)
os.environ["EVOWEB_HOME"] = _HOME
# Playwright's loop runs in the thread that tests use the database from.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
