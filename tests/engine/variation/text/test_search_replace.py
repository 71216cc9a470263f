"""SEARCH/REPLACE blocks as models write them, and what is said about those that cannot be carried out."""

import pytest

from apps.engine.variation.text import SearchReplace

from .edits import END, START, complaint, read

FORM = SearchReplace()
CODE = """import math

def area(r):
    # a circle
    if r < 0:
        return 0

    return math.pi * r * r


def both(a, b):
    return area(a) + area(b)
"""


def block(old, new, n=7):
    return f"{'<' * n} SEARCH\n{old}\n{'=' * n}\n{new}\n{'>' * n} REPLACE\n"


def test_several_blocks_amid_talk():
    raised, bare = block("        return 0", "        raise ValueError(r)"), block("    # a circle", "")
    reply = f"First:\n\n{raised}\nThen\n{bare}Done."
    made = read(FORM, reply, CODE)
    assert made == CODE.replace("return 0", "raise ValueError(r)").replace("    # a circle\n", "\n")


@pytest.mark.parametrize(
    "reply",
    [
        "```python\n<<<<<<< SEARCH\n    # a circle\n=======\n    # a disc\n>>>>>>> REPLACE\n```",
        "main.py\n```\n<<<<<<< SEARCH\n    # a circle\n=======\n    # a disc\n>>>>>>> REPLACE\n```",
        "```python main.py\n<<<<<<< SEARCH\n    # a circle\n=======\n    # a disc\n>>>>>>> REPLACE\n```",
        "### File: `main.py`\n<<<<<<< SEARCH\n    # a circle\n=======\n    # a disc\n>>>>>>> REPLACE",
        "<<<<<<<SEARCH\n    # a circle\n=====\n    # a disc\n>>>>>>>REPLACE",
        "<<<<<<< search\n    # a circle\n=======\n    # a disc\n>>>>>>> replace",
        "<<<<<<< ORIGINAL\n    # a circle\n=======\n    # a disc\n>>>>>>> UPDATED",
        "<<<<<<< SEARCH\r\n    # a circle\r\n=======\r\n    # a disc\r\n>>>>>>>\r\n",
        "<<<<<<< SEARCH\n    # a circle   \n=======\n    # a disc\n>>>>>>> REPLACE",
        "<<<<<<< SEARCH\n# a circle\nif r < 0:\n=======\n# a disc\nif r < 0:\n>>>>>>> REPLACE",
        " <<<<<<< SEARCH\n     # a circle\n     if r < 0:\n =======\n     # a disc\n     if r < 0:\n >>>>>>> REPLACE",
        "<<<<<<< SEARCH\n\n    # a circle\n\n    if r < 0:\n=======\n    # a disc\n    if r < 0:\n>>>>>>> REPLACE",
        "<<<<<<< SEARCH main.py\n    # a circle\n=======\n    # a disc\n>>>>>>> REPLACE",
    ],
)
def test_blocks_that_are_a_little_off(reply):
    assert read(FORM, reply, CODE) == CODE.replace("# a circle", "# a disc")


def test_a_shift_of_the_searched_lines_moves_the_new_ones_too():
    reply = block("if r < 0:\n    return 0", "if r < 0:\n    if r < -1:\n\n        return 1\n    return 0")
    new = "    if r < 0:\n        if r < -1:\n\n            return 1\n        return 0\n"
    assert read(FORM, reply, CODE) == CODE.replace("    if r < 0:\n        return 0\n", new)


def test_a_block_may_misquote_a_line_if_only_one_place_is_like_it():
    reply = block(
        "def area(r):\n    # the circle\n    if r < 0:\n        return 0",
        "def area(r):\n    if r < 0:\n        return 1",
    )
    assert "    if r < 0:\n        return 1\n\n    return math" in read(FORM, reply, CODE)


def test_a_block_that_is_like_two_places_is_not_guessed():
    text = "def f(a):\n    b = a + 1\n    return b\n" + "def f(a):\n    b = a - 1\n    return b\n"
    said = complaint(FORM, block("def f(a):\n    b = a * 1\n    return b", "x"), text, "whole")
    assert said.reason == "what block 1 replaces is not in main.py"


def test_lines_that_are_indented_in_no_one_way_are_not_guessed():
    said = complaint(FORM, block("# a circle\n    if r < 0:\n        return 0", "return 1"), CODE, "whole")
    assert said.reason == "what block 1 replaces is not in main.py"
    assert "from line 4:\n```\n    # a circle\n    if r < 0:" in said.hint


