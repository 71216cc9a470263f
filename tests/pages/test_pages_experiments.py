"""The pages of experiments: who sees and steers them, what they show, what can be taken away."""

import csv
import io
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from experimenting import METHODS, begun, experiment, plan
from factory import Cast, Play, grown, person, project

from apps.accounts.actors import Actor
from apps.experiments import conducting, making
from apps.experiments.models import CellState, Experiment
from apps.projects.models import Membership
from apps.records.models import Run


@pytest.fixture
def play(people: Cast) -> Play:
    return grown(people.project)


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


async def joined(response: Any) -> str:
    return b"".join([chunk async for chunk in response.streaming_content]).decode()


def sent(projects: list[int], **fields: Any) -> dict[str, Any]:
    """A form as a browser sends it."""
    chosen = {f"project-{key}": "on" for key in projects} | {f"method-{name}": "on" for name in METHODS}
    return {"name": "Mine", "candidates": 5, "seeds": "2", "at_once": 2, "baseline": "", "more": ""} | chosen | fields


def test_who_operates_a_project_makes_an_experiment_with_the_form(people: Cast, as_alice: Client) -> None:
    response = as_alice.post("/experiments/new", sent([people.project.pk], seconds="60"))
    made = Experiment.objects.get()
    assert response["Location"] == f"/experiments/{made.pk}/"
    assert (made.served, made.started_by, made.cells_all) == (True, f"person:{people.alice.pk}", 6)
    assert [(cell.seed, cell.label) for cell in made.cells.all()][:3] == [
        (1, "best_of_n"),
        (1, "hill_climb"),
        (1, "null_run"),
    ]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"seeds": "none"}, "Write how many seeds"),
        ({"seeds": "0"}, "Take 1 to 1,000 seeds."),
        ({"seeds": "1, 1"}, "each once"),
        ({"candidates": "0"}, "greater than or equal to 1"),
        ({"baseline": "luck"}, "No method is called “luck”."),
        ({"parameters-hill_climb": "size = 3"}, "unknown parameter"),
        ({"parameters-hill_climb": "size ="}, "this is not valid TOML"),
        ({"more": '[[method]]\nname = "hil_climb"'}, "unknown method"),
        ({"more": '[[method]]\nname = "hill_climb"'}, "Two methods are called “hill_climb”."),
        ({"more": "x = 1"}, "unknown key"),
        ({"more": '[[method]]\nname = "hill_climb"\nlabel = "again"'}, None),
    ],
)
def test_a_form_that_makes_no_sense_makes_nothing(
    people: Cast, as_alice: Client, fields: dict[str, str], told: str | None
) -> None:
    response = as_alice.post("/experiments/new", sent([people.project.pk], **fields))
    if told is None:
        assert response.status_code == 302
        return
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Experiment.objects.exists()


def test_projects_of_others_cannot_be_chosen(people: Cast, as_alice: Client) -> None:
    other = project("Not hers")
    response = as_alice.post("/experiments/new", sent([other.pk]))
    assert response.status_code == 422
    assert "Choose 1 to 50 projects; 0 are chosen." in response.content.decode()


def test_a_reviewer_sees_it_and_may_not_steer_it(people: Cast, as_bob: Client) -> None:
    made = begun(people.project)
    assert "Pause" not in text(as_bob.get(f"/experiments/{made.pk}/"))
    assert as_bob.post(f"/experiments/{made.pk}/pause").status_code == 403
    made.refresh_from_db()
    assert made.state == "running"


def test_it_is_seen_by_who_sees_all_of_its_projects_alone(people: Cast, as_bob: Client) -> None:
    hidden = project("Hidden")
    made = making.make(Actor.system(), plan(people.project, hidden), 2, served=True)
    assert as_bob.get(f"/experiments/{made.pk}/").status_code == 404
    assert "Which is better?" not in text(as_bob.get("/experiments/"))
    Membership.objects.create(project=hidden, user=people.bob, role="viewer")
    assert "Which is better?" in text(as_bob.get("/experiments/"))
    assert as_bob.get(f"/experiments/{made.pk}/").status_code == 200


def test_what_stands_there_is_ranked_and_says_what_is_missing(play: Play, as_bob: Client) -> None:
    made = experiment(play)
    seen = text(as_bob.get(f"/experiments/{made.pk}/"))
    assert "9 of 12 runs over" in seen
    assert "So far <strong>3 of 4 seeds</strong>" in seen
    assert "Only 4 seeds" in seen
    table = seen[seen.index("<tbody>", seen.index("<caption>")) :]
    assert table.index("hill_climb") < table.index("best_of_n") < table.index("null_run")
    assert "1 run failed" in table
    assert "baseline</span>" in table
    assert "3 of 3" in table  # hill climbing reaches the target of 2.5
    assert "<script>alert" not in seen


