"""What only a process can show: signals, a closed pipe, a terminal, a full disk."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands.conftest import MANAGE, PATIENCE, product, shell, write_project

LONG = ("--candidates", "300", "--seed", "5", "--json")


def last(said):
    return json.loads(said.out.splitlines()[-1])


def processes_of(home: Path) -> list[str]:
    """Processes that were started with this EVOWEB_HOME, or that name it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            known = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if bytes(home) in known:
            found.append(entry.name)
    return found


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def begin(home, folder, *options, **streams):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    command = [*MANAGE, "evolve", str(folder), *options]
    return subprocess.Popen(command, env=product(home), text=True, start_new_session=True, **streams)


def until_measuring(process) -> list[int]:
    """The sandboxes of a command, once it has some."""
    until = time.monotonic() + PATIENCE
    while not (children := children_of(process.pid)) and time.monotonic() < until:
        time.sleep(0.05)
    return children


@pytest.fixture
def home(home, empty):
    """With a database: what happens on the way to one is another matter."""
    shutil.copytree(empty, home, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The archive of the long run when nobody interrupts it."""
    base = tmp_path_factory.mktemp("undisturbed")
    base.chmod(0o755)
    (base / "home").mkdir(mode=0o755)
    return last(shell(base / "home", "evolve", write_project(base / "project"), *LONG))["archive_digest"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str)
def test_a_signal_stops_a_run_before_its_end_and_resume_ends_as_if_nothing_had_been(
    number, code, folder, home, undisturbed
):
    process = begin(home, folder, *LONG)
    run = process.stdout.readline().split()[1]
    sandboxes = until_measuring(process)
    assert sandboxes
    time.sleep(0.2)
    os.killpg(process.pid, number)  # as Ctrl-C does: everything in the foreground gets it
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (code, "")
    assert err.removeprefix(f"Made a new database: {home}/evoweb.sqlite3\n") == (
        f"Interrupted; go on with: manage.py resume {run}\n"
    )
    assert not [pid for pid in sandboxes if alive(pid)]
    assert processes_of(home) == []
    resumed = shell(home, "resume")
    assert (resumed.code, resumed.err, last(resumed)["state"]) == (0, "", "finished")
    assert last(resumed)["archive_digest"] == undisturbed
    assert shell(home, "verify_log").code == 0


def test_a_signal_before_the_run_began_keeps_nothing(folder, home):
    (folder / "evaluator.py").write_text("import time\n\n\ndef score(*_):\n    time.sleep(60)\n")
    (folder / "evoweb.toml").write_text(
        (folder / "evoweb.toml").read_text().replace("[tasks]", "wall_seconds = 60\n[tasks]")
    )
    process = begin(home, folder)
    until_measuring(process)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, "", "Interrupted.\n")
    assert processes_of(home) == []
    assert "no run to resume" in shell(home, "resume").err


def test_a_reader_that_leaves_early_is_no_error_worth_a_traceback(folder, home):
    process = begin(home, folder, "--json")
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait(PATIENCE) == 141
    process.stderr.close()
    assert last(shell(home, "resume"))["state"] == "finished"


def test_an_output_that_is_full_is_told(folder, home):
    with Path("/dev/full").open("w") as full:
        process = begin(home, folder, stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "No space left on device" in err
    assert "Traceback" not in err


def test_at_a_terminal_one_line_is_written_over_and_the_summary_begins_on_a_new_one(folder, home):
    ours, theirs = pty.openpty()
    process = begin(home, folder, "--candidates", "40", stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate(timeout=PATIENCE)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "\rhill_climb: 40/40 candidates, best " in shown
    assert shown.endswith("\r\n")
    assert "\r" not in out


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to mount a small disk")
@pytest.mark.parametrize("full", ["no tables", "some tables", "some candidates"])
def test_a_full_disk_stops_with_a_message_and_with_more_space_it_goes_on(full, folder, home, empty):
    database = empty / "evoweb.sqlite3"
    size = {"no tables": 40, "some tables": 400, "some candidates": database.stat().st_size // 1024 + 1000}[full]
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", home], check=False).returncode:
        pytest.skip("may not mount here")
    try:
        if full == "some candidates":
            shutil.copy(database, home)
        said = shell(home, "evolve", folder, "--candidates", "400", "--json")
        assert said.code == 1
        assert "Traceback" not in said.err
        assert f"The database {home}/evoweb.sqlite3 failed: " in said.err
        assert "Free space there, then try again." in said.err
        subprocess.run(["mount", "-o", "remount,size=32m", home], check=True)
        begun = said.out.startswith("run ")
        assert begun == (full == "some candidates") == ("manage.py resume" in said.err)
        again = shell(home, "resume") if begun else shell(home, "evolve", folder, "--candidates", "30", "--json")
        assert (again.code, last(again)["state"]) == (0, "finished")
        assert "unmeasurable" not in last(again)["failures"]
        assert shell(home, "verify_log").code == 0
    finally:
        subprocess.run(["umount", home], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to mount a disk that is read only")
def test_a_home_that_cannot_be_written_is_named(folder, home):
    assert shell(home, "evolve", folder, "--candidates", "1").code == 0
    if subprocess.run(["mount", "--bind", home, home], check=False).returncode:
        pytest.skip("may not mount here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", home], check=True)
        said = shell(home, "evolve", folder, "--candidates", "1")
        assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
        assert f"The database {home}/evoweb.sqlite3 failed: " in said.err
        assert "writable for this user, or choose another folder with EVOWEB_HOME" in said.err
    finally:
        subprocess.run(["umount", home], check=True)
