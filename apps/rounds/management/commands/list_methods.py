"""manage.py list_methods: every method with its claim; --write renews docs/methods.md."""

from argparse import ArgumentParser
from typing import Any

from apps.engine import registry
from apps.engine.evidence import Evidence
from apps.rounds.management.frame import Frame
from apps.rounds.method_list import FILE, page


class Command(Frame):
    usage = "[--write]"
    stores = False
    help = "List the methods and what they claim."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="renew docs/methods.md from the methods' own words")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            FILE.write_text(page())
            self.stdout.write(f"wrote {FILE}")
            return
        for name in registry.names():
            self.stdout.write(f"{name}\n    {registry.claim(name)}")
            for step, by in self._shown(name):
                self.stdout.write(f"    {step}: {by}")

    def _shown(self, name: str) -> tuple[tuple[str, str], ...]:
        """How far the claim is shown; nothing for a method that says nothing of it."""
        evidence = registry.shown(name)
        return evidence.steps if evidence != Evidence() else ()