def test_what_is_wrong_with_many_runs_is_told_once(play: Play, as_bob: Client) -> None:
    made = experiment(play)
    made.cells.filter(state=CellState.DONE).update(state=CellState.FAILED, why="no space left")
    seen = text(as_bob.get(f"/experiments/{made.pk}/"))
    assert seen.count("no space left") == 1
    assert seen.count("hill_climb, seed") == 3


def test_before_the_first_seed_there_is_nothing_to_compare(people: Cast, as_bob: Client) -> None:
    assert "Nothing to compare yet." in text(as_bob.get(f"/experiments/{begun(people.project).pk}/"))


def test_pausing_going_on_and_stopping(people: Cast, as_alice: Client) -> None:
    made = begun(people.project)
    page = f"/experiments/{made.pk}/"
    assert "No further run starts" in text(as_alice.post(f"{page}pause", follow=True))
    assert conducting.conduct(made, "bubblewrap") == []
    assert "It goes on" in text(as_alice.post(f"{page}resume", follow=True))
    assert len(conducting.conduct(made, "bubblewrap")) == 2
    assert "2 under way are finished in order" in text(as_alice.post(f"{page}stop", follow=True))
    assert Run.objects.filter(finishing=True).count() == 2
    assert "The experiment is stopped already; nothing was changed." in text(as_alice.post(f"{page}stop", follow=True))


def test_a_stop_of_its_project_holds(people: Cast) -> None:
    made = begun(people.project)
    Play.begin(people.project).latched()
    assert conducting.conduct(made, "bubblewrap") == []


def test_who_lost_the_role_has_no_run_started_in_their_name(people: Cast) -> None:
    made = making.make(Actor.person(people.alice), plan(people.project), 2, served=True)
    Membership.objects.filter(user=people.alice).update(role="viewer")
    assert conducting.conduct(made, "bubblewrap") == []
    made.refresh_from_db()
    assert (made.state, "alice may not start" in made.why) == ("paused", True)
    assert not Run.objects.exists()


def test_a_run_that_a_person_ended_early_does_not_count(people: Cast) -> None:
    made = begun(people.project)
    run = conducting.conduct(made, "bubblewrap")[0]
    Run.objects.filter(pk=run.pk).update(finishing=True, state="finished")
    conducting.note_ended(made)
    assert made.cells.get(run=run).state == CellState.SHORT


def test_a_run_that_could_not_be_started_stands_in_the_log_of_its_project(people: Cast, as_bob: Client) -> None:
    made = begun(people.project)
    run = conducting.conduct(made, "bubblewrap")[0]
    Run.objects.filter(pk=run.pk).update(state="finished")
    people.project.scorer = b"another"
    people.project.save()
    conducting.conduct(made, "bubblewrap")
    assert "could not be started" in text(as_bob.get("/projects/parabola/log/"))


def test_every_run_and_checkpoint_is_a_line_of_the_table(play: Play, as_bob: Client) -> None:
    made = experiment(play)
    response = as_bob.get(f"/experiments/{made.pk}/runs.csv")
    rows = list(csv.DictReader(io.StringIO(async_to_sync(joined)(response))))
    assert len(rows) == 8 * 51 + 4
    first = [row for row in rows if row["label"] == "hill_climb" and row["seed"] == "2"]
    assert [row["measured"] for row in first][:3] == ["0", "2", "4"]
    assert float(first[-1]["best_so_far"]) == float(first[-1]["final"])


def test_everything_is_one_object(play: Play, as_bob: Client) -> None:
    made = experiment(play)
    found = json.loads(as_bob.get(f"/experiments/{made.pk}/experiment.json").content, parse_constant=pytest.fail)
    assert len(found["cells"]) == 12
    assert found["methods"][0] == {"label": "hill_climb", "method": "hill_climb", "parameters": {}}
    assert found["cells"][0]["protocol"] in found["protocols"]
    assert found["cells"][0]["code"] == "00"


def test_the_figure_is_a_picture_that_needs_nothing_else(play: Play, as_bob: Client) -> None:
    response = as_bob.get(f"/experiments/{experiment(play).pk}/figure.svg")
    drawn = response.content.decode()
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"].startswith("attachment")
    assert drawn.lstrip().startswith("<?xml")
    assert "<script>" not in drawn
    assert drawn.count('vector-effect="non-scaling-stroke"') == 3


def test_one_like_it_begins_with_what_it_asks(play: Play, as_alice: Client) -> None:
    seen = text(as_alice.get(f"/experiments/new?like={experiment(play).pk}"))
    assert 'value="4"' in seen
    assert f'name="target-{play.project.pk}" value="2.5"' in seen


def test_who_may_operate_nothing_is_told(as_charlie: Client) -> None:
    person("dora")
    assert "There is no project that you may operate." in text(as_charlie.get("/experiments/new"))
