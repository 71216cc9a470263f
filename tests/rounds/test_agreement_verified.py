"""Whoever verifies has a judge's agreement worked out again, from calls and labels, and is told where it differs."""

import pytest

from apps.engine.canonical import decode, digest, encode
from apps.llm.models import Call, LanguageModel
from apps.projects.models import Project
from apps.projects.services import labels
from apps.records import content
from apps.records.models import Content
from apps.rounds import agreement, panel, verify
from apps.rounds.models import Agreement
from tests.rounds import judges, workers
from tests.rounds.test_worker import loopback  # noqa: F401

OFFS = (0.1, 0.3, 0.9, 1.2, 2.0, 2.5)
LABELS = [judges.label(f"t{at % 4}", f"Off by {off}", judges.level_of(f"Off by {off}")) for at, off in enumerate(OFFS)]


@pytest.fixture(autouse=True)
def _database(transactional_db):
    pass


def measured(monkeypatch, judge=judges.good):
    with judges.server(monkeypatch, judge):
        row = panel.begin(workers.SYSTEM, judges.project(labels=LABELS))
        assert panel.take(row.pk)
        return panel.carry_out(row.pk)


def problems(row):
    return [line.replace(f"agreement {row.pk} with people", "it") for line in verify.problems(row.project)]


def test_what_was_measured_follows_also_from_other_labels_and_another_rubric_since(monkeypatch):
    row = measured(monkeypatch)
    assert problems(row) == []
    labels.brought(workers.SYSTEM, row.project, LABELS[:2])
    Project.objects.filter(pk=row.project_id).update(rubric={})
    LanguageModel.objects.filter(name=judges.JUDGE).update(model="another")
    row.refresh_from_db()
    assert not [line for line in problems(row) if line.startswith(("it ", "it:"))]


def test_levels_for_which_no_call_can_be_named_are_none(monkeypatch):
    row = measured(monkeypatch, lambda asked: "who am I" if "Off by 0.3" in asked.text else judges.good(asked))
    assert row.figures["judged"] == len(LABELS) - 1
    assert problems(row) == []


def test_kappa_that_was_raised_is_told_with_what_its_levels_give(monkeypatch):
    row = measured(monkeypatch, lambda asked: judges.verdict("near"))
    Agreement.objects.update(figures=row.figures | {"kappa": 0.9})
    assert problems(row) == [
        "it is not what the log says was measured",
        "it shows 0.9 as kappa, its levels give 0.0",
    ]


def test_levels_that_the_judge_never_gave_are_told_with_the_kappa_of_its_calls(monkeypatch):
    """As if whoever wrote row and log had lied: only the calls know better."""
    honest = agreement.levels
    monkeypatch.setattr(
        panel.agreement, "levels", lambda *told: [(person, person, again) for person, _, again in honest(*told)]
    )
    row = measured(monkeypatch, lambda asked: judges.verdict("near"))
    assert row.figures["kappa"] == 1.0
    assert problems(row) == [
        "it: calls and labels give other levels to 4 of 6 labels, the first is label 1; by them kappa is 0.00, "
        "and 1.00 is shown"
    ]


def test_a_reply_that_was_changed_or_is_gone_is_told(monkeypatch):
    row = measured(monkeypatch)
    reply = bytes(Call.objects.get(key=decode(bytes(row.calls))[0][0]).reply)
    Content.objects.filter(digest=reply).delete()
    (told,) = problems(row)
    assert told == f"it cannot be worked out again: content {reply.hex()[:12]} is missing from the store"


def test_a_call_that_was_exchanged_for_one_of_another_label_is_told(monkeypatch):
    row = measured(monkeypatch)
    calls = decode(bytes(row.calls))
    calls[0][0], calls[1][0] = calls[1][0], calls[0][0]
    Agreement.objects.update(calls=encode(calls))
    assert problems(row)[:2] == [
        "it is not what the log says was measured",
        "it: no call asks the judge about label 1",
    ]


def test_calls_that_are_named_of_some_labels_only_are_told(monkeypatch):
    row = measured(monkeypatch)
    Agreement.objects.update(calls=encode(decode(bytes(row.calls))[1:]))
    assert problems(row) == ["it is not what the log says was measured", "it names calls of 5 of its 6 labels"]


def test_labels_that_were_exchanged_are_told(monkeypatch):
    row = measured(monkeypatch)
    other = encode([label | {"level": "near"} for label in LABELS])
    content.store({digest(other): other})
    Agreement.objects.update(labels=digest(other))
    told = problems(row)
    assert told[0] == "it is not what the log says was measured"
    assert "give other levels to 4 of 6 labels, the first is label 1" in told[1]


def test_one_that_was_added_or_taken_away_is_told(monkeypatch):
    row = measured(monkeypatch)
    key = row.pk
    row.pk = None
    row.save()
    assert problems(row)[0] == "it is not what the log says was measured"
    Agreement.objects.all().delete()
    assert f"agreement {key} with people is gone" in list(verify.problems(row.project))


def test_one_of_before_calls_were_named_is_held_against_its_levels_alone(monkeypatch):
    monkeypatch.setattr(panel, "encode", lambda value: b"" if _are_keys(value) else encode(value))
    row = measured(monkeypatch)
    assert bytes(row.calls) == b""
    assert problems(row) == []


def _are_keys(value):
    return isinstance(value, list) and isinstance(value[0], list) and isinstance(value[0][0], str)
