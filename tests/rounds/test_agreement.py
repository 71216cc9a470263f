"""A judge is tried against people's labels, by real calls: it agrees if it is good, and not if it guesses."""

import io
import json
import random
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from apps.common.errors import UserError
from apps.engine.prompt import USER, Message, Prompt
from apps.llm.ledger import Wanted
from apps.llm.models import Call, LanguageModel, ModelLatch, Spend
from apps.llm.opening import open_calls
from apps.llm.pool import PACES, Callers, Patience
from apps.llm.services import budgets
from apps.llm.services.budgets import Limits
from apps.llm.settling import lose
from apps.log.models import Event
from apps.projects.services import labels
from apps.rounds import agreement, labelled, panel
from apps.rounds.agreement import Figures
from apps.rounds.models import Agreement
from apps.rounds.start import start
from tests.llm.server import error
from tests.rounds import judges, workers, world
from tests.rounds.test_worker import loopback  # noqa: F401

OFFS = [round(0.1 * step, 1) for step in range(1, 31)]
LABELS = [judges.label(f"t{at % 4}", f"Off by {off}", judges.level_of(f"Off by {off}")) for at, off in enumerate(OFFS)]

TIGHT = 3_500  # tokens: for eight judgements one by one, not for what all of them may take at most


@pytest.fixture(autouse=True)
def _database(transactional_db):
    pass


def guessing(asked):
    """A judge that hears the answer and gives a level that has nothing to do with it, the same each time."""
    return judges.verdict(random.Random(judges.judged_text(asked)).choice(["far", "near", "there"]))


def measured(monkeypatch, judge, labels=LABELS, name="Judged"):
    with judges.server(monkeypatch, judge):
        project = judges.project(name, labels=labels)
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        return panel.carry_out(row.pk)


def test_a_good_judge_agrees_with_people_and_with_itself(monkeypatch):
    row = measured(monkeypatch, judges.good)
    found = Figures(**row.figures)
    assert (found.labels, found.judged, found.again) == (30, 30, 30)
    assert (found.kappa, found.same, found.steady, found.own) == (1.0, 1.0, 1.0, 1.0)
    assert (found.word, found.weak, found.few, found.unsure) == ("almost perfect", False, False, False)


def test_a_judge_who_guesses_agrees_with_itself_and_not_with_people(monkeypatch):
    found = Figures(**measured(monkeypatch, guessing).figures)
    assert abs(found.kappa) < 0.35
    assert found.low < found.kappa < found.high
    assert found.weak
    assert found.own == 1.0


def test_a_judge_who_changes_its_mind_disagrees_with_itself(monkeypatch):
    dice = random.Random(3)
    found = Figures(
        **measured(monkeypatch, lambda asked: judges.verdict(dice.choice(["far", "near", "there"]))).figures
    )
    assert found.steady < 0.7
    assert found.own < 0.6, "chance brings 0, and thirty labels come .15 near"


def test_a_few_labels_say_little_however_well_the_judge_does(monkeypatch):
    found = Figures(**measured(monkeypatch, judges.good, LABELS[::4]).figures)
    assert found.kappa == 1.0
    assert found.few
    assert found.unsure


def test_labels_of_one_level_alone_tell_nothing(monkeypatch):
    found = Figures(**measured(monkeypatch, judges.good, LABELS[20:]).figures)
    assert (found.kappa, found.word, found.weak) == (None, "", True)


def test_its_calls_are_the_project_s_in_ledger_budget_and_log(monkeypatch):
    row = measured(monkeypatch, judges.good)
    calls = Call.objects.filter(project=row.project_id, run=None, role="judge", state="done")
    assert calls.count() == 60
    assert sorted(set(calls.values_list("repeat", flat=True))) == [0, 1]
    spent = Spend.objects.get(project=row.project_id, run=None, day=None)
    assert spent.calls == 60
    assert spent.money > spent.money_reserved == 0
    assert Event.objects.filter(project=row.project_id, kind="agreement.measured").count() == 1


def test_a_judge_who_names_no_level_of_an_output_judged_that_much_less(monkeypatch):
    def shy(asked):
        return "who am I to say" if "Off by 0.3" in asked.text else judges.good(asked)

    row = measured(monkeypatch, shy)
    found = Figures(**row.figures)
    assert (found.labels, found.judged, found.kappa) == (30, 29, 1.0)
    assert Call.objects.filter(state="done").count() == 60 - 2 + 2 * 3


