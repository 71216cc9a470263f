"""Every fault of evoweb.toml is told with its line and its remedy."""

import pytest

NAME, ENTRY, METHOD = 'name = "Doubling"', 'entry = "main.py:run"', 'method = "hill_climb"'
SANDBOX = METHOD + "\n[sandbox]\n"
FILL = METHOD + '\n[[descriptors]]\nname = "fill"\nlow = 0\nhigh = 1\n'
BINS = METHOD + '\n[[objectives]]\nname = "bins"\n'

FAULTS = [
    # old, new, place, and words that the message must contain
    (NAME, "", "evoweb.toml:", "name is missing", "Add it at the top"),
    (NAME, 'name = ""', "evoweb.toml:1:", "name must be one line of 1 to 100 characters", "Shorten"),
    (NAME, 'name = "a\\u0007b"', "evoweb.toml:1:", "name must be one line", ""),
    (NAME, "name = 7", "evoweb.toml:1:", "name must be text in quotes, not", "Change"),
    (NAME, NAME + '\ncolour = "red"', "evoweb.toml:2:", 'unknown key "colour"', "Known: "),
    (NAME, NAME + '\nmetrik = "sum"', "evoweb.toml:2:", 'unknown key "metrik"', 'Did you mean "metric"?'),
    (NAME, NAME + '\ndirection = "up"', "evoweb.toml:2:", 'unknown direction "up"', "maximise, minimise"),
    (ENTRY, 'entry = "main.py"', "evoweb.toml:2:", 'entry is "main.py"', '"main.py:run"'),
    (ENTRY, 'entry = "other.py:run"', "evoweb.toml:2:", 'file "other.py" is no component', 'path = "other.py"'),
    (ENTRY, 'entry = "main.py:rum"', "main.py:1:", 'no function "rum"', 'Did you mean "run"?'),
    ('path = "main.py"', 'path = "../main.py"', "evoweb.toml:5:", "leaves the project folder", "relative"),
    ('path = "main.py"', 'path = "/etc/passwd"', "evoweb.toml:5:", "leaves the project folder", "relative"),
    ('path = "main.py"', 'path = "main.py"\nkind = "programme"', "evoweb.toml:6:", "unknown kind", '"program"?'),
    ('path = "main.py"', 'path = "main.py"\nedit = "region"', "evoweb.toml:6:", "unknown edit", '"regions"?'),
    (
        'path = "main.py"',
        'path = "main.py"\nedit = "protected"',
        "evoweb.toml:5:",
        "every component is protected",
        "edit",
    ),
    ('path = "main.py"', 'path = "main.py"\nedit = "regions"', "main.py:1:", "no region may be edited", "EVOLVE-BLOCK"),
    ('file = "evaluator.py"', 'file = "judge.py"', "evoweb.toml:8:", '"judge.py" does not exist', "Create it"),
    ('file = "evaluator.py"', 'file = "evaluater.py"', "evoweb.toml:8:", "does not exist", 'mean "evaluator.py"?'),
    (
        'file = "evaluator.py"',
        'file = "evaluator.py"\nfunction = "rate"',
        "evaluator.py:1:",
        'no function "rate"',
        "score",
    ),
    ('file = "tasks.jsonl"', 'file = "task.jsonl"', "evoweb.toml:11:", "does not exist", 'mean "tasks.jsonl"?'),
    (METHOD, 'method = "hil_climb"', "evoweb.toml:14:", 'unknown method "hil_climb"', 'Did you mean "hill_climb"?'),
    (METHOD, METHOD + "\ncandidates = 0", "evoweb.toml:15:", "candidates is 0", "from 1 to"),
    (METHOD, METHOD + "\nparallel = 0", "evoweb.toml:15:", "parallel is 0", "from 1 to"),
    (
        METHOD,
        METHOD + "\n[run.contracts]\nharmful = 'burn'",
        "evoweb.toml:16:",
        "unknown harmful",
        "nothing, gate, revert",
    ),
    (METHOD, METHOD + "\n[run.contracts]\nvile = 'gate'", "evoweb.toml:16:", "unknown key", "could_not_be_told"),
    (METHOD, METHOD + "\n[run.contracts]\naa_share = 0.9", "evoweb.toml:16:", "aa_share is 0.9", "0.0 to 0.5"),
    (METHOD, METHOD + "\nseconds = nan", "evoweb.toml:15:", "seconds is nan", "from 1 to"),
    (METHOD, METHOD + '\nmode = "full"', "evoweb.toml:15:", 'unknown mode "full"', "full-auto, gate-only"),
    (METHOD, METHOD + '\nmode = "co-pilot"', "evoweb.toml:15:", '"co-pilot" is not available yet', "step-by-step"),
    (METHOD, SANDBOX + 'packages = ["numpy"]', "evoweb.toml:16:", 'package "numpy" is not pinned', "numpy==2.4.6"),
    (METHOD, SANDBOX + 'packages = ["numpy==2.*"]', "evoweb.toml:16:", "is not pinned", "numpy==2.4.6"),
    (METHOD, SANDBOX + 'packages = ["x @ https://x"]', "evoweb.toml:16:", "is not pinned", "numpy==2.4.6"),
    (METHOD, SANDBOX + 'packages = "numpy"', "evoweb.toml:16:", "packages must be a list", ""),
    (METHOD, SANDBOX + 'preload = ["num py"]', "evoweb.toml:16:", "no name of a module", "numpy"),
    (METHOD, SANDBOX + "memory_mb = 1.5", "evoweb.toml:16:", "memory_mb must be a whole number", ""),
    (METHOD, SANDBOX + "memory_mb = true", "evoweb.toml:16:", "memory_mb must be a whole number", ""),
    (METHOD, SANDBOX + "wall_seconds = 0", "evoweb.toml:16:", "wall_seconds is 0", "from 0.01 to"),
    (METHOD, SANDBOX + "wall_second = 1", "evoweb.toml:16:", "unknown key", 'mean "wall_seconds"?'),
    (METHOD, SANDBOX + 'variables = {PATH = "/x"}', "evoweb.toml:16:", '"PATH" may not be set', "another name"),
    (METHOD, FILL.replace("high = 1", "high = 0"), "evoweb.toml:18:", "low is 0 and high is 0", "low below the high"),
    (
        METHOD,
        FILL.replace("low = 0", "low = -1e308").replace("high = 1", "high = 1e308"),
        "evoweb.toml:18:",
        "high is 1e+308",
        "finite way",
    ),
    (METHOD, FILL.replace("low = 0", "low = nan"), "evoweb.toml:17:", "low is nan", "finite number"),
    (METHOD, FILL.replace("high = 1", "high = inf"), "evoweb.toml:18:", "high is inf", "finite number"),
    (METHOD, FILL.replace("high = 1", f"high = 1{'0' * 400}"), "evoweb.toml:18:", "high is inf", "finite number"),
    (METHOD, FILL.replace("high = 1", "high = true"), "evoweb.toml:18:", "high must be a number", "Change"),
    (METHOD, FILL.replace("low = 0\n", ""), "evoweb.toml:15:", "low is missing", "Add it under [descriptors]"),
    (METHOD, FILL.replace('"fill"', "1"), "evoweb.toml:16:", "name must be text in quotes", "Change"),
    (METHOD, FILL + "cels = 5", "evoweb.toml:19:", 'unknown key "cels"', 'Did you mean "cells"?'),
    (METHOD, FILL + "cells = 0", "evoweb.toml:19:", "cells is 0", "from 1 to 10000"),
    (METHOD, FILL + "cells = 1_000_000_000", "evoweb.toml:19:", "cells is 1000000000", "from 1 to 10000"),
    (
        METHOD,
        FILL + "cells = 10_000" + FILL.replace("fill", "size").removeprefix(METHOD) + "cells = 10_000",
        "evoweb.toml:24:",
        "the map would have 100,000,000 cells; at most 10,000 make sense",
        "fewer cells or fewer descriptors",
    ),
    (METHOD, FILL + FILL.removeprefix(METHOD), "evoweb.toml:21:", '"fill" is named twice', "Remove one"),
    (METHOD, BINS + BINS.removeprefix(METHOD), "evoweb.toml:19:", '"bins" is named twice', "Remove one"),
    (METHOD, BINS + 'direction = "down"', "evoweb.toml:17:", 'unknown direction "down"', "maximise, minimise"),
    (METHOD, BINS + 'weight = "1"', "evoweb.toml:17:", 'unknown key "weight"', "Known: name, direction"),
    (METHOD, BINS.replace("bins", "score"), "evoweb.toml:16:", '"score" is the score', "Remove this table"),
    (NAME, NAME + "\ndescriptors = 1", "evoweb.toml:2:", "descriptors must be a list", ""),
    (NAME, NAME + "\nobjectives = [1]", "evoweb.toml:2:", "objectives must be written as tables", "[[objectives]]"),
    (METHOD, SANDBOX + "variables = {MODE = 1}", "evoweb.toml:16:", '"MODE" is "1"', "text in quotes"),
]


