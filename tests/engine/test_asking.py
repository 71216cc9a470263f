"""Edits by a model: asked, read, proposed; told back what was wrong; drawn models, contracts, hints."""

import pytest

from apps.engine.asking import Asking, Material, ask_about, ask_for_edit, asked, drawn_model
from apps.engine.effects import Ask, Contract, Refused
from apps.engine.prompt import USER
from apps.engine.prompting import sections as show
from apps.engine.prompting.budget import tokens
from apps.engine.recipe import Context, Grown, Recipe
from apps.engine.records import Reply, Shown
from apps.engine.setup import Voice
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.variation.text import FORMS, FullRewrite

GOOD = "<<<<<<< SEARCH\nC = [0.5, -0.5, 0.25, 1.0]\n=======\nC = [1.5, -2.0, 0.75, 3.0]\n>>>>>>> REPLACE"
BAD = GOOD.replace("C = [0.5", "D = [9.5")


def world(*replies, asking=None, **changes):
    """A world in which a model gives these replies in turn, the last one for ever."""
    left = list(replies)

    def model(asked, dice):
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply if isinstance(reply, Reply) else Reply(reply, asked.model)

    return World(Recipe(vary=asked(asking)), 1, TEXTS, distance, model=model, **changes)


def lived(*replies, **changes):
    made = world(*replies, **changes)
    made.round(0)
    made.round(1)
    return made


def test_an_edit_stands_with_its_model_and_operator():
    made = lived(GOOD)
    child = made.population.members[1]
    assert made.outcomes[1] == Grown(1, "keep")
    assert (child.parents, child.operator, child.traits["model"]) == ((0,), "mutate_diff", "scripted")
    assert made.population.score(1) == 0.0


def test_what_a_reply_cost_stays_with_the_candidate_where_it_is_known():
    dear = lived(Reply(GOOD, "scripted", cost=0.25)).population.members[1]
    assert dear.traits == {"model": "scripted", "cost": 0.25}
    assert lived(GOOD).population.members[1].traits == {"model": "scripted"}


def test_a_complaint_is_told_back_and_the_next_edit_stands():
    made = lived(BAD, GOOD)
    first, second = made.calls
    assert len(first.prompt.messages) == 1
    assert [message.text for message in second.prompt.messages][:2] == [first.prompt.messages[0].text, BAD]
    assert "what block 1 replaces is not in main.py" in second.prompt.messages[2].text
    assert made.outcomes[1] == Grown(1, "keep")


def test_the_attempts_are_bounded():
    made = lived(BAD)
    assert len(made.calls) == 3
    assert made.outcomes[1].reason == "no edit stood; the model was told: what block 1 replaces is not in main.py"
    assert all(len(call.prompt.messages) <= 3 for call in made.calls)


def test_a_refused_proposal_is_told_back_with_its_reason():
    made = world(GOOD)
    made.refuse = lambda number, position, effect: "no magic numbers" if (number, position) == (1, 3) else ""
    made.round(0)
    made.round(1)
    assert "no magic numbers" in made.calls[1].prompt.messages[2].text
    assert made.outcomes[1] == Grown(1, "keep")


def test_a_call_that_cannot_be_made_ends_the_round_with_its_reason():
    made = world(GOOD)
    made.refuse = lambda number, position, effect: "the budget is spent" if isinstance(effect, Ask) else ""
    made.round(0)
    made.round(1)
    assert made.outcomes[1] == Refused("the budget is spent")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(GOOD, "scripted", stop="length"), "cut off at the limit of its model, max-tokens"),
        (Reply("I will not.", "scripted", stop="refusal"), "you declined to answer"),
        (Reply("", "scripted"), "the reply is empty"),
        (Reply("x" * 10_000_000, "scripted"), "the reply has 10,000,000 characters"),
        (Reply("a\0b\ud800", "scripted"), "no text"),
    ],
)
def test_replies_that_are_no_edit(reply, said):
    made = lived(reply, GOOD)
    assert said in made.calls[1].prompt.messages[-1].text
    assert made.outcomes[1] == Grown(1, "keep")


def test_rounds_with_complaints_resume_at_every_position():
    made = lived(BAD, BAD, GOOD)
    rows = made.journal[1]
    for cut in range(len(rows)):
        play = made.play(1)
        play.replay(rows[:cut])
        assert play.asked == rows[cut].asked


def test_models_are_drawn_by_weight():
    voices = (Voice("small", 3.0), Voice("large", 1.0), Voice("never", 0.0))
    made = world(GOOD.replace("1.5", "1.4"), models={"mutate": voices})
    for number in range(60):
        made.round(number)
    names = [call.model for call in made.calls]
    assert names.count("small") > names.count("large") > 0
    assert "never" not in names


def test_a_role_that_nobody_plays_is_played_by_those_who_mutate():
    ctx = Context(1, 1, {}, models={"mutate": (Voice("a"),), "judge": (Voice("b"),)})
    assert (drawn_model(ctx, "reflect"), drawn_model(ctx, "judge")) == ("a", "b")
    with pytest.raises(Refused, match="no model plays the role 'judge'"):
        drawn_model(Context(1, 1, {}), "judge")


