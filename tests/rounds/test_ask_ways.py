"""Questions in every way in which a run may be driven: several at once, by processes that only drive, again, late."""

import pytest

from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.effects import Ask, Choose, Propose
from apps.engine.prompt import USER, Message, Prompt
from apps.engine.recipe import Recipe
from apps.engine.trajectories import Latest
from apps.llm.latches import stop
from apps.llm.models import Call, LanguageModel
from apps.oversight.services import stops
from apps.projects.models import Task
from apps.records.archive import archive_digest
from apps.records.models import Effect
from apps.rounds import sweep
from apps.rounds.control import ControlRoom
from apps.rounds.showing import LONGEST, bounded
from apps.rounds.verify import problems
from tests.rounds import people, questions, world
from tests.rounds.test_ask import asker, asks, model, order  # noqa: F401
from tests.rounds.test_ask_faults import assert_whole


def best_of_two(ctx, parents):
    """Two replies to two questions that are asked at once; the longer one is proposed."""
    base = parents[0]
    told = [f"Round {ctx.round}, voice {voice}\n{base.texts['main.py']}" for voice in (1, 2)]
    replies = yield [Ask("mutate", Prompt("", (Message(USER, text),)), questions.MODEL) for text in told]
    texts = sorted((reply.text for reply in replies), key=len)
    return (yield Propose((base.number,), {"main.py": texts[-1]}, "best_of_two"))


def use(monkeypatch, vary):
    original = registry.get
    made = Recipe(vary=vary, roles=("mutate",))
    monkeypatch.setattr(registry, "get", lambda name: made if name == questions.METHOD else original(name))


def test_questions_that_are_asked_at_once_are_answered_in_their_own_order(loop, toy, monkeypatch):
    use(monkeypatch, best_of_two)
    with questions.server(monkeypatch, latency=0.2) as serving:
        run = world.finish(loop, world.begin(loop, toy, order(candidates=3)))
    assert serving.most_at_once == 2
    for whole in Effect.objects.filter(round__run=run, kind="together"):
        parts = Effect.objects.filter(round=whole.round_id, position=whole.position, child__gte=0).order_by("child")
        told = [decode(bytes(part.answer)) for part in parts]
        assert decode(bytes(whole.answer))["done"] == told
    assert_whole(run, 3)


@pytest.mark.parametrize("schema", [None, {"type": "object"}])
def test_half_a_character_in_a_reply_ends_no_run(loop, toy, monkeypatch, schema):
    def vary(ctx, parents):
        reply = yield Ask("mutate", Prompt("", (Message(USER, "well?"),)), questions.MODEL, schema)
        said = {"said": reply.text, "data": reply.data}
        moved = parents[0].texts["main.py"].replace("C = [", "C = [1 + ")
        return (yield Propose((0,), {"main.py": moved}, "told", traits=said))

    use(monkeypatch, vary)
    with questions.server(monkeypatch, '{"advice": "\\ud83d"}\ud83d'[: None if schema is None else -1]):
        assert_whole(world.finish(loop, world.begin(loop, toy, order(candidates=1))), 1)


def test_a_process_that_only_drives_asks_models_itself(drives, performer, toy, model):  # noqa: F811
    run = world.begin(drives, toy, order(candidates=3))
    for _ in range(200):
        drives.turn(0.1)
        performer.turn(0.1)
        run.refresh_from_db()
        if run.state != "open":
            break
    assert {asked.holder for asked in asks(run)} == {drives.slot.name}
    assert_whole(run, 3)


def test_a_reply_that_comes_after_its_claim_was_lost_is_refused(toy, monkeypatch):
    with questions.server(monkeypatch, latency=1.0) as serving:
        slow = world.new_loop()
        run = world.begin(slow, toy, order(candidates=1))
        while not serving.messages:
            slow.turn(0.1)
        driver = slow._drivers[run.pk]
        ((key, question),) = driver._asking.items()
        Effect.objects.filter(round=question.place[0], kind="ask").update(token=question.token + 1)
        driver.reload()
        while not asks(run).filter(state="done").exists():
            slow.turn(0.2)
        assert Call.objects.get(key=key).state == "lost"
        assert len(serving.messages) == 2, "it was asked again"
        world.finish(slow, run)
        slow.close()
    run.refresh_from_db()
    assert_whole(run, 1)


