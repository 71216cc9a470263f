"""Pages that lay out a whole run, made from its records, also when its axes came after it ended."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play, grown

from apps.engine.axes import Axes, Descriptor, Objective, axes_payload
from apps.engine.canonical import encode
from apps.engine.contracts.calibration import Calibration
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import grade
from apps.engine.contracts.turns import Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from apps.lineage.maps import reading
from apps.lineage.maps.contracts import Contracts
from apps.projects.models import AxesVersion, Project
from apps.records.models import CandidateEdit, Snapshot

RUN = "/projects/parabola/runs/1/"
MAP = RUN + "map/"
FRONT = RUN + "front/"
OPERATORS = RUN + "operators/"
FILL = Descriptor("fill", 0, 10, 5)
SIZE = Descriptor("size", 0, 100, 4)


def text(response: Any) -> str:
    """What is written on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def lay(project: Project, *descriptors: Descriptor, objectives: tuple[Objective, ...] = ()) -> None:
    version = project.axes_versions.count() + 1
    axes = encode(axes_payload(Axes(descriptors, objectives)))
    AxesVersion.objects.create(project=project, version=version, axes=axes, actor="system")


def born(play: Play, score: float | None, fill: float | None = None, size: int = 10, **values: Any) -> CandidateEdit:
    """A candidate of this size with a score, for which the evaluator told its fill."""
    failure = values.pop("failure", "")
    made = play.candidate("x" * size, parents=(0,) if play.born else (), **values)
    play.measured(made, score, failure=failure, metrics={} if fill is None else {"fill": fill})
    play.verdict(made, "drop" if failure else "keep")
    return made


def cells(response: Any) -> list[list[str]]:
    """The rows of the map from the top: which candidate each cell leads to, or nothing."""
    drawn = response.content.decode().partition('<figure class="heat')[2].split("<tfoot")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", drawn, re.S)
    return [re.findall(r"<td(?:></td>| .*?candidates/(\d+)/)", row) for row in rows]


# ---- the archive map ----


def test_without_descriptors_the_map_says_what_to_add_and_where(as_alice: Client, as_bob: Client, play: Play) -> None:
    shown = as_alice.get(MAP)
    assert "No descriptors yet" in text(shown)
    assert 'href="/projects/parabola/axes/">Add descriptors' in shown.content.decode()
    assert "a maintainer may add them" in text(as_bob.get(MAP))


def test_each_cell_leads_to_its_best_candidate(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0, 1.0, 10)
    born(play, 3.0, 1.5, 20)
    born(play, 2.0, 1.9, 15)
    born(play, 5.0, 99.0, 80)
    born(play, 4.0, -7.0, 60)
    lay(people.project, FILL, SIZE)
    shown = as_bob.get(MAP)
    assert cells(shown) == [
        ["", "", "", "", "3"],
        ["4", "", "", "", ""],
        ["", "", "", "", ""],
        ["1", "", "", "", ""],
    ]
    assert "of 20, 15 %" in text(shown)
    assert "candidate 1: 3\n3 here\nfill: 0 to 2\nsize: 0 to 25" in unescape(shown.content.decode())


def test_a_minimising_project_sees_its_own_numbers_and_the_lowest_is_best(as_bob: Client, people: Cast) -> None:
    Project.objects.update(direction="minimise")
    play = Play.begin(people.project)
    born(play, -9.0, 1.0)
    born(play, -4.0, 1.0)
    born(play, -6.0, 5.0)
    lay(people.project, FILL)
    shown = as_bob.get(MAP)
    assert cells(shown) == [["1", "", "2", "", ""]]
    assert re.search(r'class="lv6 peak"><a [^>]*candidates/1/"[^>]*>4<', shown.content.decode())


def test_the_map_says_who_is_not_on_it_and_why(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0, 1.0)
    born(play, None, failure="timeout")
    born(play, 2.0)
    play.verdict(born(play, 9.0, 3.0), "revert")
    lay(people.project, FILL)
    shown = as_bob.get(MAP)
    assert cells(shown) == [["0", "", "", "", ""]]
    for why in ("1 without a score", "1 without a value of fill", "1 reverted"):
        assert why in text(shown)