def test_the_line_ends_of_the_file_stay():
    made = read(FORM, block("    # a circle", "    # a\n    # disc"), CODE.replace("\n", "\r\n"))
    assert made == CODE.replace("# a circle", "# a\n    # disc").replace("\n", "\r\n")
    assert read(FORM, block("b", "b\nc"), "a\nb") == "a\nb\nc"
    assert read(FORM, block("b", "b\nc"), "a\nb\n") == "a\nb\nc\n"


def test_an_empty_place_is_filled_by_a_block_that_searches_for_nothing():
    assert read(FORM, "<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE", f"a\n{START}\n{END}\n", "regions") == (
        f"a\n{START}\nx = 1\n{END}\n"
    )
    said = complaint(FORM, "<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE", CODE, "whole")
    assert said.reason == "block 1 does not say which lines of main.py it replaces"


def test_marker_lines_may_stand_in_a_block_as_they_are():
    text = f"{START}  \nx = 1\n{END}\n"
    assert read(FORM, block(f"{START}\nx = 1\n{END}", f"{START}\nx = 2\n{END}"), text, "regions") == text.replace(
        "1", "2"
    )


def test_a_block_without_a_name_goes_to_the_file_that_holds_its_lines():
    texts, edits = {"a.py": "x = 1\n", "b.py": "y = 1\n"}, {"a.py": "whole", "b.py": "whole"}
    assert FORM.read(block("y = 1", "y = 2"), texts, edits) == {"b.py": "y = 2\n"}
    assert FORM.read("src/a.py:\n" + block("x = 1", "x = 2"), texts, edits) == {"a.py": "x = 2\n"}
    said = complaint(FORM, block("z = 1", "z = 2"), texts, edits)
    assert said.reason == "block 1 does not say which file it is for"
    assert said.hint == "Name one of: a.py, b.py."


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (block("    return area", "x"), "what block 1 replaces is not in main.py"),
        (block("    # a circle", "    #") + block("    # a disc", ""), "what block 2 replaces is not in main.py"),
        (
            block("    # a circle", "    #") + block("    # a circle\n    if r < 0:", "    if r:"),
            "block 1, block 2 replace the same lines of main.py, from line 4",
        ),
        (block("    # a circle", "    # a circle"), "the edit changes nothing"),
        ("<<<<<<< SEARCH\nx\n>>>>>>> REPLACE", "block 1 has no ======= line"),
        ("<<<<<<< SEARCH\nx\n=======\ny\n", "block 1 has no >>>>>>> REPLACE line"),
        ("prog.py\n" + block("x", "y"), "block 1 is for 'prog.py', which is no component of this project"),
        ("main.py: change x to y", "the reply holds no SEARCH/REPLACE block"),
    ],
)
def test_complaints_name_the_block(reply, reason):
    assert complaint(FORM, reply, CODE, "whole").reason == reason


def test_a_complaint_shows_what_is_nearest():
    said = complaint(FORM, block("def both(x, y):\n    return area(x)", "pass"), CODE, "whole")
    assert "Nearest to that are, from line 11:\n```\ndef both(a, b):" in said.hint


def test_a_complaint_says_that_lines_stand_there_several_times():
    said = complaint(FORM, block("x", "y"), "x\nx\nz\nx\n", "whole")
    assert said.reason == "what block 1 replaces stands 3 times in main.py, at lines 1, 2, 4"
    many = complaint(FORM, block("x", "y"), "x\n" * 100, "whole")
    assert "stands more than 20 times" in many.reason


def test_a_complaint_says_that_an_edit_was_made_already():
    said = complaint(FORM, block("    # a disc", "    # a circle"), CODE, "whole")
    assert said.reason.endswith("what it puts there stands at line 4 already")


def test_a_complaint_says_which_block_leaves_the_regions():
    text = f"import math\n{START}\nx = 1\n{END}\n"
    said = complaint(FORM, block("x = 1", "x = 2") + block("import math", "import os"), text, "regions")
    assert said.reason == "block 2 changes main.py from line 1 on, outside of the editable regions"
    assert "line 3 to 3" in said.hint or "lines 3 to 3" in said.hint


def test_a_block_sent_twice_counts_once():
    assert read(FORM, block("    # a circle", "    #") * 2, CODE) == CODE.replace("# a circle", "#")
