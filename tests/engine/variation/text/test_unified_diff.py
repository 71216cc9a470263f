"""Unified diffs as models write them: wrong numbers, lost spaces, no headers."""

import pytest

from apps.engine.variation.text import UnifiedDiff

from .edits import END, START, complaint, read

FORM = UnifiedDiff()
CODE = "a = 1\nb = 2\n\nc = 3\nd = 4\n"
HEAD = "--- a/main.py\n+++ b/main.py\n"


@pytest.mark.parametrize(
    "reply",
    [
        f"```diff\n{HEAD}@@ -3,3 +3,3 @@\n \n-c = 3\n+c = 5\n d = 4\n```",
        f"{HEAD}@@ -97,9 +2,1 @@ def f():\n-c = 3\n+c = 5\n d = 4\n",
        "@@ ... @@\n b = 2\n\n-c = 3\n+c = 5\n",
        "@@\nb = 2\n\n-c = 3\n+c = 5\nd = 4\n",
        f"diff --git a/main.py b/main.py\nindex 1..2 100644\n{HEAD}@@ -4 +4 @@\n-c = 3\n+c = 5\n\\ No newline at end\n",
        f"I change it.\n```diff\n{HEAD}@@ -4 +4 @@\n-c = 3  \n+c = 5\n\n```\nThat is it.",
        f"{HEAD}@@ -4 +4 @@\r\n-c = 3\r\n+c = 5\r\n",
        f"{HEAD}@@ -4 +4 @@\n-c = 3\n+c = 5\n\nThis makes it better.\n",
    ],
)
def test_diffs_that_are_a_little_off(reply):
    assert read(FORM, reply, CODE) == CODE.replace("c = 3", "c = 5")


def test_a_right_number_decides_between_equal_places():
    text = "x\ny\nx\ny\n"
    assert read(FORM, f"{HEAD}@@ -3,2 +3,2 @@\n-x\n+z\n y\n", text) == "x\ny\nz\ny\n"
    said = complaint(FORM, f"{HEAD}@@ -9,2 +9,2 @@\n-x\n+z\n y\n", text, "whole")
    assert said.reason == "what hunk 1 replaces stands 2 times in main.py, at lines 1, 3"


def test_files_by_name():
    texts = {"a/m.py": "x\n", "m.py": "x\n"}
    edits = dict.fromkeys(texts, "whole")
    for path in texts:
        assert FORM.read(f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-x\n+y\n", texts, edits) == {path: "y\n"}
    assert complaint(FORM, "@@ -1 +1 @@\n-x\n+y\n", texts, edits).reason == "hunk 1 does not say which file it is for"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (f"{HEAD}@@ -1 +1 @@\n-e = 9\n+e = 1\n", "what hunk 1 replaces is not in main.py"),
        (f"{HEAD}@@ -1 +1 @@\n-a = 1\n+a = 1\n", "the edit changes nothing"),
        (f"{HEAD}@@ -1,0 +2 @@\n+e = 1\n", "hunk 1 does not say which lines of main.py it replaces"),
        (
            "--- a/o.py\n+++ b/o.py\n@@ -1 +1 @@\n-a\n+b\n",
            "hunk 1 is for 'o.py', which is no component of this project",
        ),
        ("-a = 1\n+a = 2\n", "the reply holds no hunk of a unified diff"),
    ],
)
def test_complaints_name_the_hunk(reply, reason):
    said = complaint(FORM, reply, CODE, "whole")
    assert said.reason.replace("'b/o.py'", "'o.py'") == reason


def test_a_hunk_outside_of_the_regions():
    text = f"a\n{START}\nb\n{END}\n"
    said = complaint(FORM, f"{HEAD}@@ -1 +1 @@\n-a\n+c\n", text, "regions")
    assert said.reason == "hunk 1 changes main.py from line 1 on, outside of the editable regions"
