"""The product's settings in a home of its own, with a broker in memory and passwords that hash fast."""

import atexit
import os
import shutil
import tempfile

# Before the settings read it. World-traversable, because sandboxes run as another user.
_home = tempfile.mkdtemp(prefix="evoweb-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.chmod(_home, 0o755)
os.environ["EVOWEB_HOME"] = _home

from evoweb.settings import *  # noqa: E402, F403

EVOWEB_UNDO_SECONDS = 0
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
