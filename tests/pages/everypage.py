"""Every page there is, each with something hostile on it: where tests that hold for all pages get their addresses.

A page that is new belongs here; test_pages_accessible.py fails until it is listed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import modelled
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode
from experimenting import begun, experiment
from factory import SEED_TEXT, Cast, Play, grown, project

from apps.accounts.actors import Actor
from apps.common.ids import row_id
from apps.engine.axes import Axes, Descriptor, Objective, axes_payload
from apps.engine.bundles import OPERATOR, PARTS
from apps.engine.canonical import digest, encode
from apps.engine.contracts.calibration import Calibration
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import grade
from apps.engine.contracts.payload import grade_payload
from apps.engine.contracts.turns import FAILED, Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract, contract_payload
from apps.engine.population import PART
from apps.engine.prompt import ASSISTANT, USER, Cut, Message, Prompt
from apps.llm.models import Call, Casting, LanguageModel
from apps.oversight.selectors import shown
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.projects.models import AxesVersion, Intake
from apps.projects.services import labels
from apps.projects.services.invitations import invite
from apps.projects.staging import Staging
from apps.records import content
from apps.records.models import CandidateEdit, Effect, Snapshot, Trajectory
from apps.rounds import agreement
from apps.rounds.models import Agreement, Trial

# Addresses that answer a GET with something other than a page.
NO_PAGES: Mapping[str, str] = {
    "call-download": "a download",
    "candidate-changes": "a part of the candidate's page",
    "candidate-file": "a download",
    "champion-patch": "a download",
    "champion-zip": "a download",
    "experiment-csv": "a download",
    "experiment-figure": "a download",
    "experiment-json": "a download",
    "lineage-data": "JSON",
    "lineage-latest": "leads to another page",
    "log-export": "a download",
    "output": "a download",
    "trajectory-output": "a download",
    "trial-download": "a download",
    "sequences": "JSON",
}

FACTS = {"repeatable": False, "noise": 0.5, "seed_score": 1.0, "seconds": 0.1, "tasks": 3, "notes": ["a note"]}
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 4
ACTS = "\u202eمرحبا بالعالم <script>alert(1)</script> <img src=x onerror=alert(2)>\x1b[31m\u0000"


def every_page(people: Cast) -> dict[str, str]:
    """Address by name in the URL conf, or by that name and, after a space, which of its states."""
    people.alice.is_superuser = True
    people.alice.save()
    play = stage(people)
    candidate = hostile_candidate(play)
    asked = hostile_call(play, candidate)
    gate = play.held(candidate)
    question = play.asked(hostile_prompt(), (ACTS + LONG).replace("\0", ""))
    answered = closed(people, play.held(candidate, "judge", answer=encode({"done": {"decision": "keep", "why": ""}})))
    slug, run = play.project.slug, play.run.number
    place = (slug, run, candidate.number)
    _, token = invite(Actor.person(people.alice), play.project, "viewer")
    key = urlsafe_base64_encode(str(people.charlie.pk).encode())
    return {
        "sign-in": reverse("sign-in"),
        "password-forgotten": reverse("password-forgotten"),
        "password-new": reverse("password-new", args=[key, default_token_generator.make_token(people.charlie)]),
        "password-new gone": reverse("password-new", args=[key, "set-password"]),
        "invitation": reverse("invitation", args=[token]),
        "home": reverse("home"),
        "experiments": reverse("experiments"),
        "experiment": reverse("experiment", args=[(compared := experiment(play)).pk]),
        "experiment begun": reverse("experiment", args=[begun(play.project).pk]),
        "experiment-runs": reverse("experiment-runs", args=[compared.pk]),
        "experiment-runs nothing": reverse("experiment-runs", args=[compared.pk]) + "?label=nothing",
        "experiment-new": reverse("experiment-new") + f"?like={compared.pk}",
        "projects": reverse("projects"),
        "people": reverse("people"),
        "methods": reverse("methods"),
        "methods some": reverse("methods") + "?needs=model",
        "models": reverse("models"),
        "model": reverse("model", args=[asked.catalogue_id]),
        "model-new": reverse("model-new"),
        "model-edit": reverse("model-edit", args=[asked.catalogue_id]),
        "queue": reverse("queue"),
        "queue nothing": reverse("queue") + "?q=nothing",
        "gate": reverse("gate", args=[gate.pk]),
        "gate closed": reverse("gate", args=[answered.pk]),
        "gate-edit": reverse("gate-edit", args=[gate.pk]),
        "gate question": reverse("gate", args=[question.pk]),
        "gate-edit question": reverse("gate-edit", args=[question.pk]),
        "policy": reverse("policy", args=[slug]),
        "revert": reverse("revert", args=place),
        "promote": reverse("promote", args=place),
        "project": reverse("project", args=[slug]),
        "project empty": reverse("project", args=["nothing-yet"]),
        "tasks": reverse("tasks", args=[slug]),
        "log": reverse("log", args=[slug]),
        "log nothing": reverse("log", args=[slug]) + "?q=nothing",
        "log-entry": reverse("log-entry", args=[slug, 3]),
        "members": reverse("members", args=[slug]),
        "renewal": reverse("renewal", args=[slug]),
        "renewal empty": reverse("renewal", args=["nothing-yet"]),
        "axes": reverse("axes", args=[slug]),
        "axes empty": reverse("axes", args=["nothing-yet"]),
        "champion": reverse("champion", args=[slug]),
        "run-new": reverse("run-new", args=[slug]),
        "judge": reverse("judge", args=[judged().slug]),
        "judge empty": reverse("judge", args=["nothing-yet"]),
        "spending": reverse("spending", args=[slug]),
        "spending empty": reverse("spending", args=["nothing-yet"]),
        "calls": reverse("calls", args=[slug, run]),
        "calls some": reverse("calls", args=[slug, run]) + f"?role=mutate&candidate={candidate.number}",
        "calls empty": reverse("calls", args=["nothing-yet", 1]),
        "call": reverse("call", args=[slug, run, asked.pk]),
        "call failed": reverse("call", args=[slug, run, failed_call(play, asked).pk]),
        "run": reverse("run", args=[slug, run]),
        "run empty": reverse("run", args=["nothing-yet", 1]),
        "lineage": reverse("lineage", args=[slug, run]) + f"?candidate={candidate.number}",
        "lineage children": reverse("lineage", args=[slug, run]) + "?of=0",
        "lineage empty": reverse("lineage", args=["nothing-yet", 1]),
        "run-map": reverse("run-map", args=[slug, run]),
        "run-map islands": reverse("run-map", args=[slug, 2]) + "?show=candidates",
        "run-map one": reverse("run-map", args=[slug, run]) + "?x=size&y=",
        "run-map empty": reverse("run-map", args=["nothing-yet", 1]),
        "run-front": reverse("run-front", args=[slug, 2]),
        "run-front all": reverse("run-front", args=[slug, 2]) + "?against=",
        "run-front empty": reverse("run-front", args=["nothing-yet", 1]),
        "run-operators": reverse("run-operators", args=[slug, run]),
        "run-operators empty": reverse("run-operators", args=["nothing-yet", 1]),
        "run-contracts": reverse("run-contracts", args=[slug, 2]),
        "run-contracts empty": reverse("run-contracts", args=["nothing-yet", 1]),
        "run-compare": reverse("run-compare", args=[slug, run]),
        "run-compare both": reverse("run-compare", args=[slug, run]) + "?with=2",
        "run-compare projects": reverse("run-compare", args=["nothing-yet", 1]) + f"?with={slug}/2",
        "candidate-compare": reverse("candidate-compare", args=place),
        "candidate-compare both": reverse("candidate-compare", args=[slug, 2, 3]) + f"?with=1/{candidate.number}",
        "candidates": reverse("candidates", args=[slug, run]),
        "candidate": reverse("candidate", args=place),
        "candidate-parts": reverse("candidate-parts", args=several_parts()),
        "candidate-parts refused": reverse("candidate-parts", args=[slug, run, 0]),
        "candidate split": reverse("candidate", args=place) + "?view=split&lines=all",
        "candidate-changes": reverse("candidate-changes", args=place) + "?file=main.py&view=unified",
        "candidate seed": reverse("candidate", args=[slug, run, 0]),
        "trajectory": reverse("trajectory", args=[*place, measured(candidate, "t1")]),
        "trajectory failed": reverse("trajectory", args=[*place, measured(candidate, "t2")]),
        "trials": reverse("trials", args=place),
        "trial": reverse("trial", args=[*place, trial(people, candidate).pk]),
        "settings": reverse("settings"),
        "password-change": reverse("password-change"),
        "status": reverse("status"),
        "project-new": reverse("project-new"),
        "intake": reverse("intake", args=[(wrong := intake(people)).pk]),
        "intake checking": reverse("intake", args=[intake(people, state="checking", step=ACTS.replace(chr(0), "")).pk]),
        "intake fine": reverse("intake", args=[intake(people, state="fine", facts=FACTS).pk]),
        "intake-file": reverse("intake-file", args=[wrong.pk, "main.py"]),
        "404": "/nowhere",
    }


def hostile_prompt() -> Prompt:
    """A prompt of all parts, with what acts in each."""
    acts = ACTS.replace("\0", "")
    turns = (Message(USER, f"{acts}\n{LONG}"), Message(ASSISTANT, acts), Message(USER, acts))
    return Prompt(acts, turns, (Cut(acts, 9000, 1200),), (acts,))


def closed(people: Cast, gate: Effect) -> Effect:
    """A gate that was answered at length."""
    reply = Reply("reject", ACTS.replace("\0", "") + LONG, 0, shown(gate).hex(), "key")
    answers.answer(Actor.person(people.bob), gate, reply)
    return gate


def measured(candidate: CandidateEdit, task: str) -> int:
    """The key of its trajectory on the task."""
    return Trajectory.objects.get(candidate=candidate, task__key=task).pk


def intake(people: Cast, **values: Any) -> Intake:
    """A folder that somebody brought, whose names and problems are hostile."""
    said = ACTS.replace(chr(0), "") + LONG
    problems = [{"file": "main.py", "line": 3, "what": said, "remedy": said}]
    made = Intake(person=people.alice, origin=said[:300], **({"state": "wrong", "problems": problems} | values))
    made.save()
    staging = Staging(Path(settings.EVOWEB_HOME), made.pk)
    staging.add("main.py", [(said + "\n" * 60).encode()])
    staging.add(f"<script>/{LONG[:100]}.txt", [b"x"])
    return made


def trial(people: Cast, candidate: CandidateEdit) -> Trial:
    """A trial that ended, with hostile text in every place."""
    text = (ACTS + LONG).encode()
    return Trial.objects.create(
        candidate=candidate,
        task=people.project.tasks.get(key="t1"),
        person=people.bob,
        seed=1,
        state="done",
        ended=timezone.now(),
        out=text,
        out_size=1 << 20,
        err=text,
        err_size=len(text),
        answer=text,
        answer_size=len(text),
        left=encode([[LONG + ACTS, 7]]),
        left_whole=False,
    )


def stage(people: Cast) -> Play:
    """A run with a champion and a stop, and a project where nothing has happened yet."""
    play = grown(people.project)
    people.project.name = LONG[:63]
    people.project.champion = row_id(play.run.pk, 3)
    people.project.scorer = bytes(32)  # not that of its run: the evaluator was replaced
    people.project.save()
    play.latched(LONG + ACTS.replace(chr(0), ""))
    play.running(play.candidate(parents=(1,)))
    laid_out(people)
    Play.begin(project("Nothing yet"))
    return play


def several_parts() -> tuple[str, int, int]:
    """A candidate that changes three files with hostile names, one of which was left out."""
    play = Play.begin(project("Several parts"))
    names = [f"{number}{ACTS.replace(chr(0), '')}{LONG}.py" for number in range(3)]
    for text in (b"a", b"b"):
        content.store({digest(text): text})
    for number, text in enumerate((b"a", b"b")):
        files = dict.fromkeys(names, digest(text).hex())
        made = play.candidate(parents=(0,) if number else (), files=files)
        play.measured(made, float(number))
    lacking = play.candidate(parents=(1,), operator=OPERATOR, traits={PART: names[0], PARTS: 3})
    play.measured(lacking, 0.5)
    return play.project.slug, play.run.number, made.number


def judged() -> Any:
    """A project whose judge, with hostile levels, hardly agrees with people, and was to be tried again."""
    levels = [["poor", ACTS.replace("\0", "")], [LONG[:40], LONG], ["good", "good"]]
    rubric = {"role": "judge", "max_tokens": 9, "effort": "", "text": ACTS + LONG, "levels": levels}
    made = project("Judged", rubric=rubric)
    labels.brought(Actor.system(), made, [{"task": "t1", "output": "1", "level": "good", "by": LONG[:100]}])
    row = LanguageModel.objects.create(name="strict", model="strict", base_url="https://8.8.8.8", key_variable="")
    Casting.objects.create(role="judge", model=row, project=made)
    rows: list[agreement.Levels] = [(at % 3, (at * at) % 3, at % 2) for at in range(25)]
    found = agreement.figures(3, rows)
    Agreement.objects.create(
        project=made,
        judge=agreement.of_now(made),
        model=LONG[:100],
        levels=encode(rows),
        figures=agreement.kept(found),
        ended=timezone.now(),
    )
    Agreement.objects.create(project=made, ended=timezone.now(), why=(ACTS + LONG).replace("\0", "")[:1000])
    Agreement.objects.create(project=made, started=timezone.now(), done=3, total=50)
    return made


def laid_out(people: Cast) -> None:
    """Axes with a hostile name, and a second run on islands, whose candidates lie along them."""
    named = LONG[:60] + ACTS.replace(chr(0), "")[:40]
    axes = Axes((Descriptor(named, 0, 10, 40), Descriptor("size", 0, 100, 12)), (Objective(named, False),))
    AxesVersion.objects.create(project=people.project, version=1, axes=encode(axes_payload(axes)), actor="system")
    play = Play.begin(people.project, method="islands")
    for number in range(9):
        made = play.candidate(SEED_TEXT + "#" * number, parents=(0,) if number else (), traits={"island": number % 3})
        play.measured(made, float(number), metrics={named: float(number)})
        play.measured(made, float(-number), "t2")
        play.verdict(made, "keep" if number % 2 else "drop")
    graded_contract(play, made)


def graded_contract(play: Play, made: CandidateEdit) -> None:
    """A contract that was graded, and its hostile author's record."""
    stated = Contract(LONG, ACTS, ("t1", "t2"), (), {"t1": 0.9, "t2": 0.4})
    flips = Flips()
    for task in ("t1", "t2"):
        flips.add("seed", task, 0.0, 1.0, 1.0)
    seen = {"t1": Observed("t1", 0.0, 8.0), "t2": Observed("t2", 1.0, FAILED)}
    found = grade(stated, seen, Zero(flips, "seed"))
    values = {"graded": encode(grade_payload(found)), "contract": encode(contract_payload(stated))}
    CandidateEdit.objects.filter(pk=made.pk).update(**values)
    known = Calibration()
    known.add((f"model:{LONG[:80]}{ACTS}", "operator:rewrite", "person:1"), found)
    told = {"authors": known.payload(), "repeats": 4, "flips": [["unsolved", "better", 0.4, 0.2, 0.7]]}
    Snapshot.objects.filter(run=play.run).update(contracts=encode(told))


