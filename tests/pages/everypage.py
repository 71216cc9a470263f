"""Every page there is, each with something hostile on it: where tests that hold for all pages get their addresses.

A page that is new belongs here; test_pages_accessible.py fails until it is listed.
"""

from collections.abc import Mapping

from django.urls import reverse
from factory import Cast, Play, grown

# Addresses that answer a GET with something other than a page.
NO_PAGES: Mapping[str, str] = {
    "candidate-file": "a download",
    "output": "a download",
    "sequences": "JSON",
}

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 4
ACTS = "\u202eمرحبا بالعالم <script>alert(1)</script> <img src=x onerror=alert(2)>\x1b[31m\u0000"


def every_page(people: Cast) -> dict[str, str]:
    """Address by name in the URL conf, or by that name and, after a space, which of its states."""
    people.alice.is_superuser = True
    people.alice.save()
    project = people.project
    project.name = LONG[:63]
    project.save()
    play = grown(project)
    candidate = hostile_candidate(play)
    gate = play.held(candidate)
    slug, run = project.slug, play.run.number
    place = (slug, run, candidate.number)
    return {
        "sign-in": reverse("sign-in"),
        "password-forgotten": reverse("password-forgotten"),
        "password-new gone": reverse("password-new", args=["MQ", "set-password"]),
        "home": reverse("home"),
        "projects": reverse("projects"),
        "queue": reverse("queue"),
        "gate": reverse("gate", args=[gate.pk]),
        "project": reverse("project", args=[slug]),
        "run-new": reverse("run-new", args=[slug]),
        "run": reverse("run", args=[slug, run]),
        "candidates": reverse("candidates", args=[slug, run]),
        "candidate": reverse("candidate", args=place),
        "candidate seed": reverse("candidate", args=[slug, run, 0]),
        "settings": reverse("settings"),
        "password-change": reverse("password-change"),
        "status": reverse("status"),
        "404": "/nowhere",
    }


def hostile_candidate(play: Play):  # type: ignore[no-untyped-def]
    """A candidate whose every text is long, right to left, or pretends to be markup."""
    text = f"answer = '{LONG}'\n# {ACTS.replace(chr(0), '')}\n" + "x = 1\n" * 60
    contract = {"hypothesis": ACTS + LONG, "evidence": LONG, "fixes": [LONG], "risks": [ACTS]}
    made = play.candidate(text, parents=(1,), operator=LONG + ACTS, contract=contract)
    said = {"detail": ACTS + LONG, "feedback": LONG, "metrics": {LONG: 1.5}}
    play.measured(made, 0.5, "t1", **said, output=(LONG + ACTS).encode())
    play.measured(made, None, "t2", failure="timeout", **said)
    play.verdict(made, "hold", ACTS + LONG)
    return made
