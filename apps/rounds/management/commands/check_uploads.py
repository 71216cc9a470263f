"""manage.py check_uploads: check the project folders that people brought in the browser. The worker starts it."""

from typing import Any

from apps.rounds.intake import examine_all
from apps.rounds.management.frame import Frame


class Command(Frame):
    help = "Check the project folders that wait to be imported. The worker starts this by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        examine_all()
