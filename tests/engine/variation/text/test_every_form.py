"""What holds for every form of edits."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apps.engine.effects import Propose
from apps.engine.inplace import check
from apps.engine.variation.text import FORMS, Complaint

from .edits import END, LINES, START, complaint, region_edits, tried, whole_edits

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
often = settings(max_examples=40, deadline=None)
TEXTS = {"main.py": f"import math\n{START}\nx = 1\n{END}\n", "notes.md": "Be brief.\n", "lib/fixed.py": "y = 2\n"}
EDITS = {"main.py": "regions", "notes.md": "whole"}


@every_form
@often
@given(edit=whole_edits())
def test_what_is_written_is_read_back(form, edit):
    before, after = ({"main.py": text} for text in edit)
    assume(before != after)
    assert form.read(form.written(before, after), before, {"main.py": "whole"}) == after


@every_form
@often
@given(edit=region_edits())
def test_what_is_written_of_regions_is_read_back(form, edit):
    before, after = ({"src/main.py": text, "other.md": "Be brief.\n"} for text in edit)
    assume(before != after)
    edits = {"src/main.py": "regions", "other.md": "whole"}
    assert form.read(form.written(before, after), before, edits) == {"src/main.py": after["src/main.py"]}


@every_form
def test_several_files_in_one_reply(form):
    after = {**TEXTS, "main.py": TEXTS["main.py"].replace("x = 1", "x = 5"), "notes.md": "Be kind.\nAnd brief.\n"}
    assert form.read(form.written(TEXTS, after), TEXTS, EDITS) == {path: after[path] for path in EDITS}


_talk = st.lists(
    st.one_of(
        st.sampled_from([*LINES, "notes.md", "lib/fixed.py", "x = 1", START, END, "import math"]), st.text(max_size=9)
    ),
    max_size=12,
)


@every_form
@often
@given(talk=_talk, line_end=st.sampled_from(["\n", "\r\n"]))
def test_any_reply_is_an_edit_that_may_stand_or_a_complaint(form, talk, line_end):
    edit = tried(form, line_end.join(talk), TEXTS, EDITS)
    if isinstance(edit, Complaint):
        assert edit.reason
    else:
        check(Propose((0,), edit, "ask"), TEXTS, EDITS)


@every_form
def test_an_edit_outside_of_the_regions_is_no_edit(form):
    after = {**TEXTS, "main.py": TEXTS["main.py"].replace("import math", "import os")}
    said = complaint(form, form.written(TEXTS, after), TEXTS, EDITS)
    assert "main.py" in said.reason
    assert "outside of" in said.reason
    assert "EVOLVE-BLOCK" in said.hint


@every_form
def test_an_edit_of_a_protected_file_is_no_edit(form):
    after = {**TEXTS, "lib/fixed.py": "y = 3\n"}
    said = complaint(form, form.written(TEXTS, after), TEXTS, EDITS)
    assert said.reason == "lib/fixed.py is protected"
    assert said.hint == "What may be edited: main.py, notes.md."


@every_form
@pytest.mark.parametrize("path", ["../notes.txt", "/etc/passwd", "lib/new.py"])
def test_a_file_that_is_no_component_is_no_edit(form, path):
    reply = form.written({path: "a\n"}, {path: "b\n"})
    said = complaint(form, reply, TEXTS, EDITS)
    assert said.reason
    assert path in said.reason or form.name == "parts"


@every_form
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("x\n" * 600_000, "at most 1,000,000"),
        ("x" * 300_000, "a line of the reply"),
        ("a\0b", "no text"),
        ("\ud800", "no text"),
        ("I am sorry, I cannot help with that.", "holds no"),
    ],
)
def test_replies_that_nobody_can_read(form, reply, reason):
    assert reason in complaint(form, reply, TEXTS, EDITS).reason


MANY = 20_000
HOSTILE = [
    "<<<<<<< SEARCH\n" * MANY,
    "<<<<<<< SEARCH\nx\n=======\n>>>>>>> REPLACE\n" * MANY,
    "<<<<<<< SEARCH\n" + "x\n" * MANY + "=======\ny\n>>>>>>> REPLACE\n",
    "<<<<<<< SEARCH\n" + "y\n" * MANY + "=======\nx\n>>>>>>> REPLACE\n",
    "=======\n" * MANY,
    "```\n" * MANY,
    "~" * 199_000 + "`",
    "`" * 199_000 + " `",
    "```a\n" * MANY,
    "@@ -1 +1 @@\n-x\n+y\n" * MANY,
    "@@\n" + "-x\n" * MANY,
    "--- a\n+++ b\n" * MANY,
    "[" * 190_000,
    '{"a":' * 35_000,
    '{"main.py": ' + "9" * 150_000 + "}",
    "```json\n" + "{" * 199_000,
    '"' * 199_000,
]


@every_form
@pytest.mark.parametrize("reply", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_replies_are_read_in_bounded_time(form, reply):
    before, edits = {"main.py": "x\n" * 100_000}, {"main.py": "whole"}
    edit = tried(form, reply, before, edits)
    if isinstance(edit, Complaint):
        assert len(str(edit)) < 5_000
    else:
        check(Propose((0,), edit, "ask"), before, edits)


def test_no_form_reads_an_edit_where_markers_do_not_pair_up():
    text = f"{START}\nx = 1\n"
    for form in FORMS.values():
        reply = form.written({"main.py": text}, {"main.py": text.replace("1", "2")})
        assert complaint(form, reply, text, "regions").reason
