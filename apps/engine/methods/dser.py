"""DSER: several chains verify and refine a program again and again, and what most of them end with is measured.

Deep Self-Evolving Reasoning: Liu, Zheng, Wen, Wang, Bian and Yang, arXiv 2510.17498 (2025). In each step of a chain a
model looks for mistakes and refines the program by what it found; nothing is measured on the way. If a step is likelier
to mend than to damage, however weakly, long chains and a majority over many of them come out right; if not, they come
out wrong. So the run counts which it is (statistics/transitions.py) and says so.

chains and steps are ours, and small: a step is two calls, and the paper's chains are much longer. solved is the score
at which a task counts as right when mending and damage are counted.

Differences: the paper votes on answers of one task, here what is voted on is a program, by its text, and where no two
are the same the one that is most like the others is taken; its chains begin at the best candidate. Where most chains
end where they began, the next best is measured in its place, so that damage is seen, too; where all do, the round
brings nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.engine.archives.refinements import STAYED, VOTES, Refinements
from apps.engine.asking import Asking, Material, bounded, drawn_model, edit_of, edit_prompt
from apps.engine.effects import Ask, Propose, Refused
from apps.engine.evidence import Evidence
from apps.engine.novelty.majority import votes
from apps.engine.prompt import Prompt
from apps.engine.prompting import sections as show
from apps.engine.prompting.assembled import ROOM, assembled
from apps.engine.prompting.budget import ALWAYS, Section
from apps.engine.prompting.templates import written
from apps.engine.recipe import Context, GoesBy, Recipe, Steps
from apps.engine.records import Chosen, Reply
from apps.engine.setup import Setup, room
from apps.engine.variation.text import Complaint

MOST_CHAINS, MOST_STEPS = 64, 100
REFINE = Asking(template="repair", role="repair")


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """The program that most chains end with; None where all end where they began."""
    base = parents[0]
    ends = yield from chained(ctx, base)
    cast = votes(ends)
    others = [vote for vote in cast if vote.texts != base.texts]
    if not others:
        return None
    best = others[0]
    edit = {path: text for path, text in best.texts.items() if text != base.texts[path]}
    stayed = sum(vote.votes for vote in cast if vote.texts == base.texts)
    try:
        child: int = yield Propose((base.number,), edit, "majority", traits={VOTES: best.votes, STAYED: stayed})
    except Refused:
        return None
    return child


def chained(ctx: Context, base: Chosen) -> Steps[list[Mapping[str, str]]]:
    """Where each chain ends: texts."""
    heads: list[Mapping[str, str]] = [base.texts] * ctx.parameters["chains"]
    for _ in range(ctx.parameters["steps"]):
        now = [Chosen(base.number, None, texts) for texts in heads]
        whose = [alone(chain, len(heads)) for chain in range(len(heads))]
        checks = [verify(ctx, *each) for each in zip(now, whose, strict=True)]
        reports = yield from together(ctx, "judge", checks)
        refined = yield from together(
            ctx, REFINE.role, [refine(ctx, *each) for each in zip(now, whose, reports, strict=True)]
        )
        heads = [after(ctx, *each) for each in zip(now, refined, strict=True)]
    return heads


def together(ctx: Context, role: str, prompts: Sequence[Prompt]) -> Steps[list[Reply | None]]:
    """All chains' questions at once, put to one model; None for a call that could not be made.

    Raises Refused where none of them could.
    """
    model = drawn_model(ctx, role)
    answers: list[Any] = yield [Ask(role, prompt, model) for prompt in prompts]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    if len(refused) == len(answers):
        raise refused[0]
    return [None if isinstance(answer, Refused) else answer for answer in answers]


def alone(chain: int, chains: int) -> Section:
    """Which chain it is: a model that answers equal questions equally would make all chains one."""
    return Section("Who you are", (f"Number {chain + 1} of {chains} who work on this, each alone.",), ALWAYS)


def verify(ctx: Context, program: Chosen, who: Section) -> Prompt:
    """The question what is wrong with a program."""
    system = written("verify", ctx.templates, {"about": ctx.about})
    most = bounded(ROOM, room(ctx.models, "judge"))
    return assembled(system, [who, show.hints(ctx.hints), show.parent(program, ctx.edits)], most)


def refine(ctx: Context, program: Chosen, who: Section, report: Reply | None) -> Prompt:
    """The question for a better program, by what its verification found."""
    found = [show.note("What a check of it found", report.text)] if report else []
    return edit_prompt(ctx, REFINE, Material([program], sections=[who, *found]))


def after(ctx: Context, program: Chosen, reply: Reply | None) -> Mapping[str, str]:
    """Where a chain stands after a step; where it stood if no edit can be read."""
    if reply is None:
        return program.texts
    try:
        return {**program.texts, **edit_of(reply, REFINE.form, program, ctx.edits)}
    except Complaint:
        return program.texts


def fits(setup: Setup) -> str:
    """A number of chains and steps that ends."""
    chains, steps = setup.parameters["chains"], setup.parameters["steps"]
    if not 1 <= chains <= MOST_CHAINS:
        return f"chains is {chains}; choose 1 to {MOST_CHAINS}."
    if not 1 <= steps <= MOST_STEPS:
        return f"steps is {steps}; choose 1 to {MOST_STEPS}."
    return ""


RECIPE = Recipe(
    vary=vary,
    archive=lambda setup: Refinements(setup.parameters["solved"]),
    roles=("judge", "repair"),
    fits=fits,
    parameters={"chains": 4, "steps": 3, "solved": 1.0},
    goes_by=GoesBy("operators", "what refinements mended and broke"),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_dser.py")
