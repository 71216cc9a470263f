"""Lines of hostile text as markup: colours and marks never change the text, and never let any of it act."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import syntax
from apps.common.code import markup
from apps.common.syntax import Clock, Colours
from apps.common.text import visible
from apps.common.words import LONGEST_LINE, marks

code = st.text(alphabet="abc(=)<>&'\" \t\x00\u202e/*#\\é1", max_size=60)


def read(shown: str) -> str:
    """What a reader sees of markup."""
    return unescape(re.sub(r"</?(?:span|mark)[^>]*>", "", shown))


@given(code, code)
def test_marks_never_change_the_text(old: str, new: str) -> None:
    for line, spans in zip((old, new), marks(old, new), strict=True):
        assert read(markup(line, (), spans)) == visible(line)
        assert all(0 <= start < end <= len(line) for start, end in spans)
        assert spans == sorted(spans)


@given(code, code, st.sampled_from(["py", "js", "html", "json", "md", "yaml"]))
def test_nor_do_colours_and_nothing_acts(old: str, new: str, kind: str) -> None:
    lines = new.split("\n")
    colours = Colours(f"a.{kind}", lines, Clock())
    for number, line in enumerate(lines):
        shown = markup(line, colours.of(number), marks(old, line)[1])
        assert read(shown) == visible(line)
        assert re.sub(r"</?(?:span(?: class=\"\w\")?|mark)>", "", shown).count("<") == 0


def test_the_words_that_changed_are_marked_and_no_others() -> None:
    old, new = "return compute(alpha, 10)", "return compute(beta, 10)"
    assert [line[slice(*spans[0])] for line, spans in zip((old, new), marks(old, new), strict=True)] == [
        "alpha",
        "beta",
    ]


def test_lines_that_have_nothing_in_common_are_not_marked_all_over() -> None:
    assert marks("import os", "x = [1, 2, 3, 4, 5, 6]") == ([], [])


def test_a_line_too_long_is_cut_and_says_by_how_much() -> None:
    shown = markup("x" * (LONGEST_LINE + 5))
    assert "5 more characters" in shown
    assert len(shown) < LONGEST_LINE + 100


def test_keywords_strings_and_comments_have_their_colours() -> None:
    line = 'return "a"  # why'
    assert markup(line, Colours("a.py", [line], Clock()).of(0)) == (
        '<span class="k">return</span> <span class="s">&quot;a&quot;</span>  <span class="c"># why</span>'
    )


def test_a_string_over_many_lines_is_one_string_in_each() -> None:
    colours = Colours("a.py", ['x = """', "import os", '"""'], Clock())
    assert colours.of(1) == [(0, 9, "s")]


def test_each_page_of_a_text_is_lexed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"x = {number}  # of no other test" for number in range(10_000)]
    lexed = []
    monkeypatch.setattr(syntax, "_lexed", lambda name, some: lexed.append(len(some)) or [[(0, 1, "k")]] * len(some))
    for _ in range(2):
        colours = Colours("a.py", lines, Clock(60))
        assert all(colours.of(line) for line in range(len(lines)))
    assert sum(lexed) == len(lines)
    assert len(lexed) > 1


@pytest.mark.parametrize("path", ["a.unknown", "noending", "a.py.bak"])
def test_what_no_lexer_knows_stays_plain(path: str) -> None:
    assert Colours(path, ["return 1"], Clock()).of(0) == ()


def test_when_the_time_is_over_the_rest_stays_plain() -> None:
    assert Colours("a.py", ["return 4711"], Clock(0)).of(0) == ()


@pytest.mark.parametrize("line", ["\n ", '\\"', "/*a", "as ", "<?", "0x"])
@pytest.mark.parametrize("kind", sorted(syntax._LEXERS))
def test_hostile_text_ends_a_lexer_in_time(kind: str, line: str) -> None:
    text = (line * syntax.PAGE)[: syntax.PAGE]
    lines = [part[at : at + 1_000] for part in text.split("\n") for at in range(0, max(1, len(part)), 1_000)]
    clock = Clock(60)
    Colours(f"a.{kind}", lines, clock).of(0)
    assert 60 - clock.left < 10 * syntax.PAGE_SECONDS