@pytest.mark.parametrize(("old", "new", "place", "what", "remedy"), FAULTS)
def test_a_fault_is_told_with_place_and_remedy(workspace, only_problem, old, new, place, what, remedy):
    workspace.change("evoweb.toml", old, new)
    told = only_problem()
    assert told.startswith(place)
    assert what in told
    assert remedy in told


def test_the_folder_of_these_tests_is_fine(workspace):
    package = workspace.package()
    assert package.name == "Doubling"
    assert package.entry == "main.py:run"
    assert package.evaluator_entry == "evaluator.py:score"
    assert [task.key for task in package.of("validation")] == ["one", "two"]
    assert package.settings.limits["wall_seconds"] == 10.0
    assert package.settings.budget == {"candidates": 1000}


def test_text_that_is_no_toml_names_the_line(workspace, only_problem):
    workspace.write("evoweb.toml", 'name = "x"\nentry = main.py\n')
    assert only_problem().startswith("evoweb.toml:2: this is not valid TOML")


def test_toml_that_ends_too_soon_names_its_last_line(workspace, only_problem):
    workspace.write("evoweb.toml", 'name = "x"\npackages = [\n"a",\n')
    assert only_problem().startswith("evoweb.toml:3: this is not valid TOML")


def test_an_empty_manifest_lists_all_that_is_missing(workspace):
    workspace.write("evoweb.toml", "")
    told = "\n".join(workspace.problems())
    assert "name is missing" in told
    assert "no component is named" in told
    assert "there is no validation task" in told


