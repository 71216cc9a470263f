"""Whole texts as models send them: with and without fences, names and markers."""

import pytest

from apps.engine.variation.text import FullRewrite

from .edits import END, START, complaint, read

FORM = FullRewrite()
TEXT = f"import math\n\n{START}\ndef f(x):\n    return x\n{END}\n\nprint(f(2))\n"
WANTED = TEXT.replace("return x", "return math.sin(x)")
BODY = "def f(x):\n    return math.sin(x)\n"


@pytest.mark.parametrize(
    "reply",
    [
        f"```python\n{WANTED}```",
        f"```\n{WANTED}```",
        f"~~~py\n{WANTED}~~~",
        f"Here is it:\n\n```python\n{WANTED}```\nI hope it helps!",
        f"**main.py**\n```python\n{WANTED}```",
        f"```python\n{WANTED}",
        f"````python\n{WANTED}````",
        f"```python\n{BODY}```",
        f"```python\n{START}\n{BODY}{END}\n```",
        f"```python\n# EVOLVE-BLOCK-START (mine)\n{BODY}  # EVOLVE-BLOCK-END\n```",
        f"```python\nimport math\n{BODY}\nprint(f(2))\n```",
        "```python\n" + WANTED.replace("\n", "  \n") + "```",
        "```python\r\n" + WANTED.replace("\n", "\r\n") + "```",
        "  ```python\n" + "".join(f"  {line}\n" for line in WANTED.splitlines()) + "  ```",
        f"For example:\n```\nf(2)\n```\nSo:\n```python\n{WANTED}```",
        WANTED,
        f"```python\n{WANTED}```\n```json contract\n{{}}\n```",
        f"```\n{WANTED}```\n```contract\n{{}}\n```",
    ],
)
def test_one_file(reply):
    made = read(FORM, reply, TEXT, "regions")
    assert made.replace("  \n", "\n") == WANTED
    assert made.splitlines()[:3] == TEXT.splitlines()[:3]


def test_several_files_by_name():
    texts = {"main.py": TEXT, "notes.md": "Be brief.\n"}
    edits = {"main.py": "regions", "notes.md": "whole"}
    reply = f"`main.py`\n```python\n{BODY}```\n```markdown notes.md\n# Style\n```text\nBe kind.\n```\n```\n"
    assert FORM.read(reply, texts, edits) == {"main.py": WANTED, "notes.md": "# Style\n```text\nBe kind.\n```\n"}


def test_a_file_that_comes_back_as_it_was_counts_for_nothing():
    texts = {"main.py": TEXT, "fixed.py": "y = 1\n"}
    reply = f"main.py\n```python\n{WANTED}```\nfixed.py\n```python\ny = 1\n```"
    assert FORM.read(reply, texts, {"main.py": "regions"}) == {"main.py": WANTED}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (f"```python\n{TEXT}```", "the edit changes nothing"),
        ("Use math.sin.", "the reply holds no fenced block"),
        (
            'I move a number.\n```json contract\n{"hypothesis": "so"}\n```',
            "the reply holds no fenced block beside its contract",
        ),
        (
            "```python\na\n```\n```python\nb\n```",
            "the reply holds 2 blocks and does not say which is the new text of main.py",
        ),
        ("main.py\n```\na\n```\nmain.py\n```\nb\n```", "the reply holds two blocks for main.py"),
        ("other.py\n```\na\n```", "block 1 is for 'other.py', which is no component of this project"),
        (
            "```python\n" + WANTED.replace("import math", "import cmath") + "```",
            "the new text of main.py changes what is outside of its regions: "
            "'import cmath' in the place of 'import math'",
        ),
        (
            f"```python\nimport math\nimport os\n{BODY}```",
            "the new text of main.py lacks its EVOLVE-BLOCK lines and repeats some of what is outside of them, "
            "as 'import math'",
        ),
        (
            f"```python\n{START}\n{BODY}```",
            "the markers in the new text of main.py do not pair up: line 1: a region starts that never ends",
        ),
        (f"```python\n{WANTED}{START}\n{END}\n```", "the new text of main.py has 2 regions, not 1"),
    ],
)
def test_complaints(reply, reason):
    assert complaint(FORM, reply, TEXT, "regions").reason == reason


def test_two_regions_cannot_come_back_without_markers():
    text = f"{START}\na\n{END}\nb\n{START}\nc\n{END}\n"
    assert "lacks the lines that mark its 2 regions" in complaint(FORM, "```\nx\n```", text, "regions").reason
    assert read(FORM, f"```\n{START}\nx\n{END}\n{START}\ny\n{END}\n```", text, "regions") == text.replace(
        "a\n", "x\n"
    ).replace("c\n", "y\n")


def test_a_file_that_is_called_contract_can_be_rewritten():
    assert FORM.read("```contract\nnew\n```", {"contract": "old\n"}, {"contract": "whole"}) == {"contract": "new\n"}
