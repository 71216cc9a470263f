"""Prompts made of sections under a budget: what is kept, what is cut, and that nothing breaks out of its fence."""

from hypothesis import given
from hypothesis import strategies as st

from apps.engine.prompt import ASSISTANT, USER, Cut
from apps.engine.prompting import sections as show
from apps.engine.prompting.assembled import assembled, complained
from apps.engine.prompting.budget import ALWAYS, FENCE, Section, fitted, tokens
from apps.engine.records import Chosen, Shown
from apps.engine.variation.text import Complaint
from apps.engine.variation.text.fences import blocks

BASE = Chosen(4, 0.5, {"main.py": "x = 1\n", "fixed.py": "y = 2\n"})
EDITS = {"main.py": "whole"}


def test_what_fits_stays_and_nothing_is_cut():
    prompt = assembled(
        "You edit.", [show.surroundings(BASE, EDITS), show.hints(["try primes"]), show.parent(BASE, EDITS)]
    )
    assert prompt.system == "You edit."
    assert prompt.cut == ()
    assert prompt.hints == ("try primes",)
    text = prompt.messages[0].text
    assert text.index("fixed.py") < text.index("try primes") < text.index("main.py\n```py\nx = 1\n```")
    assert "It has score 0.5." in text
    assert text.count("fixed.py") == 1


def test_the_less_important_is_cut_and_the_cut_is_told():
    pieces = tuple(letter * 350 for letter in "abc")  # 100 tokens each
    sections = [Section("ideas", pieces, 4), Section("notes", pieces, 3), Section("base", pieces, ALWAYS)]
    kept, cuts = fitted(sections, 300 + 200 + 3 * FENCE)
    assert [(section.name, len(section.pieces)) for section in kept] == [("notes", 2), ("base", 3)]
    assert cuts == [Cut("ideas", 300, 0), Cut("notes", 300, 200)]


def test_the_base_stays_even_where_it_alone_is_too_much():
    big = Chosen(1, None, {"main.py": "x" * 7_000})
    prompt = assembled("", [show.feedback([Shown("a", 1.0)]), show.parent(big, EDITS)], 500)
    assert "x" * 7_000 in prompt.messages[0].text
    assert [cut.section for cut in prompt.cut] == ["How it was measured"]
    assert prompt.cut[0].kept == 0


def test_hints_that_did_not_fit_have_no_receipt():
    prompt = assembled("", [show.hints(["short", "long " * 1_000])], 100)
    assert prompt.hints == ("short",)


_sections = st.lists(
    st.builds(
        Section, st.sampled_from("abc"), st.lists(st.text(max_size=300), max_size=4).map(tuple), st.integers(1, 3)
    ),
    max_size=5,
)


@given(_sections, st.integers(0, 400))
def test_a_budget_is_kept_and_every_cut_is_told(sections, room):
    kept, cuts = fitted(sections, room)
    assert sum(FENCE + sum(map(tokens, section.pieces)) for section in kept) <= room
    assert (
        sum(map(len, (section.pieces for section in kept))) == sum(len(section.pieces) for section in sections) or cuts
    )


@given(st.text(st.sampled_from("`~\n x#"), max_size=60))
def test_no_text_breaks_out_of_its_fence(text):
    for section in (
        show.parent(Chosen(0, 1.0, {"main.py": text}), EDITS),
        show.feedback([Shown("a", None, "error", feedback=text)]) if text else show.note("n", text),
        show.lessons([text or "x"]),
    ):
        found = blocks("\n".join(section.pieces) + "\nafter\n")
        assert [block.text.rstrip("\n") for block in found] in ([text.rstrip("\n")], [text.rstrip("\n") or "x"])


def test_measurements_show_what_there_is_and_clip_what_is_long():
    (piece,) = show.feedback([Shown("a", None, "timeout", "too slow", "o" * 9_000, '{"n": 1}', "2")]).pieces
    assert piece.startswith("Task 'a': failed (timeout)\nInput:\n```\n{\"n\": 1}\n```\nExpected:\n```\n2\n```\nOutput:")
    assert "[… 7,000 characters left out …]" in piece
    assert len(piece) < 2_300


def test_a_complaint_goes_on_with_the_talk_and_replaces_the_one_before():
    prompt = assembled("", [show.parent(BASE, EDITS)])
    once = complained(prompt, "my $edit", Complaint("block 1 is not there", "Copy the lines."), {})
    twice = complained(prompt, "r" * 50_000, Complaint("too long"), {})
    assert [message.by for message in once.messages] == [USER, ASSISTANT, USER]
    assert once.messages[1].text == "my $edit"
    assert "block 1 is not there.\n\nCopy the lines." in once.messages[2].text
    assert len(twice.messages) == 3
    assert len(twice.messages[1].text) < 21_000
    assert [message.by for message in complained(prompt, " ", Complaint("empty"), {}).messages] == [USER]


def test_what_may_be_changed_is_listed():
    told = show.editable_files({"a.py": "regions", "b.md": "whole", "c.py": "protected"})
    assert told.splitlines()[1:] == [
        "- a.py: only the lines between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END",
        "- b.md: all of it",
    ]


def test_files_that_cannot_be_changed_are_clipped_and_give_way():
    base = Chosen(1, 0.0, {"main.py": "x = 1\n", "big.csv": "9" * 100_000, "lib.py": "y = 2\n"})
    section = show.surroundings(base, EDITS)
    assert [piece.split("\n")[0] for piece in section.pieces] == ["lib.py", "big.csv"]
    prompt = assembled("", [section, show.parent(base, EDITS)], 200)
    assert "big.csv" not in prompt.messages[0].text
    assert prompt.cut[0].kept > 0
