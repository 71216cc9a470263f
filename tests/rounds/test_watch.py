"""Whatever is lost on the way, a page hears of each growth of the log: in order, no gap, nothing twice."""

from itertools import count

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.log.chain import Entry
from apps.log.selectors import last_sequence
from apps.log.services import append
from apps.rounds import watch
from apps.rounds.watch import Listener, Watch

PROJECTS = count(10_000)  # a log of its own for each example
KINDS = ("candidate.measured", "gate.opened", "run.ended", "comment.made")

grow = st.tuples(st.just("grow"), st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
# look: the watcher looks; read: the page takes its hints; restart: the web process dies, the page connects again.
step = st.one_of(grow, st.sampled_from([("look", []), ("read", []), ("restart", [])]))


class Reader:
    """What a page knows: where its log stood when it last fetched, and whose topics it was told since."""

    def __init__(self, project):
        self.project, self.known, self.due = project, 0, set()
        self.listener = Listener()

    async def connect(self, watching):
        self.listener = Listener()
        heads = await watching.join(self.listener, {self.project})
        self.hear(heads[self.project], set())  # a page that connects again fetches what it may have missed

    def hear(self, sequence, topics):
        if sequence > self.known:
            self.known = sequence
            self.due = self.due - topics if topics and "*" not in topics else set()

    async def read(self):
        hints = await self.listener.take(0)
        sequences = [hint.sequence for hint in hints]
        assert sequences == sorted(set(sequences)), "in order, nothing twice"
        assert all(sequence > self.known for sequence in sequences), "nothing that the page knew already"
        for hint in hints:
            self.hear(hint.sequence, set(hint.topics))


async def played(project, steps):
    reader, watching = Reader(project), Watch()
    await reader.connect(watching)
    for what, kinds in [*steps, ("look", []), ("read", [])]:
        if what == "grow":
            await watch.database_sync_to_async(grown)(project, kinds)
            reader.due |= {topic for kind in kinds for topic in watch._TOPICS[kind]}
        elif what == "look":
            watching._post(await watch.database_sync_to_async(watch._moved)(dict(watching._seen)))
        elif what == "read":
            await reader.read()
        else:
            watching.leave(reader.listener)
            watching = Watch()
            await reader.connect(watching)
    watching.leave(reader.listener)
    return reader


def grown(project, kinds):
    with transaction.atomic():
        append(project, [Entry(kind, "system", "run:1", {}) for kind in kinds])


@pytest.mark.django_db(transaction=True)
@given(st.lists(step, max_size=25))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_ends_where_the_log_ends_and_fetched_everything_that_changed(steps):
    project = next(PROJECTS)
    reader = async_to_sync(played)(project, steps)
    assert reader.known == last_sequence(project)
    assert reader.due == set(), "each topic that an entry touches was told after it"
