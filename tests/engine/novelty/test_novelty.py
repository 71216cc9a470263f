"""What is new beside other programs, by runs of tokens, by vectors, and by a model's word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.asking import Asking, Material, ask_for_edit
from apps.engine.effects import Ask, Refused
from apps.engine.novelty import KINDS, Judged, NGrams, Vectors, novelty_of, only_new, vectors
from apps.engine.novelty.ngrams import resemblance
from apps.engine.recipe import Context, Recipe
from apps.engine.records import Chosen, Reply
from apps.engine.setup import Voice
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.variation.text import FullRewrite

CODE = """def total(items, rate=0.5):
    # sum of all
    result = 0
    for item in items:
        result += math.sqrt(item) * rate
    return result
"""
RENAMED = """def f(xs, r = 0.5):

    s = 0   # nothing to see here
    for x in xs :
        s += math.sqrt(x)*r
    return s"""
CTX = Context(1, 1, {}, models={"mutate": (Voice("m"),)})


def alike(first, second, path="main.py"):
    return resemblance({path: first}, {path: second})


def test_names_blanks_and_comments_are_nothing_new():
    assert alike(CODE, RENAMED) == 1.0
    assert alike("int f(int a) { /* x */ return a; } // y", "int g(int b){return b;}", "m.cpp") == 1.0
    assert alike("Be brief, and kind!", "be BRIEF and\nkind", "p.md") == 1.0


@pytest.mark.parametrize(
    "changed",
    [
        CODE.replace("sqrt", "log"),
        CODE.replace("0.5", "0.7"),
        CODE.replace("+=", "-="),
        CODE.replace("return result", "return result if items else None"),
        CODE.replace("rate=0.5", "rate='#0.5'"),
    ],
)
def test_another_call_number_sign_or_statement_is_new(changed):
    assert 0.3 < alike(CODE, changed) < 0.99


def test_only_files_that_differ_are_compared():
    fixed = "\n".join(f"x{n} = {n}" for n in range(500))
    assert resemblance({"a.py": CODE, "b.py": fixed}, {"a.py": CODE.replace("sqrt", "log"), "b.py": fixed}) == alike(
        CODE, CODE.replace("sqrt", "log")
    )


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["a.py", "a.c", "a.md", "a"]))
def test_likeness_is_symmetric_and_between_0_and_1(first, second, path):
    assert 0.0 <= alike(first, second, path) == alike(second, first, path) <= 1.0
    assert alike(first, first, path) == 1.0


@pytest.mark.parametrize("text", ['"' * 200_000, "/*" * 100_000, "a" * 300_000, "'\\" * 100_000, "def " * 60_000])
def test_hostile_texts_are_compared_in_bounded_time(text):
    assert alike(text, text + "x", "a.c") >= 0.0


def members(*texts):
    return [Chosen(number, 0.0, {"main.py": text}) for number, text in enumerate(texts, 1)]


def test_the_nearest_member_is_named_and_only_the_last_are_compared():
    finding = NGrams().finding({"main.py": RENAMED}, members("x = 1", CODE, "y = 2"))
    assert (finding.new, finding.nearest.number, finding.likeness) == (False, 2, 1.0)
    assert NGrams(compared=1).finding({"main.py": RENAMED}, members(CODE, "y = 2")).new
    assert NGrams().finding({"main.py": RENAMED}, []).new


def finish(steps, *answers):
    """What steps return, given the answers to what they yield."""
    left = list(answers)
    try:
        asked = next(steps)
        while True:
            answer = left.pop(0)
            asked = steps.throw(answer) if isinstance(answer, Exception) else steps.send(answer)
            assert isinstance(asked, Ask)
    except StopIteration as end:
        assert not left
        return end.value


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("It sorts first.\nNOVEL", True),
        ("Only the names differ.\nNOT_NOVEL", False),
        ("This is not novel.", False),
        ("NOVEL means another idea. NOT NOVEL", False),
        ("I cannot tell.", True),
    ],
)
def test_a_model_has_the_last_word_on_what_is_alike(said, new):
    finding = finish(Judged(NGrams()).judge(CTX, {"main.py": RENAMED}, members(CODE)), Reply(said, "m"))
    assert finding.new is new
    assert finding.nearest.number == 1


def test_a_model_is_not_asked_about_what_is_new_and_no_answer_lets_it_through():
    assert finish(Judged(NGrams()).judge(CTX, {"main.py": "y = 2"}, members(CODE))).new
    assert finish(Judged(NGrams()).judge(CTX, {"main.py": RENAMED}, members(CODE)), Refused("no model")).new


def cosine(first, second, path="main.py"):
    return vectors.alike({path: first}, {path: second})


def test_vectors_hear_names_and_words_where_runs_of_tokens_are_deaf_to_them():
    assert cosine(CODE, RENAMED) < 0.6 < alike(CODE, RENAMED)
    assert cosine("Answer briefly and kindly.", "Answer  BRIEFLY and\nkindly.") == pytest.approx(1.0)
    reworded = "Be sure to answer in one short sentence.", "Answer in one short sentence, be sure to."
    assert cosine(*reworded) > 0.6 > alike(*reworded, "p.txt")
    assert cosine(reworded[0], "Count the vowels of every word first") < 0.3


def test_vectors_stand_behind_the_same_interface():
    finding = finish(Vectors(0.9).judge(CTX, {"main.py": CODE + "\n# sum"}, members("x = 1", CODE, "y = 2")))
    assert (finding.new, finding.nearest.number) == (False, 2)
    assert finish(Vectors(0.9).judge(CTX, {"main.py": CODE}, members("x = 1"))).new
    assert finish(Vectors(compared=1).judge(CTX, {"main.py": CODE}, members(CODE, "y = 2"))).new
    assert finish(Vectors().judge(CTX, {"main.py": CODE}, [])).new


def test_every_kind_of_novelty_refuses_what_is_the_same():
    for kind in KINDS:
        answers = [Reply("NOT_NOVEL", "m")] if kind == "judge" else []
        assert not finish(novelty_of(kind, 0.99, 5).judge(CTX, {"main.py": CODE}, members(CODE)), *answers).new


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_cosine_of_two_texts_is_symmetric_and_between_0_and_1(first, second):
    assert 0.0 <= cosine(first, second) == cosine(second, first) <= 1.0
    assert cosine(first, first) == 1.0


def test_an_edit_that_is_nothing_new_is_asked_for_again():
    program = TEXTS["main.py"]
    replies = [program.replace("C =", "C =  "), program.replace("0.5,", "1.5,", 1)]

    def model(asked, dice):
        return Reply(f"```python\n{replies.pop(0)}```", asked.model)

    def vary(ctx, parents):
        how = Asking(form=FullRewrite(), check=only_new(NGrams(), parents[0], parents))
        return (yield from ask_for_edit(ctx, how, Material(parents)))

    made = World(Recipe(vary=vary), 1, TEXTS, distance, model=model)
    made.round(0)
    made.round(1)
    assert "it is not new: 100% like program 0" in made.calls[1].prompt.messages[2].text
    assert made.contents[1]["main.py"] == program.replace("0.5,", "1.5,", 1)