def test_two_of_many_descriptors_are_chosen_in_the_address(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0, 9.0, 90)
    lay(people.project, FILL, SIZE)
    assert cells(as_bob.get(MAP + "?x=size&y=")) == [["", "", "", "0"]]
    assert cells(as_bob.get(MAP + "?x=size&y=fill"))[0] == ["", "", "", "0"]
    assert len(cells(as_bob.get(MAP + "?x=nonsense"))) == 4


def test_islands_lie_side_by_side_and_the_seed_is_on_all(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0, 1.0)
    born(play, 2.0, 5.0, traits={"island": 0})
    born(play, 3.0, 9.0, traits={"island": 1})
    play.measured(child := play.candidate("inherits", parents=(2,)), 4.0, metrics={"fill": 7.0})
    play.verdict(child, "keep")
    lay(people.project, FILL)
    shown = as_bob.get(MAP)
    assert cells(shown)[:1] == [["0", "", "1", "", ""]]
    assert "Island 0 2 cells, 2 candidates" in text(shown)
    assert "Island 1 3 cells, 3 candidates" in text(shown)


def test_colours_may_tell_how_many_lie_in_a_cell(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    for score in (9.0, 1.0, 2.0):
        born(play, score, 9.0 if score > 5 else 1.0)
    lay(people.project, FILL)
    shown = as_bob.get(MAP + "?show=candidates").content.decode()
    assert re.search(r'class="lv6"><a [^>]*candidates/2/"[^>]*>2<', shown)


def test_what_happens_after_a_look_is_in_the_next_one(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    first = born(play, 1.0, 1.0)
    lay(people.project, FILL)
    assert cells(as_bob.get(MAP)) == [["0", "", "", "", ""]]
    better = born(play, 2.0, 1.0)
    assert cells(as_bob.get(MAP)) == [["1", "", "", "", ""]]
    play.verdict(better, "revert")
    play.measured(first, 1.0, metrics={"fill": 9.0})  # its mean moves to 5
    assert cells(as_bob.get(MAP)) == [["", "", "0", "", ""]]


def test_axes_that_come_later_are_read_from_what_was_measured(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0, 1.0, 90)
    lay(people.project, SIZE)
    assert cells(as_bob.get(MAP)) == [["", "", "", "0"]]
    lay(people.project, FILL)
    assert cells(as_bob.get(MAP)) == [["0", "", "", "", ""]]


def test_a_long_run_is_read_in_parts_and_the_page_says_so(
    as_bob: Client, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MEASUREMENTS", 4)
    monkeypatch.setattr(reading, "_BATCH", 10)
    play = Play.begin(people.project)
    for number in range(10):
        born(play, float(number), number + 0.5)
    lay(people.project, FILL)
    assert "4 of 10 candidates are read" in text(as_bob.get(MAP))
    assert "8 of 10 candidates are read" in text(as_bob.get(MAP))
    last = as_bob.get(MAP)
    assert "candidates are read" not in text(last)
    assert cells(last) == [["1", "3", "5", "7", "9"]]


def test_nothing_that_is_asked_for_breaks_the_map(as_bob: Client, people: Cast, play: Play) -> None:
    lay(people.project, FILL, SIZE)
    for query in ("?after=999999", "?show=nothing", "?x=%00&y=\u202e", "?after=x", "?region=shown"):
        assert as_bob.get(MAP + query).status_code == 200
    assert as_bob.get("/projects/parabola/runs/9/map/").status_code == 404


# ---- the front ----


def members(response: Any) -> list[int]:
    """Numbers in the table of the front."""
    table = response.content.decode().partition('id="members"')[2].partition("</table>")[0]
    return [int(number) for number in re.findall(r'<th scope="row"><a href="[^"]*candidates/(\d+)/', table)]


def test_the_front_holds_what_nothing_beats_in_score_and_size(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    for score, size in ((5.0, 50), (4.0, 60), (3.0, 20), (3.0, 20), (1.0, 10), (2.0, 40)):
        born(play, score, None, size)
    shown = as_bob.get(FRONT)
    assert members(shown) == [0, 2, 4]
    assert "of 6 with a value" in text(shown)
    assert re.search(r'<path class="best" d="M[\d.]+ [\d.]+V[\d.]+H[\d.]+V[\d.]+H[\d.]+"', shown.content.decode())


def test_a_measurement_counts_for_all_that_have_its_content(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    first = born(play, 1.0, size=10)
    born(play, 5.0, size=20)
    assert members(as_bob.get(FRONT)) == [1, 0]
    copy = born(play, 3.0, size=10)
    CandidateEdit.objects.filter(pk__in=[first.pk, copy.pk]).update(score=2.0)  # as a driver does: one estimate
    assert members(as_bob.get(FRONT)) == [1, 0]


def test_objectives_of_the_project_come_first_and_may_be_taken_all_at_once(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 3.0, 1.0, 30)
    born(play, 2.0, 2.0, 40)
    born(play, 1.0, 1.5, 10)
    born(play, 0.0, 1.5, 10)
    lay(people.project, objectives=(Objective("fill"),))
    assert members(as_bob.get(FRONT)) == [0, 1]
    assert members(as_bob.get(FRONT + "?against=size")) == [0, 2]
    assert members(as_bob.get(FRONT + "?against=")) == [0, 1, 2]
    assert 'class="plot"' not in as_bob.get(FRONT + "?against=").content.decode()


def test_the_front_says_who_is_best_on_which_task(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    good = born(play, 5.0)
    play.measured(good, 1.0, "t2")
    other = born(play, 2.0)
    play.measured(other, 4.0, "t2")
    play.measured(born(play, 5.0), 0.0, "t2")
    play.measured(other, 100.0, "g1")
    shown = text(as_bob.get(FRONT))
    assert "1 2.5 1 of 2 1 t2" in shown or "1 100 1 of 2 1 t2" in shown
    assert "t1 5 0 , 2" in shown
    assert "g1" not in shown


@pytest.mark.parametrize("fills", [(-1.7e308, 1.7e308), (1.7e308, 1.7e308), (5e-324, 1e-323)])
def test_values_that_no_drawing_holds_are_in_the_table(as_bob: Client, people: Cast, fills: tuple[float, ...]) -> None:
    play = Play.begin(people.project)
    for score, fill in zip((1.0, 0.0), fills, strict=True):
        born(play, score, fill)
    lay(people.project, objectives=(Objective("fill"),))
    assert 0 in members(as_bob.get(FRONT))


def test_a_front_without_anybody_says_why(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, None, failure="timeout")
    assert "Of 1 candidates none has both a score and a value of size" in text(as_bob.get(FRONT))


# ---- the operators ----


def test_each_operator_is_told_by_what_became_of_its_candidates(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0)
    born(play, 3.0, operator="good")
    born(play, None, operator="bad", failure="timeout")
    play.verdict(born(play, 0.5, operator="bad"), "drop")
    play.verdict(born(play, 2.0, operator="good"), "promote")
    shown = text(as_bob.get(OPERATORS))
    assert "bad 2 50 % 0 % 0 % −0.5 −0.5 0 50 % 12 ms" in shown
    assert "good 2 50 % 100 % 100 % +1.5 +2 1 0 % 12 ms" in shown
    assert "rewrite" not in shown


def test_gains_of_a_minimising_project_are_told_its_way(as_bob: Client, people: Cast) -> None:
    Project.objects.update(direction="minimise")
    play = Play.begin(people.project)
    born(play, -5.0)
    born(play, -2.0, operator="good")
    assert 'class="num better">−3<' in as_bob.get(OPERATORS).content.decode()


def test_a_bandit_says_what_it_goes_by(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project, method="bandit_operators")
    born(play, 1.0)
    for score, operator in ((3.0, "good"), (0.5, "bad"), (0.5, "bad"), (2.0, "good")):
        born(play, score, operator=operator)
    for operator in ("person", "measured again"):
        born(play, 9.0, operator=operator)
    shown = text(as_bob.get(OPERATORS))
    turns = shown.partition("What the bandit tries next")[2].partition("Share of the candidates")[0]
    assert "good 100 % 2 bad 0 % 2" in turns
    assert "person" not in turns
    assert "measured again" not in turns


@pytest.mark.parametrize(
    ("method", "damage", "warns"), [("dser", True, True), ("dser", False, False), ("hill_climb", True, False)]
)
def test_a_run_that_refines_is_warned_where_that_damages(
    as_bob: Client, people: Cast, method: str, damage: bool, warns: bool
) -> None:
    play = Play.begin(people.project, method=method)
    tasks = [task.key for task in people.project.tasks.filter(split="validation")[:2]]
    for number in range(13):
        made = play.candidate("x" * (number + 1), parents=(0,) if number else (), traits={"votes": 1, "stayed": 0})
        right = (1.0, 0.0) if number == 0 else (0.0, 0.0) if damage else (1.0, 1.0)
        for key, score in zip(tasks, right, strict=True):
            play.measured(made, score, key)
        play.verdict(made, "keep")
    assert ("Improvement is not likelier than damage here" in text(as_bob.get(OPERATORS))) is warns


def test_shares_over_time_are_drawn_from_windows(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 0.0)
    for number in range(1, 49):
        born(play, 0.0, operator="early" if number < 25 else "late")
    drawn = re.findall(r'<path class="line series-(\d)" d="([^"]+)" vector', as_bob.get(OPERATORS).content.decode())
    assert [style for style, _ in drawn] == ["0", "1", "0", "1"]
    assert drawn[0][1].startswith("M20.8 0.0h0L")
    assert drawn[0][1].endswith("L979.2 1000.0")
    assert drawn[2][1].count("L") == 11  # early made nothing in the later half, of which nothing could be kept


# ---- all of them ----

PAGES = [MAP, FRONT, OPERATORS, RUN + "compare/"]


@pytest.mark.parametrize("url", PAGES)
def test_a_look_asks_as_often_for_fifty_candidates_as_for_four(people: Cast, as_bob: Client, url: str) -> None:
    lay(people.project, FILL, SIZE, objectives=(Objective("fill"),))
    play = grown(people.project)
    few = warm(as_bob, url)
    for number in range(50):
        born(play, float(number), number / 5, number)
    assert warm(as_bob, url) == few <= 12


def warm(client: Client, url: str) -> int:
    """Queries of a page that was looked at a moment ago."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.parametrize("url", PAGES)
def test_a_run_in_which_nothing_was_born_has_these_pages_too(people: Cast, as_bob: Client, url: str) -> None:
    Play.begin(people.project)
    assert as_bob.get(url).status_code == 200
    lay(people.project, FILL, SIZE, objectives=(Objective("fill"),))
    assert as_bob.get(url).status_code == 200


# ---- the contracts ----


def test_authors_are_told_by_what_came_of_what_they_claimed(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0)
    contract = Contract(predicted_fixes=("t1",), probabilities={"t1": 0.9})
    flips = Flips()
    flips.add("seed", "t1", 0.0, 0.0, 0.0, 1.0)
    known, authors = Calibration(), ("model:sage", f"person:{people.alice.pk}")
    for after in (1.0, 1.0, 0.0):
        known.add(authors, grade(contract, seen(after), Zero(flips, "other")))
    flipped = [["unsolved", "better", 0.25, 0.1, 0.5], ["solved", "worse", 0.0, 0.0, 0.3, 12]]
    told = {"authors": known.payload(), "repeats": 15, "recalled": 4, "flips": flipped}
    Snapshot.objects.filter(run=play.run).update(contracts=encode(told))
    shown = text(as_bob.get(RUN + "contracts/"))
    assert "sage model 3 0 0 0 0 0 3 67 %" in shown
    assert "alice person 3" in shown
    assert "90 % said, 67 % came of 3" in shown
    assert "Known from 15 repeated measurements, 4 of them in earlier runs" in shown
    assert "unsolved better – 25 % 10 % and 50 %" in shown  # written before repeats were counted by state
    assert "solved worse 12 0 % 0 % and 30 %" in shown
    sage = next(one for one in Contracts(play.run).authors if one.name == "sage")
    assert sage.lift > sage.least_lift > 0
    assert f"{sage.lift:.2f} at least {sage.least_lift:.2f}" in shown


def seen(after: float) -> dict[str, Observed]:
    return {"t1": Observed("t1", 0.0, after)}


def test_a_run_without_contracts_says_what_they_are(as_bob: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    born(play, 1.0)
    assert "No contract was graded yet." in text(as_bob.get(RUN + "contracts/"))