def test_a_run_that_is_done_again_from_the_ledger_asks_nobody_and_ends_the_same(loop, toy, model):  # noqa: F811
    first = world.finish(loop, world.begin(loop, toy, order(candidates=5)))
    asked = len(model.messages)
    again = world.finish(loop, world.begin(loop, toy, order(candidates=5, options={"calls": "replay"})))
    assert len(model.messages) == asked
    assert archive_digest(again) == archive_digest(first)
    assert list(problems(toy)) == []


def test_what_the_ledger_does_not_know_is_not_asked_where_calls_are_replayed(loop, toy, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr("apps.rounds.driver.BARREN_LIMIT", 1)
    run = world.finish(loop, world.begin(loop, toy, order(candidates=5, options={"calls": "replay"})))
    assert (run.state, model.messages) == ("exhausted", [])
    assert [asked.state for asked in asks(run)] == ["refused"]


def test_calls_in_flight_of_a_run_that_was_ended_are_lost(loop, toy, model):  # noqa: F811
    run = world.finish(loop, world.begin(loop, toy, order(candidates=1)))
    Call.objects.filter(run=run).update(state="in flight")
    sweep.sweep()
    assert {call.state for call in Call.objects.filter(run=run)} == {"lost"}


def test_people_see_which_model_a_run_waits_for(loop, toy, model):  # noqa: F811
    stop(LanguageModel.objects.get().pk, None, "out of credit")
    run = world.begin(loop, toy, order(candidates=9, parallel=2))
    people.settle(loop, run)
    room = ControlRoom(people.maintainer(toy), run)
    assert [(one.name, one.reason) for one in room.stopped_models] == [(questions.MODEL, "out of credit")]
    assert asks(run).count() == 2, "what waits for a model is joined by no more than may move at a time"


def test_a_prompt_shows_what_train_tasks_ask_and_expect_and_of_others_only_how_it_went(loop, monkeypatch, model):  # noqa: F811
    toy = world.project("Split", tasks=2, gate=1)
    Task.objects.create(project=toy, key="open", split="train", input=b"7", expected=b"[8]", position=9)
    seen = []

    def looking(ctx, parents):
        seen.append((yield Choose("trajectory", Latest(parents[0].number), 9)))
        return (yield from questions.vary(ctx, parents))

    use(monkeypatch, looking)
    world.finish(loop, world.begin(loop, toy, order(candidates=1)))
    shown = {each.task: each for each in seen[0]}
    assert shown.keys() == {"t0", "t1"}, "gate tasks are never shown"
    assert {(each.input, each.expected) for each in shown.values()} == {("", "")}
    assert all(each.score is not None and each.output for each in shown.values())


@pytest.mark.parametrize("size", [3_999, 4_001])
def test_what_is_shown_of_a_measurement_is_bounded(size):
    assert len(bounded("x" * size)) <= LONGEST + 20


@pytest.fixture
def slow(transactional_db, monkeypatch):
    with questions.server(monkeypatch, latency=0.5) as serving:
        yield serving


def asking(loop, run, serving):
    """Drive until a call is on its way."""
    while not serving.messages:
        loop.turn(0.05)
    run.refresh_from_db()


def test_a_pause_lets_the_call_end_that_is_on_its_way_and_makes_no_other(loop, toy, slow):
    run = world.begin(loop, toy, order(candidates=2))
    asking(loop, run, slow)
    alice = people.maintainer(toy)
    stops.pause_run(alice, run, "look")
    people.settle(loop, run)
    assert {call.state for call in Call.objects.filter(run=run)} == {"done"}
    assert ControlRoom(alice, run).state == "paused"
    assert len(slow.messages) == 1
    stops.resume_run(alice, run)
    assert_whole(world.finish(loop, run), 2)


def test_an_aborted_run_stops_its_call_and_marks_it_lost(loop, toy, slow):
    run = world.begin(loop, toy, order(candidates=2))
    asking(loop, run, slow)
    stops.abort(people.maintainer(toy), run, "enough")
    people.settle(loop, run)
    assert (run.state, loop.drives) == ("aborted", [])
    assert {call.state for call in Call.objects.filter(run=run)} == {"lost"}
    assert list(problems(toy)) == []
