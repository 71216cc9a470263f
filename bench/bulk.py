"""Fills a home with history: many candidates and log entries, as a driver would have left them, in minutes.

    python -m bench.bulk HOME [--candidates 100000] [--events 1000000] [--gates 10000] [--answers 20000] [--projects 30]

Rounds, effects, candidates, trajectories, verdicts, answers, gates that wait, snapshots, champions and memberships, all
with the real digests and a valid chain: manage.py verify_log finds nothing wrong. The scores come from a made-up
search, folded by the engine's own population. On SQLite, and on PostgreSQL behind EVOWEB_DATABASE_URL.
Everybody of PEOPLE signs in with the password "bench".

Nine tenths of the candidates are in the first project's last run, which is open. Its driver is nobody: a worker that
starts on this home leaves it alone for a year.
"""

import argparse
import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.common import EXAMPLES

PEOPLE = {
    "alice": "admin",
    "bob": "reviewer",
    "otto": "operator",
    "mara": "maintainer",
    "ada": "auditor",
    "vera": "viewer",
}
PASSWORD = "bench"
DAYS = 30.0
SMALL_RUNS = 4  # of the first project, each a fortieth of its candidates
SMALL_PROJECT = 6  # candidates


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000, help="entries of the log, about")
    parser.add_argument("--gates", type=int, default=10_000, help="that wait for people")
    parser.add_argument("--answers", type=int, default=20_000, help="that people gave")
    parser.add_argument("--projects", type=int, default=30, help="small ones, beside the first")
    return parser.parse_args()


def main() -> None:
    given = options()
    given.home.mkdir(parents=True, exist_ok=True)
    given.home.chmod(0o755)
    os.environ |= {"EVOWEB_HOME": str(given.home), "DJANGO_SETTINGS_MODULE": "evoweb.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    load(given.candidates, given.events, given.gates, given.answers, given.projects)
    print(f"loaded in {time.monotonic() - begun:.0f} s")


def load(candidates: int, events: int, gates: int = 0, answers: int = 0, projects: int = 0) -> Any:
    """Fill the database of the settings; returns the first project."""
    from bench.bulk_rows import Clock, Tables
    from bench.bulk_runs import Shape

    began = datetime.now().astimezone() - timedelta(days=DAYS)
    people = _people()
    per = max(0, events - 2 * gates - 3 * answers) / max(1, candidates - gates)
    measures = max(1, min(3, int(per) - 3))
    ticks = candidates * (measures + 4) + gates + 2 * answers + 100 * projects
    tables, clock = Tables(), Clock(began, timedelta(days=DAYS) / ticks)
    project = _project("Cart to the mark", people, clock)
    shape = Shape(candidates, measures, people=tuple(people.values()))
    share = candidates // 40
    sizes = [share] * SMALL_RUNS
    for size in sizes:
        _run(tables, clock, project, replace(shape, candidates=size, answers=answers * size // candidates, events=per))
    rest = candidates - sum(sizes)
    spent = answers * share // candidates * SMALL_RUNS
    _run(tables, clock, project, replace(shape, candidates=rest, answers=answers - spent, gates=gates, events=per))
    for number in range(projects):
        small = _project(f"Small {number + 1}", people, clock)
        _run(tables, clock, small, replace(shape, candidates=SMALL_PROJECT, events=8))
    tables.flush()
    tables.settle()
    return project


def _run(tables: Any, clock: Any, project: Any, shape: Any) -> None:
    from bench.bulk_runs import grow

    grow(tables, clock, project, shape)


def _people() -> dict[str, Any]:
    from django.contrib.auth.hashers import make_password

    from apps.accounts.models import User

    hashed = make_password(PASSWORD)  # slow on purpose: once is enough
    return {name: User.objects.create(username=name, password=hashed) for name in PEOPLE}


def _project(name: str, people: dict[str, Any], clock: Any) -> Any:
    """Imported from the example with two files, without trying its evaluator out."""
    from django.db import transaction

    from apps.accounts.actors import Actor
    from apps.log.services import append
    from apps.projects.facts import Facts
    from apps.projects.importer import import_package
    from apps.projects.models import Membership
    from apps.projects.package import read_package
    from apps.projects.services import members

    package = replace(read_package(EXAMPLES / "two_files"), name=name)
    facts = Facts(repeatable=True, noise=0.0, seed_score=-1.0, seconds=0.1, tasks=6)
    with patch("django.utils.timezone.now", clock.now), transaction.atomic():
        project = import_package(Actor.system(), package, facts)
        made = [
            Membership.objects.create(project=project, user=user, role=PEOPLE[name]) for name, user in people.items()
        ]
        append(project.pk, [members.added(Actor.system(), member) for member in made])
    return project


if __name__ == "__main__":
    main()