def long(texts, result):
    return Shown(result.task, result.score, feedback="the second number is too high, " * 200)


def size(prompt):
    return tokens(prompt.system) + sum(tokens(message.text) for message in prompt.messages)


def test_prompts_fit_into_what_the_smallest_model_of_the_role_holds():
    unbounded = lived(GOOD, tell=long).calls[0].prompt
    for room in (1_400, 1_200, 900):
        voices = (Voice("large"), Voice("small", room=room), Voice("middle", room=9_000))
        prompt = lived(GOOD, tell=long, models={"mutate": voices}).calls[0].prompt
        assert size(prompt) <= room * 3 // 4
        assert [cut.section for cut in prompt.cut] == ["How it was measured"]
    assert unbounded.cut == ()


def test_a_reply_is_told_back_as_far_as_the_model_can_hold_it():
    for reply in ("no edit " * 2_000, "é" * 5_000, BAD):
        voices = (Voice("small", room=1_500),)
        made = lived(reply, GOOD, tell=long, models={"mutate": voices})
        assert size(made.calls[1].prompt) <= 1_500
        assert made.calls[1].prompt.messages[-1].by == USER
        assert made.outcomes[1] == Grown(1, "keep")


def test_the_prompt_begins_with_what_stays_and_ends_with_the_program():
    def tell(texts, result):
        return Shown(result.task, result.score, feedback="the second number is too high")

    made = lived(GOOD, hints=("try negative ones",), tell=tell)
    prompt = made.calls[0].prompt
    assert "<<<<<<< SEARCH" in prompt.system
    assert "main.py: only the lines between" in prompt.system
    assert "0.25" not in prompt.system
    (message,) = prompt.messages
    assert message.by == USER
    places = [message.text.index(text) for text in ("too high", "try negative ones", "C = [0.5")]
    assert places == sorted(places)
    assert prompt.hints == ("try negative ones",)


def test_a_project_asks_in_its_own_words():
    def vary(ctx, parents):
        ctx.templates, ctx.about = {"mutate": "Move a number of $about.\n$form", "diff": "Use blocks."}, "the vector"
        return (yield from ask_for_edit(ctx, Asking(), Material(parents)))

    made = world(GOOD)
    made.recipe = Recipe(vary=vary)
    made.round(0)
    made.round(1)
    assert made.calls[0].prompt.system == "Move a number of the vector.\nUse blocks."


def test_a_crossover_names_both_parents_and_shows_the_base_last():
    def vary(ctx, parents):
        other = parents[0].__class__(0, 0.5, {"main.py": "OTHER"})
        how = Asking(template="crossover", role="crossover", form=FullRewrite())
        return (yield from ask_for_edit(ctx, how, Material([parents[0], other])))

    made = world(f"```python\n{TEXTS['main.py'].replace('0.5', '1.5')}```")
    made.recipe = Recipe(vary=vary)
    made.round(0)
    made.round(1)
    text = made.calls[0].prompt.messages[0].text
    assert text.index("OTHER") < text.index("C = [0.5")
    assert made.population.members[1].operator == "crossover_rewrite"


def test_a_check_of_the_method_is_told_back_too():
    def check(ctx, edit):
        yield from ()
        return "" if "1.5" in edit["main.py"] else "this was tried before"

    made = lived(GOOD.replace("1.5", "1.4"), GOOD, asking=Asking(check=check))
    assert "this was tried before" in made.calls[1].prompt.messages[2].text
    assert made.outcomes[1] == Grown(1, "keep")


def test_a_contract_is_asked_for_and_proposed():
    told = '\n```json contract\n{"hypothesis": "higher is better", "probabilities": {"task": 0.8, "no task": 1}}\n```'
    made = world(GOOD + told, asking=Asking(contracts=True))
    made.round(0)
    play = made.play(1)
    made.journal[1] = []
    proposed = []
    while play.current is not None:
        proposed += [play.current] if hasattr(play.current, "contract") else []
        made.answer(1, play)
    assert proposed[0].contract == Contract("higher is better", probabilities={"task": 0.8})
    assert "The tasks: task." in made.calls[0].prompt.system


def test_other_questions_take_their_own_template_and_role():
    def round(recipe, ctx):
        reply = yield from ask_about(ctx, "reflect", [show.note("Log", "it failed")])
        assert reply.text == "so"
        return Grown(0, "keep")

    made = world("so")
    made.recipe = Recipe(vary=asked(), round=round)
    made.round(0)
    made.round(1)
    assert made.calls[0].role == "reflect"
    assert made.calls[0].prompt.system.startswith("You study how a program was measured")
    assert "# Log\n\n```\nit failed\n```" in made.calls[0].prompt.messages[0].text


@pytest.mark.parametrize("name", ["diff", "rewrite"])
def test_the_simulated_model_improves_the_toy_problem(name):
    made = World(Recipe(vary=asked(Asking(form=FORMS[name]))), 1, TEXTS, distance).evolve(40)
    assert made.population.best_so_far[-1][1] > made.population.best_so_far[0][1]
    assert made.population.members[1].operator == f"mutate_{name}"
