"""kill -9 of a process that asks models."""

import sys

import pytest

from tests.llm.server import MessagesServer
from tests.rounds.questions import numbers
from tests.rounds.test_kills import PATIENCE, dying, home, until  # noqa: F401

pytestmark = pytest.mark.slow
CANDIDATES = 40


def test_killing_a_process_repeats_no_more_than_the_calls_in_flight_and_marks_them_lost(home):  # noqa: F811
    home.environment |= {"EVOWEB_LLM_PRIVATE_URLS": "127.0.0.1"}
    with MessagesServer(numbers, latency=0.1) as server:

        def drive():
            return home.start(sys.executable, "-m", "tests.rounds.asker", server.url, str(CANDIDATES))

        process, lost = drive(), 0
        for part in (1, 2, 3):
            until(lambda part=part: done(home) >= part * CANDIDATES // 5)
            with dying(process):
                pass
            lost += home.ask("SELECT count(*) FROM llm_call WHERE state = 'in flight'")[0][0]
            process = drive()
        assert process.wait(2 * PATIENCE) == 0, process.stdout.read()
        asked = len(server.messages)
    states = dict(home.ask("SELECT state, count(*) FROM llm_call GROUP BY state"))
    effects = home.ask("SELECT count(*) FROM records_effect WHERE kind = 'ask' AND state = 'done'")[0][0]
    assert 0 < lost <= 3 * 4
    assert states == {"done": effects, "lost": lost}
    assert asked <= effects + lost, "a recorded reply was paid for again"
    assert not home.ask("SELECT round, position FROM llm_call WHERE state = 'done' GROUP BY 1, 2 HAVING count(*) > 1")
    assert home.ask("SELECT state, measured FROM records_run") == [("finished", CANDIDATES)]
    assert home.manage("verify_log").wait(PATIENCE) == 0


def done(home):  # noqa: F811
    return home.ask("SELECT count(*) FROM llm_call WHERE state = 'done'")[0][0]
