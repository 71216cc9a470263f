"""Generated texts before and after an edit, and how replies are read in these tests."""

from hypothesis import strategies as st

from apps.engine.variation.text import Complaint

START, END = "# EVOLVE-BLOCK-START", "# EVOLVE-BLOCK-END"

LINES = (
    "",
    " ",
    "x = 1",
    "    x = 1",
    "\ty = [2, 3]",
    "def f():",
    "    return 'größe 🥚'",
    "```",
    "```python",
    "~~~",
    "=======",
    "<<<<<<< SEARCH",
    ">>>>>>> REPLACE",
    "========= ",
    "--- a/main.py",
    "+++ b/main.py",
    "-- x",
    "++ y",
    "@@ -1,2 +1,2 @@",
    "\\ No newline at end of file",
    '{"main.py": "x"}',
    "main.py",
    "\x0c",
    "a\u2028b",
)
lines = st.one_of(
    st.sampled_from(LINES), st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=8)
)
_bodies = st.lists(lines.filter(lambda line: "EVOLVE-BLOCK" not in line), max_size=7)


@st.composite
def whole_edits(draw):
    """Texts of a file before and after an edit anywhere. Lines end alike, as a reply can tell nothing of that."""
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    before, after = ("".join(line + line_end for line in draw(_bodies)) for _ in range(2))
    if not before:
        return before, after.replace(line_end, "\n")
    if before.rstrip("\r\n") and draw(st.booleans()):
        before, after = before.rstrip("\r\n"), after.rstrip("\r\n")
    return before, after.replace(line_end, line_end if line_end in before else "\n")


@st.composite
def region_edits(draw):
    """Texts of a file before and after an edit of its regions."""
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    before, after = "", ""
    for _ in range(draw(st.integers(1, 2))):
        outside, old, new = draw(_bodies), draw(_bodies), draw(_bodies)
        before += "".join(line + line_end for line in [*outside, START, *old, END])
        after += "".join(line + line_end for line in [*outside, START, *new, END])
    return before, after


def read(form, reply, text, mode="whole", path="main.py"):
    """The new text of a project's only file."""
    return form.read(reply, {path: text}, {path: mode})[path]


def tried(form, reply, texts, edits):
    """The edit that is read from a reply, or the complaint about it."""
    try:
        return form.read(reply, texts, edits)
    except Complaint as said:
        return said


def complaint(form, reply, texts, edits):
    """What is said about a reply that holds no edit."""
    if isinstance(texts, str):
        texts, edits = {"main.py": texts}, {"main.py": edits}
    said = tried(form, reply, texts, edits)
    assert isinstance(said, Complaint), f"it was read as {str(said)[:500]}"
    return said
