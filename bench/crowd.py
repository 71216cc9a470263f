"""A started evoweb with many people in it, for benchmarks of what they do at the same time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.common import EXAMPLES, MANAGE, ROOT, environment, home
from bench.system import System

PASSWORD = "bench"
FOLDER, PROJECT = "parabola8", "parabola-eight-constants"


@contextmanager
def gathered(people: int, gates: int) -> Iterator[tuple[System, dict[str, Any]]]:
    """A running system whose reviewers person-0 … may answer so many gates; what `prepare` told of it."""
    with home() as path:
        system = System(path)
        try:
            for size in _runs(gates):
                command = ("evolve", str(EXAMPLES / FOLDER), "--mode", "gate-only", "--candidates", str(size))
                subprocess.run([*MANAGE, *command, "--no-wait"], env=environment(path), check=True, capture_output=True)
            yield system, json.loads(on(path, "prepare", people, gates))
        finally:
            system.stop()


def on(path: Path, what: str, *numbers: int) -> str:
    """What a part of this module says in a process of its own on the home."""
    words = [sys.executable, "-m", "bench.crowd", what, *map(str, numbers)]
    return subprocess.run(words, cwd=ROOT, env=environment(path), check=True, capture_output=True, text=True).stdout


def loaded() -> str:
    """What else the machine does: figures are worth as much as this is small."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _runs(gates: int, most: int = 25) -> list[int]:
    """A run lets no more than forty rounds wait."""
    return [min(most, gates - begun) for begun in range(0, gates, most)]


def prepare(people: int, gates: int) -> dict[str, Any]:
    """Make the people, with a session each, and wait for the gates."""
    import time

    from django.contrib.auth.hashers import make_password

    from apps.accounts.models import User
    from apps.projects.models import Membership, Project
    from apps.records.models import HELD, Effect

    project = Project.objects.get(slug=PROJECT)
    others = Project.objects.exclude(pk=project.pk)
    hashed = make_password(PASSWORD)  # slow on purpose: once is enough
    made = User.objects.bulk_create(User(username=f"person-{at}", password=hashed) for at in range(people))
    for one in (project, *others):
        Membership.objects.bulk_create(Membership(project=one, user=user, role="reviewer") for user in made)
    while (held := Effect.objects.filter(state__in=HELD)).count() < gates:
        time.sleep(0.1)
    return {
        "project": project.pk,
        "others": list(others.values_list("pk", flat=True)),
        "gates": sorted(held.values_list("pk", flat=True)),
        "sessions": [_session(user) for user in made],
    }


def commit(count: int, apart: int) -> list[tuple[int, float]]:
    """Pause and resume a run of the project, about so many ms apart; each commit's sequence and moment."""
    import random
    import time

    from apps.accounts.actors import Actor
    from apps.log.models import LogHead
    from apps.oversight.services import stops
    from apps.records.models import Run

    run, made = Run.objects.filter(project__slug=PROJECT).order_by("pk")[0], []
    for at in range(count):
        time.sleep(apart / 1000 * random.uniform(0.75, 1.25))  # so that no clock of the server's is met in step
        if at % 2:
            stops.resume_run(Actor.system(), run)
        else:
            stops.pause_run(Actor.system(), run, f"pause {at}")
        made.append((LogHead.objects.get(project=run.project_id).sequence, time.time()))
    return made


def _session(user: Any) -> str:
    """The key of a session in which a person is signed in."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")
    import django

    django.setup()
    what, *numbers = sys.argv[1:]
    print(json.dumps({"prepare": prepare, "commit": commit}[what](*map(int, numbers))))


if __name__ == "__main__":
    main()
