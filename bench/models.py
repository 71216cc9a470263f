"""Candidates per second where a model proposes each: parabola8, sandboxed, journaled, every call in the ledger.

    python -m bench.models [CANDIDATES] [PARALLEL] [LATENCY]

The model is a server of ours that answers after LATENCY seconds (0.2) with the program and one number moved. A round
could last LATENCY plus one evaluation, and PARALLEL of them (8) go on at a time; `overhead` is what a candidate takes
beyond that, `own CPU` what the driving process spends on it, callers included. Quote the CPU where the machine is busy.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from bench.common import EXAMPLES, ROOT, environment, home, table

METHOD, MODEL = "asker", "scripted"
_NUMBER = re.compile(r"^([A-Z_]+ = )([-0-9.]+)", re.MULTILINE)


def serve(latency: float) -> None:
    """Answer until standard input closes; the address comes first."""
    from tests.llm.server import Asked, MessagesServer

    def reply(asked: Asked) -> str:
        rng, text = Random(asked.text), asked.text.partition("\n")[2]
        place = rng.choice(list(_NUMBER.finditer(text)))
        moved = f"{place[1]}{float(place[2]) * rng.lognormvariate(0, 0.1):.6g}"
        return text[: place.start()] + moved + text[place.end() :]

    with MessagesServer(reply, latency) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def drive(url: str, candidates: int, parallel: int) -> None:
    """One run in this process; the last line is what it took, as JSON."""
    import django

    django.setup()
    from django.conf import settings

    from apps.accounts.actors import Actor
    from apps.llm.money import Rates
    from apps.llm.services import catalogue
    from apps.records.models import Run
    from apps.rounds.intake import take_in
    from apps.rounds.loop import Loop
    from apps.rounds.start import Order, start
    from apps.rounds.terminal import isolation
    from apps.rounds.verify import problems

    _register()
    system, rate = Actor.system(), Decimal(1)
    columns = {"model": "scripted", "base_url": url, "key_variable": "", "max_tokens": 4096, "concurrency": parallel}
    row = catalogue.put(system, catalogue.Description(MODEL, columns, {}))
    catalogue.price(system, row, Rates(rate, rate, rate, rate))
    catalogue.cast(system, None, "mutate", {MODEL: 1.0})
    project = take_in(system, EXAMPLES / "parabola8")
    loop = Loop(Path(settings.EVOWEB_HOME), settings.EVOWEB_SLOTS)
    order = Order(METHOD, candidates, 1, "full-auto", parallel)
    run = start(system, project, order, isolation().kind, loop.slot.name)
    loop.only = [run.pk]
    loop.adopt(run)
    while not run.measured:  # the first evaluation starts the sandboxes
        loop.turn(0.1)
        run.refresh_from_db()
    begun, wall, cpu = run.measured, time.monotonic(), time.process_time()
    while run.state == "open":
        loop.turn(5.0)
        run.refresh_from_db()
    took, spent = time.monotonic() - wall, time.process_time() - cpu
    loop.close()
    made, run = run.measured - begun, Run.objects.get(pk=run.pk)
    found = list(problems(project))
    told = {"made": made, "wall": took, "cpu": spent, "evaluation": run.spent / run.evaluations, "problems": found}
    print(json.dumps(told))


def _register() -> None:
    """A method of one question and one measurement a round, as far as the registry is asked here."""
    from apps.engine import registry
    from apps.engine.effects import Ask, Propose
    from apps.engine.prompt import USER, Message, Prompt
    from apps.engine.recipe import Context, Recipe
    from apps.engine.records import Chosen

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Generator[Any, Any, int]:
        (base,) = parents
        text = f"Round {ctx.round}\n{base.texts['main.py']}"
        reply = yield Ask("mutate", Prompt("You move numbers.", (Message(USER, text),)), MODEL)
        number: int = yield Propose((base.number,), {"main.py": reply.text}, "asked")
        return number

    recipe = Recipe(vary=vary, roles=("mutate",))
    registry.get = lambda name: recipe  # type: ignore[assignment]


def measure(path: Path, candidates: int, parallel: int, latency: float) -> dict[str, Any]:
    """A run in a process of its own, against a server in another."""
    here = [sys.executable, "-m", "bench.models"]
    server = subprocess.Popen(
        [*here, "serve", str(latency)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin
    assert server.stdout
    url = server.stdout.readline().strip()
    own = environment(path, EVOWEB_LLM_PRIVATE_URLS="127.0.0.1", DJANGO_SETTINGS_MODULE="evoweb.settings")
    command = [*here, "drive", url, str(candidates), str(parallel)]
    ran = subprocess.run(command, cwd=ROOT, env=own, check=True, stdout=subprocess.PIPE, text=True)
    server.stdin.close()
    server.wait()
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def main() -> None:
    given = sys.argv[1:]
    candidates, parallel, latency = (*given, *("400", "8", "0.2")[len(given) :])[:3]
    with home() as path:
        told = measure(path, int(candidates), int(parallel), float(latency))
    rate = told["made"] / told["wall"]
    overhead = 1000 * (1 / rate - (float(latency) + told["evaluation"]) / int(parallel))
    row = (told["made"], rate, 1000 * told["cpu"] / told["made"], overhead, os.getloadavg()[0], len(told["problems"]))
    table(("candidates", "a second", "own CPU ms", "overhead ms", "load", "problems"), [row])


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(float(sys.argv[2]))
    elif sys.argv[1:2] == ["drive"]:
        drive(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
