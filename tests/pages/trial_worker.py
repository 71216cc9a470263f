"""Plays the worker of trials in a process of its own, without a broker: looks for work all the time. Until killed."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from apps.rounds.trier import try_waiting  # noqa: E402

if __name__ == "__main__":
    while True:
        if not try_waiting(Path(settings.EVOWEB_HOME), 1.0):
            time.sleep(0.1)