def test_a_folder_without_manifest_says_so(workspace, only_problem):
    (workspace.root / "evoweb.toml").unlink()
    assert "there is no evoweb.toml in this folder. Name the folder that holds evoweb.toml" in only_problem()


def test_all_problems_are_told_at_once(workspace):
    workspace.change("evoweb.toml", METHOD, 'method = "x"\nmode = "y"\ncandidates = -1')
    workspace.write("tasks.jsonl", "{}\n")
    assert len(workspace.problems()) == 5


def test_names_in_any_script_and_with_spaces_are_fine(workspace):
    workspace.change("evoweb.toml", NAME, 'name = "Kreise packen: 円を詰める"')
    workspace.write("über uns/日本 語.md", "text")
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "über uns/"\nkind = "prompt"\n\n[evaluator]')
    package = workspace.package()
    assert package.name == "Kreise packen: 円を詰める"
    assert [part.path for part in package.components] == ["main.py", "über uns/日本 語.md"]


def test_a_component_named_twice_is_told_with_both_lines(workspace, only_problem):
    workspace.change("evoweb.toml", "[evaluator]", '[[components]]\npath = "./main.py"\n\n[evaluator]')
    told = only_problem()
    assert told.startswith("evoweb.toml:8:")
    assert "is a component already (line 5)" in told


@pytest.mark.parametrize("hidden", ["evaluator.py", "tasks.jsonl", "evoweb.toml"])
def test_candidates_never_get_the_evaluator_or_the_answers(workspace, only_problem, hidden):
    workspace.change("evoweb.toml", "[evaluator]", f'[[components]]\npath = "{hidden}"\n\n[evaluator]')
    assert "must stay hidden from candidates" in only_problem()


def test_markers_decide_what_may_be_edited_unless_the_manifest_does(workspace):
    assert workspace.package().components[0].edit == "whole"
    workspace.change("main.py", "FACTOR = 1\n", "# EVOLVE-BLOCK-START\nFACTOR = 1\n# EVOLVE-BLOCK-END\n")
    assert workspace.package().components[0].edit == "regions"


def test_an_unclosed_region_is_told_with_its_line(workspace, only_problem):
    workspace.change("main.py", "FACTOR = 1\n", "FACTOR = 1\n# EVOLVE-BLOCK-START\n")
    assert only_problem().startswith("main.py:2:")


def test_python_that_does_not_parse_is_told_with_its_line(workspace, only_problem):
    workspace.write("main.py", "def run(x):\n    return (\n")
    assert only_problem().startswith("main.py:2: this is not valid Python")


def test_limits_are_those_of_the_sandbox():
    from dataclasses import asdict

    from apps.projects.vocabulary import EVALUATOR_LIMITS, LIMITS
    from apps.sandbox.contract import Limits, Scorer

    assert asdict(Limits()) == {name: bound.default for name, bound in LIMITS.items()}
    scorer = Scorer({}, "")
    assert {name: bound.default for name, bound in EVALUATOR_LIMITS.items()} == {
        "wall_seconds": scorer.wall_seconds,
        "memory_mb": scorer.memory_mb,
    }
