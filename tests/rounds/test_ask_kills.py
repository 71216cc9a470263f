"""kill -9 of a process that asks models."""

import sys

import pytest

from tests.llm.server import MessagesServer
from tests.rounds.questions import numbers
from tests.rounds.test_kills import PATIENCE, dying, home, until  # noqa: F401
from tests.rounds.test_waits import House

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


def test_a_process_that_waits_for_its_model_is_followed_by_one_that_waits_on_and_nothing_is_paid_twice(home):  # noqa: F811
    home.environment |= {"EVOWEB_LLM_PRIVATE_URLS": "127.0.0.1"}
    house = House(numbers)
    with MessagesServer(house) as server:

        def drive():
            return home.start(sys.executable, "-m", "tests.rounds.asker", server.url, str(CANDIDATES))

        first = drive()
        until(lambda: done(home) >= CANDIDATES // 4)
        house.open = False
        until(lambda: waits(home))
        with dying(first):
            pass
        second, paid = drive(), done(home)
        until(lambda: home.ask("SELECT driver_token FROM records_run") == [(2,)])
        tries = home.ask("SELECT tries FROM llm_absence")
        until(lambda: home.ask("SELECT tries FROM llm_absence") > tries)  # it finds out in the place of the first
        assert (done(home), waits(home)) == (paid, True)
        house.open = True
        assert second.wait(2 * PATIENCE) == 0, second.stdout.read()
    assert home.ask("SELECT state, measured, length(waits) FROM records_run") == [("finished", CANDIDATES, 0)]
    assert done(home) == house.answered, "a reply was paid for that is not recorded, or was recorded twice"
    places = "SELECT round, position FROM llm_call WHERE state = 'done' AND role = 'mutate'"
    assert not home.ask(f"{places} GROUP BY 1, 2 HAVING count(*) > 1")
    assert not home.ask("SELECT 1 FROM records_effect WHERE kind = 'ask' AND state <> 'done'"), (
        "no question was given up"
    )
    assert home.ask("SELECT count(*) FROM log_event WHERE kind = 'run.waits'") == [(2,)], "it began once, and ended"
    assert home.manage("verify_log").wait(PATIENCE) == 0


def waits(home):  # noqa: F811
    return home.ask("SELECT length(waits) > 0 FROM records_run") == [(1,)]


def done(home):  # noqa: F811
    return home.ask("SELECT count(*) FROM llm_call WHERE state = 'done'")[0][0]