def test_a_budget_that_is_spent_or_a_judge_that_must_be_mended_says_so_and_leaves_nothing_behind(monkeypatch):
    with judges.server(monkeypatch, judges.good) as serving:
        project = judges.project(labels=LABELS)
        budgets.of_project(workers.SYSTEM, project, Limits(tokens=3_000))
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        assert "budget of the project" in panel.carry_out(row.pk).why
        budgets.of_project(workers.SYSTEM, project, Limits())
        serving.script(error(401, "invalid x-api-key"))
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        row = panel.carry_out(row.pk)
    assert "key" in row.why
    assert row.figures == {}
    assert ModelLatch.objects.filter(released_at=None).exists()
    assert not Call.objects.filter(state="in flight").exists()
    assert Spend.objects.get(project=project, run=None, day=None).tokens_reserved == 0


def test_a_judge_that_becomes_another_while_it_is_tried_is_not_taken_for_either(monkeypatch):
    asked = []

    def changing(told):
        asked.append(told)
        if len(asked) == 2:
            LanguageModel.objects.filter(name=judges.JUDGE).update(extra=b'{"temperature":1}')
        return judges.good(told)

    row = measured(monkeypatch, changing, LABELS[:2])
    assert "changed meanwhile" in row.why
    assert row.figures == {}


def opened(monkeypatch, project, then=lambda times: None):
    """How many of its calls were answered each time that some were opened. then: hears how often some were."""
    seen, original = [], labelled.open_calls

    def counted(*asked, **more):
        seen.append(Call.objects.filter(project=project, state="done").count())
        then(len(seen))
        return original(*asked, **more)

    monkeypatch.setattr(labelled, "open_calls", counted)
    return seen


def test_where_its_own_calls_hold_the_budget_it_waits_for_one_to_end(monkeypatch):
    monkeypatch.setattr(labelled, "BEAT_SECONDS", 0.001)
    with judges.server(monkeypatch, judges.good, latency=0.1):
        project = judges.project(labels=LABELS[:4])
        budgets.of_project(workers.SYSTEM, project, Limits(tokens=TIGHT))
        seen = opened(monkeypatch, project)
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        assert panel.carry_out(row.pk).figures["judged"] == 4
    assert len(seen) > 1
    assert len(set(seen)) == len(seen), "calls were opened again although none had ended"


def test_where_others_hold_the_budget_it_asks_less_and_less_often(monkeypatch):
    clock, asked_at = [100.0], []

    class Clock:
        @staticmethod
        def monotonic():
            return clock[0]

    def passes(callers, seconds, original=Callers.collect):
        clock[0] += seconds
        return original(callers, 1.0 if callers._open else 0.0)

    def given_back(times):
        asked_at.append(clock[0])
        if times == 7:
            lose(Call.objects.filter(state="in flight"))
            budgets.of_project(workers.SYSTEM, project, Limits())

    with judges.server(monkeypatch, judges.good):
        project = judges.project(labels=LABELS[:4])
        budgets.of_project(workers.SYSTEM, project, Limits(tokens=TIGHT))
        other = Wanted(judges.JUDGE, "mutate", Prompt("", (Message(USER, "x" * 3 * (TIGHT - 1_150)),)))
        with transaction.atomic():
            assert open_calls(None, [other], project=project.pk).calls[0].job
        opened(monkeypatch, project, given_back)
        monkeypatch.setattr(labelled, "time", Clock)
        monkeypatch.setattr(Callers, "collect", passes)
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        assert panel.carry_out(row.pk).figures["judged"] == 4
    rests = [round(later - sooner) for sooner, later in zip(asked_at, asked_at[1:], strict=False)]
    assert rests[:6] == [1, 2, 4, 8, 16, 30]


def test_what_was_measured_holds_for_that_judge_and_those_labels(monkeypatch):
    with judges.server(monkeypatch, judges.good) as serving:
        project = judges.project(labels=LABELS)
        run = start(workers.SYSTEM, project, world.order(), "bubblewrap")
        assert agreement.standing(project, agreement.of_now(project)).row is None
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        panel.carry_out(row.pk)
        here = agreement.standing(project, agreement.of_now(project))
        assert here.row.pk == row.pk
        assert [counts for _, counts in here.table] == [[14, 0, 0], [0, 11, 0], [0, 0, 5]]
        assert agreement.standing(project, agreement.of_run(run)).row.pk == row.pk
        labels.brought(workers.SYSTEM, project, LABELS[:20])
        assert agreement.standing(project, agreement.of_now(project)).outdated
        judges.add(serving, "lenient")
        assert agreement.standing(project, agreement.of_now(project)).row is None
        assert agreement.standing(project, agreement.of_run(run)).row is not None


