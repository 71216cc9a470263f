"""Who may open and send what: every address of evoweb, asked for by everybody of a fixed cast.

An address that is not in the table fails the first test. Add it there, with who may open it and who may send to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import modelled
import pytest
from django.conf import settings as configured
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from experimenting import begun
from factory import Cast, Play, everybody, grown

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.services import reset_path
from apps.engine.canonical import encode
from apps.oversight.selectors import shown
from apps.oversight.services import answers
from apps.oversight.services.answers import Reply
from apps.projects.models import Intake, Membership
from apps.projects.services import invitations
from apps.records.models import Trajectory
from apps.rounds.intake import staging
from apps.rounds.models import Trial

# nobody is signed out, charlie has an account but no role, boss is an admin of the installation.
MANAGERS = {"grace", "boss"}
MAINTAINERS = MANAGERS | {"alice"}
REVIEWERS = MAINTAINERS | {"bob"}
OPERATORS = MAINTAINERS | {"otto"}
AUDITORS = MANAGERS | {"amy"}
MEMBERS = REVIEWERS | OPERATORS | {"vera", "amy"}
PEOPLE = MEMBERS | {"charlie"}
ANYBODY = PEOPLE | {"nobody"}
BOSS = {"boss"}
STEERERS = set(OPERATORS)  # of any project: models belong to none


@dataclass(frozen=True)
class Rule:
    """Who may open an address (None: nobody can, it only takes forms), and who may send this form to it."""

    path: str
    opens: set[str] | None = None
    sends: set[str] | None = None
    fields: dict[str, Any] = field(default_factory=dict)


PROJECT = "/projects/parabola/"
RUN = PROJECT + "runs/1/"
CANDIDATE = RUN + "candidates/1/"
TRIAL = CANDIDATE + "trials/{trial}/"
INTAKE = "/projects/new/{intake}"
EXPERIMENT = "/experiments/{experiment}/"
MODEL = "/models/{model}/"
MEMBER = PROJECT + "members/{member}/"
FORMSETS = ("descriptors", "objectives")
NO_AXES = {"seen": 0} | {f"{one}-{key}_FORMS": 0 for one in FORMSETS for key in ("TOTAL", "INITIAL")}
WHY = {"reason": "to see who may"}

RULES = {
    "sign-in": Rule("/sign-in", ANYBODY, ANYBODY, {"username": "x", "password": "y"}),
    "sign-out": Rule("/sign-out", None, PEOPLE),
    "settings": Rule("/settings/", PEOPLE, PEOPLE),
    "session-end": Rule("/settings/sessions/end", None, PEOPLE),
    "password-change": Rule("/password/change", PEOPLE, PEOPLE),
    "password-forgotten": Rule("/password/forgotten", ANYBODY, ANYBODY),
    "password-new": Rule("{reset}", ANYBODY, ANYBODY),
    "invitation": Rule("/invitations/{token}", ANYBODY, ANYBODY),
    "members": Rule(PROJECT + "members/", MEMBERS),
    "member-invite": Rule(PROJECT + "members/invite", None, MANAGERS, {"role": "viewer"}),
    "member-role": Rule(MEMBER + "role", None, MANAGERS, {"role": "viewer", "seen": "reviewer"}),
    "member-remove": Rule(MEMBER + "remove", None, MANAGERS, {"seen": "reviewer"}),
    "member-revoke": Rule(PROJECT + "members/invitations/{invitation}/revoke", None, MANAGERS),
    "people": Rule("/people/", BOSS),
    "people-invite": Rule("/people/invite", None, BOSS),
    "people-revoke": Rule("/people/invitations/{entry}/revoke", None, BOSS),
    "people-reset": Rule("/people/{bob}/reset", None, BOSS),
    "people-act": Rule("/people/{bob}/deactivate", None, BOSS),
    "methods": Rule("/methods/", PEOPLE),
    "models": Rule("/models/", PEOPLE),
    "model-new": Rule("/models/new", BOSS, BOSS),
    "model-roles": Rule("/models/roles", None, BOSS, {"role": "mutate", "models": "parrot"}),
    "model": Rule(MODEL, PEOPLE),
    "model-edit": Rule(MODEL + "edit", BOSS, BOSS),
    "model-price": Rule(MODEL + "price", None, BOSS, {"input": 1, "output": 5}),
    "model-check": Rule(MODEL + "check", None, BOSS),
    "model-stop": Rule(MODEL + "stop", None, STEERERS, WHY),
    "model-release": Rule(MODEL + "release", None, STEERERS),
    "model-retire": Rule(MODEL + "retire", None, BOSS),
    "judge": Rule(PROJECT + "judge/", MEMBERS),
    "judge-measure": Rule(PROJECT + "judge/measure", None, OPERATORS),
    "spending": Rule(PROJECT + "models/", MEMBERS),
    "budget": Rule(PROJECT + "models/budget", None, MAINTAINERS, {"money": 5}),
    "project-roles": Rule(PROJECT + "models/roles", None, MAINTAINERS, {"role": "mutate", "models": "parrot"}),
    "run-spending": Rule(RUN + "spending", None, OPERATORS, {"money": 5}),
    "calls": Rule(RUN + "calls/", MEMBERS),
    "call": Rule(RUN + "calls/{call}/", MEMBERS),
    "call-download": Rule(RUN + "calls/{call}/prompt.txt", MEMBERS),
    "home": Rule("/", PEOPLE),
    "projects": Rule("/projects/", PEOPLE),
    "project-new": Rule("/projects/new", BOSS, BOSS),
    "project-example": Rule("/projects/new/example", None, BOSS, {"folder": "parabola8"}),
    "project-folder": Rule("/projects/new/folder", None, BOSS, {"folder": "parabola8"}),
    "intake": Rule(INTAKE, BOSS),
    "intake-file": Rule(INTAKE + "/files/main.py", BOSS, BOSS, {"text": "x = 2"}),
    "intake-add": Rule(INTAKE + "/files", None, BOSS),
    "intake-check": Rule(INTAKE + "/check", None, BOSS),
    "intake-import": Rule(INTAKE + "/import", None, BOSS),
    "intake-discard": Rule(INTAKE + "/discard", None, BOSS),
    "project": Rule(PROJECT, MEMBERS),
    "tasks": Rule(PROJECT + "tasks/", MEMBERS),
    "renewal": Rule(PROJECT + "renewal", OPERATORS, OPERATORS, {"best": 1, "candidates": 0, "method": "hill_climb"}),
    "axes": Rule(PROJECT + "axes/", MEMBERS, MAINTAINERS, NO_AXES),
    "champion": Rule(PROJECT + "champion/", MEMBERS),
    "champion-zip": Rule(PROJECT + "champion.zip", MEMBERS),
    "champion-patch": Rule(PROJECT + "champion.patch", MEMBERS),
    "run-front": Rule(RUN + "front/", MEMBERS),
    "run-operators": Rule(RUN + "operators/", MEMBERS),
    "run-contracts": Rule(RUN + "contracts/", MEMBERS),
    "run-compare": Rule(RUN + "compare/", MEMBERS),
    "candidate-compare": Rule(CANDIDATE + "compare/?with=0", MEMBERS),
    "run-map": Rule(RUN + "map/", MEMBERS),
    "lineage": Rule(RUN + "lineage/", MEMBERS),
    "lineage-data": Rule(RUN + "lineage/data", MEMBERS),
    "lineage-latest": Rule(PROJECT + "lineage/", MEMBERS),
    "log": Rule(PROJECT + "log/", MEMBERS),
    "log-entry": Rule(PROJECT + "log/1/", MEMBERS),
    "log-verify": Rule(PROJECT + "log/verify", None, AUDITORS),
    "log-export": Rule(PROJECT + "log/export.csv", AUDITORS),
    "pause": Rule(PROJECT + "pause", None, OPERATORS, WHY),
    "resume": Rule(PROJECT + "resume", None, OPERATORS),
    "run-new": Rule(PROJECT + "runs/new", OPERATORS, OPERATORS),
    "run": Rule(RUN, MEMBERS),
    "run-pause": Rule(RUN + "pause", None, OPERATORS, WHY),
    "run-resume": Rule(RUN + "resume", None, OPERATORS),
    "run-finish": Rule(RUN + "finish", None, OPERATORS),
    "run-abort": Rule(RUN + "abort", None, OPERATORS, WHY | {"confirm": "run 1"}),
    "run-budget": Rule(RUN + "budget", None, OPERATORS, {"candidates": 200}),
    "run-mode": Rule(RUN + "mode", None, OPERATORS, {"mode": "full-auto", "seen": 1}),
    "candidates": Rule(RUN + "candidates/", MEMBERS),
    "candidate": Rule(CANDIDATE, MEMBERS),
    "candidate-changes": Rule(CANDIDATE + "changes?file=main.py", MEMBERS),
    "comment": Rule(CANDIDATE + "comments", None, MEMBERS, {"text": "I see", "key": "one"}),
    "candidate-file": Rule(CANDIDATE + "files/main.py", MEMBERS),
    "output": Rule(CANDIDATE + "outputs/{trajectory}", MEMBERS),
    "trajectory": Rule(CANDIDATE + "trajectories/{trajectory}/", MEMBERS),
    "trajectory-output": Rule(CANDIDATE + "trajectories/{trajectory}/output", MEMBERS),
    "trials": Rule(CANDIDATE + "trials/", MEMBERS, REVIEWERS | OPERATORS, {"task": "t1", "seed": 1}),
    "trial": Rule(TRIAL, MEMBERS),
    "trial-download": Rule(TRIAL + "out.txt", MEMBERS),
    "trial-stop": Rule(TRIAL + "stop", None, OPERATORS),
    "candidate-parts": Rule(CANDIDATE + "parts", REVIEWERS | OPERATORS, REVIEWERS | OPERATORS),
    "queue": Rule("/queue/", PEOPLE),
    "gate": Rule("/queue/{gate}/", MEMBERS),
    "answer": Rule(
        "/queue/{gate}/answer",
        None,
        REVIEWERS,
        WHY | {"decision": "approve", "revision": 0, "seen": "{seen}", "key": str(UUID(int=7))},
    ),
    "queue-next": Rule("/queue/next", None, PEOPLE),
    "gate-edit": Rule("/queue/{gate}/edit", MEMBERS),
    "claim": Rule("/queue/{gate}/claim", None, REVIEWERS),
    "free": Rule("/queue/{gate}/free", None, REVIEWERS),
    "take-over": Rule("/queue/{gate}/take-over", None, MAINTAINERS),
    "withdraw": Rule("/answers/{answer}/withdraw", None, REVIEWERS),
    "policy": Rule(PROJECT + "policy/", MEMBERS, MAINTAINERS, {"mode": "gate-only"}),
    "revert": Rule(CANDIDATE + "revert", REVIEWERS, REVIEWERS, WHY),
    "promote": Rule(CANDIDATE + "promote", MAINTAINERS, MAINTAINERS, WHY),
    "sequences": Rule("/live/sequences", PEOPLE),
    "experiments": Rule("/experiments/", PEOPLE),
    "experiment-new": Rule("/experiments/new", PEOPLE, PEOPLE),
    "experiment": Rule(EXPERIMENT, MEMBERS),
    "experiment-runs": Rule(EXPERIMENT + "runs/", MEMBERS),
    "experiment-csv": Rule(EXPERIMENT + "runs.csv", MEMBERS),
    "experiment-json": Rule(EXPERIMENT + "experiment.json", MEMBERS),
    "experiment-figure": Rule(EXPERIMENT + "figure.svg", MEMBERS),
    "experiment-pause": Rule(EXPERIMENT + "pause", None, OPERATORS),
    "experiment-resume": Rule(EXPERIMENT + "resume", None, OPERATORS),
    "experiment-stop": Rule(EXPERIMENT + "stop", None, OPERATORS),
    "status": Rule("/status", PEOPLE),
    "stop-all": Rule("/status/stop", None, BOSS, WHY | {"confirm": "stop everything"}),
    "release-all": Rule("/status/release", None, BOSS),
}


@dataclass(frozen=True)
class Stage:
    """A project with something at every address of the table, and who asks for it."""

    cookies: dict[str, str]
    places: dict[str, Any]


@pytest.fixture
def stage(people: Cast, settings: Any) -> Stage:
    settings.EVOWEB_PROJECT_ROOTS = [settings.BASE / "examples"]
    cast = everybody(people)
    play = grown(people.project, 1)
    return Stage(
        {name: cookie_of(user) for name, user in cast.items()}, places(people, play, cast["grace"], cast["boss"])
    )


def cookie_of(user: User | None) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.session.session_key or ""


def places(people: Cast, play: Play, grace: User, boss: User) -> dict[str, Any]:
    candidate = play.candidate("waits = 1\n", parents=(0,))
    people.project.champion = candidate.pk
    people.project.save()
    invitation, token = invitations.invite(Actor.person(grace), people.project, "viewer")
    entry, _ = invitations.invite(Actor.person(boss), None)
    gate = play.held(candidate)
    measured = Trajectory.objects.earliest("-candidate")
    trial = Trial.objects.create(candidate=measured.candidate, task=measured.task, person=boss, seed=1)
    intake = Intake.objects.create(person=boss, origin="parabola8", state="wrong")
    staging(intake).add("main.py", [b"x = 1"])
    other = play.held(candidate, "judge", answer=encode({"done": {"decision": "keep", "why": ""}}))
    reply = Reply("approve", "", 0, shown(other).hex(), "key")
    return {
        "model": (parrot := modelled.model("parrot")).pk,
        "call": modelled.call(parrot, play.run).pk,
        "experiment": begun(people.project).pk,
        "gate": gate.pk,
        "seen": shown(gate).hex(),
        "answer": answers.answer(Actor.person(people.bob), other, reply).pk,
        "trajectory": measured.pk,
        "trial": trial.pk,
        "intake": intake.pk,
        "member": Membership.objects.get(user=people.bob).pk,
        "bob": people.bob.pk,
        "invitation": invitation.pk,
        "entry": entry.pk,
        "token": token,
        "reset": reset_path(people.charlie),
    }


def addresses(resolver: URLResolver) -> Iterator[URLPattern]:
    """Of pages; the API has keys of its own, and the admin's are tried in test_pages_admin.py."""
    for part in resolver.url_patterns:
        if isinstance(part, URLPattern):
            yield part
        elif str(part.pattern) not in {"api/", "admin/"}:
            yield from addresses(part)


