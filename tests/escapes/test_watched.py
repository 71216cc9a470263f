"""Being watched opens no way out: attacks that touch streams, files and processes, run as a person would try them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ranges import LIMITS, Targets, attacks

from apps.sandbox.booth import Booth
from apps.sandbox.contract import Attempt, Program, Runtime, Sight, Tried
from apps.sandbox.inside.watching import KEPT
from apps.sandbox.isolation import Isolation
from apps.sandbox.runtime import prepare

TOUCHING = {
    "closes_everything",
    "daemons",
    "deep_folders",
    "exit_hooks",
    "fill_scratch",
    "forged_garbage",
    "forged_result",
    "huge_print",
    "left_files",
    "many_files",
    "open_files",
    "own_memory",
    "process_memory",
    "signals",
    "stops_itself",
    "symbolic_links",
    "terminal",
}
CHOSEN = [attack for attack in attacks() if attack.__name__.removeprefix("attack_") in TOUCHING]
CALM = "import os\ndef run(asked):\n    print('calm')\n    return sorted(os.listdir('.'))\n"
STEALS = """
import os, threading, time
def run(asked):
    for stream in (1, 2):
        try:
            reader = os.open(f"/proc/self/fd/{stream}", os.O_RDONLY | os.O_NONBLOCK)
            os.set_blocking(reader, True)
            threading.Thread(target=os.read, args=(reader, 1 << 20), daemon=True).start()
        except OSError:
            pass
    print("mine")
    time.sleep(0.2)
    return []
"""


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def booth(request: pytest.FixtureRequest, home: Path, isolation: Isolation) -> Iterator[Booth]:
    with Booth(home, isolation if request.param == isolation.kind else Isolation(request.param)) as made:
        yield made


@pytest.fixture(scope="module")
def runtime(home: Path) -> Runtime:
    return prepare((), home)


def watch(booth: Booth, runtime: Runtime, source: str, asked: bytes) -> tuple[Tried, Sight]:
    booth.start(
        Attempt("watched", Program({"program.py": source.encode()}, "program.py:run"), asked, 1, LIMITS, runtime)
    )
    while booth.tried is None:
        booth.turn(1.0)
    return booth.tried, booth.sight


def test_the_attacks_are_there() -> None:
    assert len(CHOSEN) == len(TOUCHING)


@pytest.mark.parametrize("attack", CHOSEN, ids=lambda attack: attack.__name__.removeprefix("attack_"))
def test_a_watched_attack_is_contained(attack, booth: Booth, runtime: Runtime, targets: Targets) -> None:  # type: ignore[no-untyped-def]
    tried, sight = watch(booth, runtime, attack.PROGRAM, targets.aim(True))
    seen = f"{tried.detail} {tried.output!r} {bytes(sight.out)!r} {bytes(sight.err)!r} {sight.left}"
    assert targets.secret not in seen
    assert max(len(sight.out), len(sight.err)) <= KEPT
    assert len(sight.left) <= 200
    assert targets.unchanged()
    after, calm = watch(booth, runtime, CALM, b"null")
    assert (after.output, bytes(calm.out), calm.left) == (b'["program.py"]', b"calm\n", [])


def test_reading_its_own_streams_takes_only_from_itself(booth: Booth, runtime: Runtime) -> None:
    tried, sight = watch(booth, runtime, STEALS, b"null")
    assert tried.infrastructure == ""
    assert set(sight.out) <= set(b"mine\n")
    assert bytes(watch(booth, runtime, CALM, b"null")[1].out) == b"calm\n"