def test_asking_twice_is_asking_once_and_one_that_is_silent_is_given_up(monkeypatch):
    with judges.server(monkeypatch):
        project = judges.project(labels=LABELS)
        first = panel.begin(workers.SYSTEM, project)
        assert panel.begin(workers.SYSTEM, project).pk == first.pk
        assert panel.take(first.pk)
        assert not panel.take(first.pk)
        monkeypatch.setattr(panel, "SILENCE", -panel.SILENCE)
        assert panel.begin(workers.SYSTEM, project).pk != first.pk
    first.refresh_from_db()
    assert first.why == "Its process went away."


def test_one_whose_process_died_is_told_without_anybody_asking(monkeypatch):
    with judges.server(monkeypatch):
        row = panel.begin(workers.SYSTEM, judges.project(labels=LABELS))
        assert panel.take(row.pk)
        assert panel.start_waiting() == 0
        row.refresh_from_db()
        assert row.ended is None
        monkeypatch.setattr(panel, "SILENCE", -panel.SILENCE)
        assert panel.start_waiting() == 0
    row.refresh_from_db()
    assert row.why == "Its process went away."


def test_what_cannot_be_measured_says_why(monkeypatch):
    with pytest.raises(UserError, match="scored by its evaluator"):
        panel.begin(workers.SYSTEM, world.project("Scored"))
    with pytest.raises(UserError, match="has no labels"):
        panel.begin(workers.SYSTEM, judges.project("Unlabelled"))
    with pytest.raises(UserError, match="judged by the model that plays judge, and none does"):
        panel.begin(workers.SYSTEM, judges.project("Unjudged", labels=LABELS))
    assert not Agreement.objects.exists()


def test_the_command_says_it_in_words_and_as_json(monkeypatch):
    with judges.server(monkeypatch, guessing):
        judges.project("Guessed", labels=LABELS)
        out = io.StringIO()
        call_command("measure_agreement", "guessed", stdout=out)
        assert "judge judged 30 of 30 labelled outputs" in out.getvalue()
        assert "scores of this judge are hardly better than chance" in out.getvalue()
        out = io.StringIO()
        call_command("measure_agreement", "guessed", "--json", stdout=out)
        assert json.loads(out.getvalue())["labels"] == 30
    with pytest.raises((CommandError, SystemExit, UserError)):
        call_command("measure_agreement", "nowhere")


def test_a_measurement_whose_process_died_is_over_and_its_calls_are_lost(monkeypatch):
    with judges.server(monkeypatch, judges.good):
        project = judges.project(labels=LABELS)
        row = panel.begin(workers.SYSTEM, project)
        assert panel.take(row.pk)
        wanted = Wanted(judges.JUDGE, "judge", Prompt("", (Message(USER, "Is it?"),)))
        with transaction.atomic():
            open_calls(None, [wanted], project=project.pk)
        Agreement.objects.filter(pk=row.pk).update(beat=timezone.now() - 2 * panel.SILENCE)
        panel.start_waiting()
    row.refresh_from_db()
    assert row.ended is not None
    assert "went away" in row.why
    assert Call.objects.get(project=project, run=None).state == "lost"
    assert Spend.objects.get(project=project, run=None, day=None).tokens_reserved == 0


def test_a_judge_that_does_not_answer_is_no_judge_that_names_no_level(monkeypatch):
    monkeypatch.setattr(panel, "Callers", partial(Callers, patience=Patience(attempts=1)))
    row = measured(monkeypatch, lambda asked: error(529, "overloaded"), LABELS[:2])
    assert "overloaded" in row.why
    assert row.figures == {}


def test_a_judge_who_never_names_a_level_is_told_so(monkeypatch):
    with judges.server(monkeypatch, lambda asked: "who am I to say"):
        judges.project("Shy", labels=LABELS[:2])
        out = io.StringIO()
        call_command("measure_agreement", "shy", stdout=out)
    assert "named no level of the scale" in out.getvalue()
    assert "all levels are one" not in out.getvalue()


def test_it_shares_the_limits_of_its_model_with_other_processes(monkeypatch, settings, tmp_path):
    settings.EVOWEB_HOME = tmp_path
    assert measured(monkeypatch, judges.good, LABELS[:2]).why == ""
    assert [folder.name for folder in (tmp_path / PACES).iterdir()] == [judges.JUDGE]