def test_every_address_has_a_rule() -> None:
    found = {address.name for address in addresses(get_resolver())}
    assert found - RULES.keys() == set(), "say in the table of this file who may use these"
    assert RULES.keys() - found == set(), "these are gone"


def test_only_those_may_whom_the_table_names(stage: Stage) -> None:
    wrong = [complaint for rule in RULES.values() for complaint in complaints(stage, rule)]
    assert wrong == []


def complaints(stage: Stage, rule: Rule) -> Iterator[str]:
    path = rule.path.format(**stage.places)
    fields = {name: str(value).format(**stage.places) for name, value in rule.fields.items()}
    for who, cookie in stage.cookies.items():
        for method, allowed in (("get", rule.opens), ("post", rule.sends)):
            if allowed is None and who not in {"nobody", "boss"}:
                continue  # what takes no such request takes none from anybody
            with undone():
                response = getattr(browser(cookie), method)(path, fields if method == "post" else None)
            if complaint := complaint_about(response, who, allowed):
                yield f"{method} {path} {complaint} ({response.status_code})"


def browser(cookie: str) -> Client:
    client = Client()
    if cookie:
        client.cookies[configured.SESSION_COOKIE_NAME] = cookie
    return client


@contextmanager
def undone() -> Iterator[None]:
    """Nobody finds what the one before did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def complaint_about(response: Any, who: str, allowed: set[str] | None) -> str:
    if who == "nobody" and who not in (allowed or ()):
        return "" if asks_to_sign_in(response) else "answers somebody who is not signed in"
    if allowed is None:
        return "" if response.status_code == 405 else "is not in the table"
    if who in allowed:
        return f"refuses {who}" if response.status_code in {401, 403, 404, 405} else ""
    if who == "charlie" and allowed is not BOSS and allowed is not STEERERS:
        return "" if response.status_code == 404 else "tells charlie that there is something"
    return "" if response.status_code == 403 else f"does not refuse {who}"


def asks_to_sign_in(response: Any) -> bool:
    if response.status_code == 302:
        return str(response["Location"]).startswith("/sign-in?next=")
    return response.status_code == 403 and "<h1>Sign in</h1>" in response.content.decode()


def test_the_api_tells_strangers_its_health_and_its_shape_alone(client: Client, db: None) -> None:
    assert client.get("/api/health").status_code in {200, 503}
    assert client.get("/api/openapi.json").status_code == 200
    assert client.get("/api/anything").status_code == 404
