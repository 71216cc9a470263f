"""The log: gapless, chained, written only with the change that it records."""

import threading

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.log.chain import GENESIS, Entry, link, salted
from apps.log.models import Event, LogHead
from apps.log.selectors import broken_links, last_sequence, read
from apps.log.services import append

KINDS = st.sampled_from(["run.started", "candidate.proposed", "verdict.given"])
entries = st.lists(
    st.builds(
        Entry,
        KINDS,
        st.just("system"),
        st.text("abc:1", max_size=9),
        st.dictionaries(st.text(max_size=3), st.integers()),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries, max_size=4))
def test_whatever_is_appended_is_whole_and_without_a_gap(batches):
    Event.objects.all().delete()
    LogHead.objects.all().delete()
    for batch in batches:
        with transaction.atomic():
            append(1, batch)
    assert list(broken_links(1)) == []
    assert [event.sequence for event in read(1)] == list(range(1, sum(map(len, batches)) + 1))


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction of the change"):
        append(1, [Entry("run.started", "system", "run:1", {})])


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_transaction_that_fails():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append(1, [Entry("run.started", "system", "run:1", {})])
        raise ZeroDivisionError
    assert last_sequence(1) == 0


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="closed list"):
        Entry("run.begun", "system", "run:1", {})


def test_every_part_of_an_entry_is_covered_by_its_hash():
    plain = link(GENESIS, (1, 2, 3), ("a", "b", "c"), b"{}")
    others = [
        link(b"x" * 32, (1, 2, 3), ("a", "b", "c"), b"{}"),
        *(link(GENESIS, place, ("a", "b", "c"), b"{}") for place in [(0, 2, 3), (1, 0, 3), (1, 2, 0)]),
        *(link(GENESIS, (1, 2, 3), words, b"{}") for words in [("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")]),
        link(GENESIS, (1, 2, 3), ("a", "b", "c"), b"{1}"),
    ]
    assert plain not in others
    assert len(set(others)) == len(others)


def test_the_format_is_frozen():
    """Everything audits against these bytes: if this fails, a new format number is needed, not a new expectation."""
    body = b'{"candidate":1}'
    found = link(
        GENESIS, (7, 1, 1_700_000_000_000_000), ("candidate.proposed", "method:hill_climb", "candidate:1"), body
    )
    assert found.hex() == "c13d9b011d2570805906e81d40c4a8bddf328ed3d9edee5113cf19628133727a"
    assert salted(bytes(16), b"text") == "642432584840c936c5fa6b376151969b6bb50072f13ca4f35f52a045ea06367d"


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_leave_one_chain():
    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has one connection; bench/kills.py does this with processes")

    def write():
        for _ in range(20):
            with transaction.atomic():
                append(1, [Entry("run.started", "system", "run:1", {})])
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert last_sequence(1) == 80
    assert list(broken_links(1)) == []
