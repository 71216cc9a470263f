"""kill -9 of real processes; `bench/kills.py` does the same many times over."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
BASE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120.0  # seconds; the machine may be busy with other things
CANDIDATES = 150
MANAGE = [sys.executable, str(BASE / "manage.py")]
EVOLVE = (
    *("evolve", str(BASE / "examples" / "parabola8"), "--candidates", str(CANDIDATES)),
    *("--parallel", "1", "--seed", "3", "--mode", "full-auto", "--json"),
)

MANY = 6 * CANDIDATES  # so that a run goes on while another process starts
LONG = ("--candidates", str(MANY))


class Home:
    """A home whose database is a file of its own, and the commands and systems that were started on it."""

    def __init__(self, path):
        path.chmod(0o755)
        self.path = path
        self.environment = {**os.environ, "EVOWEB_HOME": str(path), "DJANGO_SETTINGS_MODULE": "evoweb.settings"}
        self.environment |= {"EVOWEB_DATABASE_URL": "", "EVOWEB_BROKER_URL": "", "PYTHONPATH": str(BASE)}
        self._started = []

    def start(self, *command):
        process = subprocess.Popen(
            command,
            env=self.environment,
            cwd=BASE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def manage(self, *words):
        return self.start(*MANAGE, *words)

    def result(self, *words):
        """What a command says at last. It must succeed."""
        process = self.manage(*words)
        said = process.communicate(timeout=2 * PATIENCE)[0]
        assert process.returncode == 0, said
        return json.loads(said.splitlines()[-1])

    def ask(self, statement):
        with sqlite3.connect(f"file:{self.path / 'evoweb.sqlite3'}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(statement).fetchall()

    def latest(self):
        """(state, measured) of the latest run."""
        with suppress(sqlite3.OperationalError):  # no table yet
            return next(iter(self.ask("SELECT state, measured FROM records_run ORDER BY id DESC LIMIT 1")), ("", 0))
        return "", 0

    def clean_up(self):
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture
def home(empty, tmp_path):
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    made = Home(tmp_path)
    yield made
    made.clean_up()


@contextmanager
def dying(process, number=signal.SIGKILL):
    """Kill a process; whatever it had started vanishes with it."""
    family = tree(process.pid)
    assert len(family) > 1, "no sandboxes: this would prove little"
    yield family
    process.send_signal(number)
    process.wait(PATIENCE)
    until(lambda: not any(map(lives, family)))


def tree(pid):
    found = [pid]
    for parent in found:
        with suppress(OSError):
            found += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
    return found


def lives(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


def moved(home, since):
    state, measured = home.latest()
    return state not in ("", "open") or measured > since


def assert_whole(home, candidates=CANDIDATES):
    """Every run of the home has the archive of the first, nothing stands in it twice, the log verifies."""
    assert home.manage("verify_log").wait(PATIENCE) == 0
    runs = home.ask("SELECT state, measured, evaluations FROM records_run")
    assert set(runs) == {("finished", candidates, candidates + 1)}
    columns = "candidate_id, round, position, task_id, repeat"
    assert not home.ask(f"SELECT 1 FROM records_trajectory GROUP BY {columns} HAVING count(*) > 1")
    archives = {tuple(home.ask(archive(run))) for run in range(1, len(runs) + 1)}
    assert len(archives) == 1


def archive(run):
    """What an archive digest covers; the pages and commands show the digest itself."""
    born = f"id - ({run} << 32)"
    return (
        f"SELECT {born}, content_digest, parents, verdict FROM records_candidateedit WHERE run_id = {run} ORDER BY id"
    )


def test_a_command_that_is_killed_three_times_ends_with_the_archive_of_the_undisturbed_run(home):
    wanted = home.result(*EVOLVE)["archive_digest"]
    process = home.manage(*EVOLVE)
    until(lambda: home.ask("SELECT count(*) FROM records_run") == [(2,)])
    for part in (1, 2, 3):
        until(lambda part=part: moved(home, part * CANDIDATES // 5))
        assert home.latest()[0] == "open"
        with dying(process):
            pass
        process = home.manage("resume")
    said = process.communicate(timeout=PATIENCE)[0]
    assert json.loads(said.splitlines()[-1])["archive_digest"] == wanted
    assert home.ask("SELECT count(*) FROM records_effect WHERE attempts > 1") != [(0,)]
    assert_whole(home)


def test_a_system_that_is_killed_as_a_whole_goes_on_by_itself_when_it_is_started_again(home):
    home.result(*EVOLVE)
    system = start_system(home)
    assert home.manage(*EVOLVE, "--no-wait").wait(PATIENCE) == 0
    until(lambda: moved(home, CANDIDATES // 3))
    assert home.latest()[0] == "open"
    with dying(system) as family:
        for pid in family[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    system = start_system(home)
    until(lambda: home.latest() == ("finished", CANDIDATES))
    system.terminate()
    assert system.wait(PATIENCE) == 0
    assert_whole(home)


def test_a_worker_hears_again_after_its_broker_was_killed_with_all_its_data(home):
    system = start_system(home)
    assert home.manage(*EVOLVE, "--candidates", str(3 * CANDIDATES), "--no-wait").wait(PATIENCE) == 0
    broker = measured = 0
    for _ in range(2):
        until(lambda: moved(home, measured) and the_broker(system) not in (0, broker))  # noqa: B023
        broker = the_broker(system)
        os.kill(broker, signal.SIGKILL)
        (home.path / "broker.sock").unlink(missing_ok=True)
        until(lambda: the_broker(system) not in (0, broker))  # noqa: B023
        time.sleep(1.0)  # what the worker was at, it has finished without a broker
        measured = home.latest()[1]
    until(lambda: home.latest() == ("finished", 3 * CANDIDATES))
    system.terminate()
    assert system.wait(PATIENCE) == 0
    assert home.manage("verify_log").wait(PATIENCE) == 0


def the_broker(system):
    """Process id of the system's broker; 0 while there is none."""
    for pid in tree(system.pid):
        with suppress(OSError):
            if b"valkey-server" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return 0


def start_system(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    system = home.start(sys.executable, "-m", "evoweb.supervisor", "--home", str(home.path), "--port", port)
    assert any("evoweb is ready" in line for line in system.stdout)
    return system


def test_a_second_resume_follows_the_process_that_drives_and_drives_nothing(home):
    first = home.manage(*EVOLVE, *LONG)
    until(lambda: moved(home, 1))
    second = home.manage("resume")
    followed = second.communicate(timeout=PATIENCE)[0]
    drove = first.communicate(timeout=PATIENCE)[0]
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Another process drives this run" in followed
    assert json.loads(followed.splitlines()[-1]) == json.loads(drove.splitlines()[-1])
    assert home.ask("SELECT driver_token FROM records_run") == [(1,)], "nobody else took it"
    assert home.ask("SELECT count(*) FROM records_effect WHERE attempts > 1") == [(0,)]
    assert_whole(home, MANY)


def test_a_follower_takes_over_when_the_process_that_it_follows_is_killed(home):
    first = home.manage(*EVOLVE, *LONG)
    until(lambda: moved(home, 1))
    second = home.manage("resume")
    assert any("Another process drives this run" in line for line in second.stdout)
    with dying(first):
        pass
    said = second.communicate(timeout=PATIENCE)[0]
    assert json.loads(said.splitlines()[-1])["state"] == "finished"
    assert_whole(home, MANY)


def test_resuming_where_no_run_is_says_so(home):
    process = home.manage("resume")
    said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1
    assert said.strip().endswith("There is no run to resume. Start one: manage.py evolve FOLDER")
