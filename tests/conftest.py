"""What all tests share."""

import os

# Playwright's loop runs in the thread that tests use the database from.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
