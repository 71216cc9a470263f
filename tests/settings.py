"""The product's settings in a home of its own, with a broker in memory and passwords that hash fast."""

import os
import tempfile

# Before the settings read it. World-traversable, because sandboxes run as another user.
os.environ["EVOWEB_HOME"] = tempfile.mkdtemp(prefix="evoweb-tests-")
os.chmod(os.environ["EVOWEB_HOME"], 0o755)

from evoweb.settings import *  # noqa: E402, F403

EVOWEB_UNDO_SECONDS = 0
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