def hostile_call(play: Play, candidate: CandidateEdit) -> Call:
    """A call whose every text is hostile, by which the candidate was made; a model that is stopped, and budgets."""
    text = ACTS + LONG
    name, *_ = modelled.lively(play, 60)
    name.model = (ACTS.replace(chr(0), "") + LONG)[:200]
    name.save()
    modelled.stopped(name, text.replace(chr(0), "")[:500])
    asked = modelled.call(
        name, play.run, prompt=modelled.prompt(text + "\n" * 40, text, [text]), reply=(text + "x" * 30_000).encode()
    )
    modelled.led_to(candidate, asked)
    return asked


def failed_call(play: Play, like: Call) -> Call:
    """A call that failed with much to say."""
    said = {"state": "failed", "status": 400, "blame": "call", "detail": (ACTS.replace(chr(0), "") + LONG * 9)[:1000]}
    return modelled.call(like.catalogue, play.run, **said)


def hostile_candidate(play: Play) -> CandidateEdit:
    """A candidate whose every text is long, right to left, or pretends to be markup."""
    text = f"answer = '{LONG}'\n# {ACTS.replace(chr(0), '')}\n" + "x = 1\n" * 60
    contract = {"hypothesis": ACTS + LONG, "evidence": LONG, "predicted_fixes": [LONG], "at_risk": [ACTS]}
    made = play.candidate(text, parents=(1,), operator=LONG + ACTS, contract=contract)
    said = {"detail": ACTS + LONG, "feedback": LONG, "metrics": {LONG: 1.5}}
    play.measured(made, 0.5, "t1", **said, output=(LONG + ACTS).encode())
    play.measured(made, None, "t2", failure="timeout", **said)
    play.verdict(made, "hold", ACTS + LONG)
    apart = play.candidate(text + "#", parents=(made.number,), operator=OPERATOR, traits={PART: ACTS + LONG})
    play.measured(apart, 0.25, "t1")
    return made
