"""manage.py start_method NAME: a new method's file, which runs as it is, and what to do with it."""

from argparse import ArgumentParser
from typing import Any

from apps.rounds.management.frame import Frame
from apps.rounds.method_template import begin


class Command(Frame):
    usage = "NAME"
    stores = False
    help = "Begin a new method: writes its file, which runs as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="lower-case letters, digits and underscores")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        file = begin(name)
        self.stdout.write(f"wrote {file}")
        self.stdout.write("  1. Say there what it claims and where it comes from, and make it yours.")
        self.stdout.write(f"  2. Test it: python -m pytest tests/engine/test_methods.py -k {name}")
        self.stdout.write(f"  3. Try it: python manage.py evolve FOLDER --method {name}")
        self.stdout.write("  4. Put it into the documentation: python manage.py list_methods --write")
