"""A bell on a broker: it wakes workers and carries signs of life, and nothing is lost with it.

Nothing here needs Django, so that processes which only ring stay small.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

JOBS = {
    "rounds": "rounds.drive",
    "sandbox": "rounds.perform",
    "trials": "rounds.try",
    "sweep": "rounds.sweep",
    "experiments": "experiments.conduct",
}
# A message says "there is work", so those beyond one per worker say nothing new. The sweep has a queue of its own:
# behind a full queue of rounds it would not get its turn.
MOST_WAITING = {"rounds": 8, "sandbox": 8, "trials": 2, "sweep": 1, "experiments": 1}
ALIVE_SECONDS = 10
PATIENCE = 0.2  # seconds; whoever rings has better things to do than to wait for a broker
PROMPT = {
    "socket_timeout": PATIENCE,
    "socket_connect_timeout": PATIENCE,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Bell:
    """The bell on the broker behind url, for any thread. Nothing here raises because a broker is away."""

    def __init__(self, url: str) -> None:
        self._app = Celery("bell", broker=url, set_as_current=False)
        self._app.conf.update(broker_transport_options=PROMPT, broker_connection_timeout=PATIENCE)
        self._lock = Lock()
        self._producer: Any = None
        self._away = False

    def ring(self, queue: str) -> bool:
        """Say that the queue has work, unless that was said and not heard yet. Whether the broker knows it now."""
        job, most = JOBS[queue], MOST_WAITING[queue]

        def say(producer: Any) -> bool:
            waiting = self._app.amqp.queues[queue].bind(producer.channel).queue_declare().message_count
            if waiting < most:
                self._app.send_task(job, queue=queue, producer=producer, retry=False, ignore_result=True)
            return True

        return self._attempt(say) is not None

    def alive(self, name: str) -> bool:
        """Leave a sign of life that fades after ALIVE_SECONDS. Whether the broker could keep it."""

        def leave(producer: Any) -> bool:
            return _remembers(producer) and bool(producer.channel.client.set(_key(name), 1, ex=ALIVE_SECONDS))

        return self._attempt(leave) is True

    def depths(self) -> dict[str, int] | None:
        """How many messages wait in each queue; None when the broker is away."""

        def look(producer: Any) -> dict[str, int]:
            queues = self._app.amqp.queues
            return {queue: queues[queue].bind(producer.channel).queue_declare().message_count for queue in MOST_WAITING}

        return self._attempt(look)

    def signs(self, names: Sequence[str]) -> dict[str, bool | None] | None:
        """Who of them gave a recent sign of life (None: this broker cannot tell); None when the broker is away."""

        def look(producer: Any) -> dict[str, bool | None]:
            if not _remembers(producer):
                return dict.fromkeys(names)
            found = producer.channel.client.mget([_key(name) for name in names])
            return {name: value is not None for name, value in zip(names, found, strict=True)}

        return self._attempt(look)

    def _attempt[T](self, action: Callable[[Any], T]) -> T | None:
        """What the action returns; None when the broker is away: then the next attempt connects anew."""
        with self._lock:
            connection = self._producer.connection if self._producer else self._app.connection_for_write()
            try:
                self._producer = self._producer or self._app.amqp.Producer(connection.default_channel)
                result = action(self._producer)
            except (KombuError, *connection.connection_errors, *connection.channel_errors) as error:
                self._lose(connection, error)
                return None
            self._away = False
            return result

    def _lose(self, connection: Any, error: BaseException) -> None:
        if not self._away:  # once per outage: the sweep rings every second
            log.warning("The broker is away (%s); the next sweep rings again.", error)
        self._away, self._producer = True, None
        connection.collect()


def _remembers(producer: Any) -> bool:
    """Only Redis and Valkey keep signs of life; RabbitMQ has no place for them."""
    return bool(producer.connection.transport.driver_type == "redis")


def _key(name: str) -> str:
    return f"evoweb:alive:{name}"
