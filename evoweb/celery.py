"""The Celery application: `celery -A evoweb worker`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")

app = Celery("evoweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


def keep_logging_of_the_settings(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody listens here."""


setup_logging.connect(keep_logging_of_the_settings)
