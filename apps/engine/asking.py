"""Edits by a model: a prompt is asked, an edit read out of the reply and proposed; what is wrong with it is told back.

`asked` is the whole of it as a variation. Methods with a control flow of their own put it together from the steps:
`system_of` and `assembled` make a prompt, `ask` puts it to a model, `ask_for_edit` goes on until an edit stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.engine.effects import Ask, Choose, Contract, Propose, Refused
from apps.engine.prompt import Prompt
from apps.engine.prompting import sections as show
from apps.engine.prompting.assembled import ROOM, assembled, complained
from apps.engine.prompting.budget import Section
from apps.engine.prompting.contract import contract_of
from apps.engine.prompting.templates import written
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen, Reply, Shown
from apps.engine.setup import FALLBACK, room
from apps.engine.trajectories import Latest
from apps.engine.variation.text import Complaint, Form, SearchReplace
from apps.engine.variation.text.naming import listed

ATTEMPTS = 3
MODEL, COST = "model", "cost"  # traits of a candidate: who made it, and what asking for it cost
FEEDBACK = 3  # measurements of its base that a prompt shows
SCORES = 40  # tasks of which it tells the score

type Edit = Mapping[str, str]
type Check = Callable[[Context, Edit], Steps[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How an edit is asked for.

    template is the name of the text that says what to do, form how the edit is to be written; role who is asked. check
    may complain, in a sentence for the model, about an edit that is well formed: that it is nothing new, for example.
    contracts: the reply is to carry one. room is the prompt's budget in tokens.
    """

    template: str = "mutate"
    form: Form = field(default_factory=SearchReplace)
    role: str = "mutate"
    check: Check | None = None
    attempts: int = ATTEMPTS
    contracts: bool = True
    room: int = ROOM

    @property
    def operator(self) -> str:
        """The name under which its candidates stand: "mutate_diff"."""
        return f"{self.template}_{self.form.name}".replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Material:
    """What an edit is made of: its parents, the first of which is changed, others that inspire, and what is shown."""

    parents: Sequence[Chosen]
    inspirations: Sequence[Chosen] = ()
    sections: Sequence[Section] = ()


def asked(asking: Asking | None = None, feedback: int = FEEDBACK) -> Vary:
    """Changes the first parent by a model's edit.

    The prompt shows its scores by task, feedback of the worst measurements among them, and the other parents. Where the
    template is "crossover" those are parents, else inspirations.
    """
    how = asking or Asking()

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        seen = yield from measured(ctx, parents[0].number, SCORES)
        sections = [show.scores(seen), show.feedback(seen[:feedback])]
        others = [each for each in parents[1:] if each.number != parents[0].number]
        crossed = how.template == "crossover"
        material = Material([parents[0], *others] if crossed else parents[:1], () if crossed else others, sections)
        return (yield from ask_for_edit(ctx, how, material))

    return vary


def ask_for_edit(
    ctx: Context, how: Asking, material: Material, model: str = "", traits: Mapping[str, Any] | None = None
) -> Steps[int]:
    """Ask until an edit stands; its number. Raises Refused where no call can be made, and after how.attempts: with what
    was wrong with the last, so that people can read it where the round stands.

    model is drawn anew for each attempt where none is given. Beside the traits the candidate gets the name of the model
    that made it, and what its reply cost where that is known.
    """
    prompt = edit_prompt(ctx, how, material)
    asking, most, why = prompt, room(ctx.models, how.role), Refused("no edit stood")
    for _ in range(how.attempts):
        reply = yield from ask(ctx, how.role, asking, model)
        try:
            edit = edit_of(reply, how.form, material.parents[0], ctx.edits)
            yield from _checked(ctx, how.check, edit)
            contract = contract_of(reply.text, (*ctx.tasks, *ctx.train)) if how.contracts else Contract()
            child: int = yield _proposal(how, material, edit, contract, {**(traits or {}), **_made_by(reply)})
            return child
        except Complaint as said:
            why = Refused(f"no edit stood; the model was told: {said.reason}", said.hint)
            asking = complained(prompt, reply.text, said, ctx.templates, most)
        except Refused as said:
            why = said
            asking = complained(prompt, reply.text, Complaint(said.reason, said.hint), ctx.templates, most)
    raise why


def edit_prompt(ctx: Context, how: Asking, material: Material) -> Prompt:
    """The prompt that asks for an edit: the program's surroundings, sections, other programs, hints, the base last.

    Of what the models of its role can hold it leaves a quarter, for a reply that cannot be used and what is said of it.
    """
    base, *others = material.parents
    sections = [
        show.surroundings(base, ctx.edits),
        *material.sections,
        show.programs("Other programs, for ideas", material.inspirations, ctx.edits),
        *(show.other_parent(other, ctx.edits) for other in others),
        show.hints(ctx.hints),
        show.parent(base, ctx.edits),
    ]
    return assembled(system_of(ctx, how), sections, bounded(how.room, room(ctx.models, how.role) * 3 // 4))


def system_of(ctx: Context, how: Asking) -> str:
    """What stays the same from call to call: what the project is about, the task, the form of the answer."""
    tasks = listed((*ctx.tasks, *ctx.train), 100)
    values = {
        "about": ctx.about,
        "files": show.editable_files(ctx.edits),
        "form": written(how.form.name, ctx.templates, {}),
        "contract": written("contract", ctx.templates, {"tasks": tasks}) if how.contracts else "",
    }
    return written(how.template, ctx.templates, values)


def ask(
    ctx: Context, role: str, prompt: Prompt, model: str = "", schema: Mapping[str, Any] | None = None
) -> Steps[Reply]:
    """Put a prompt to a model of that role, drawn by weight where none is given."""
    reply: Reply = yield Ask(role, prompt, model or drawn_model(ctx, role), schema)
    return reply


def ask_about(
    ctx: Context, template: str, sections: Sequence[Section], role: str = "", schema: Mapping[str, Any] | None = None
) -> Steps[Reply]:
    """Ask a question that is no edit: to reflect, to summarise, to judge. The role is named like the template."""
    system = written(template, ctx.templates, {"about": ctx.about})
    most = bounded(ROOM, room(ctx.models, role or template))
    prompt = assembled(system, [*sections, show.hints(ctx.hints)], most)
    return (yield from ask(ctx, role or template, prompt, schema=schema))


def bounded(wanted: int, held: int) -> int:
    """Tokens of a prompt: as many as its operator gives it, or fewer where its models hold less. held 0: not known."""
    return min(wanted, held) if held else wanted


def drawn_model(ctx: Context, role: str) -> str:
    """A model that plays the role, by weight. Raises Refused where none does."""
    voices = ctx.models.get(role) or ctx.models.get(FALLBACK) or ()
    if not voices:
        raise Refused(f"no model plays the role {role!r}", "Give the run a model.")
    return ctx.random("model").choices(voices, [voice.weight for voice in voices])[0].model


def measured(ctx: Context, number: int, most: int = FEEDBACK) -> Steps[list[Shown]]:
    """The worst measurements of a candidate that prompts may show, the worst first; none where there are none."""
    try:
        seen: list[Shown] = yield Choose("trajectory", Latest(number, worst_first=True), most)
    except Refused:
        return []
    return seen


def edit_of(reply: Reply, form: Form, base: Chosen, edits: Mapping[str, str]) -> dict[str, str]:
    """The edit that a reply holds. Raises Complaint where it holds none, was cut off or refused."""
    if reply.stop == "refusal":
        raise Complaint("you declined to answer", "If you can help with the change itself, send it.")
    if reply.stop == "length":
        hint = "Send a shorter one: a smaller change, less talk."
        raise Complaint("the reply was cut off at the limit of its model, max-tokens", hint)
    return form.read(reply.text, base.texts, edits)


def _made_by(reply: Reply) -> dict[str, Any]:
    return {MODEL: reply.model} | ({} if reply.cost is None else {COST: reply.cost})


def _checked(ctx: Context, check: Check | None, edit: Edit) -> Steps[None]:
    said = (yield from check(ctx, edit)) if check else ""
    if said:
        raise Complaint(said)


def _proposal(how: Asking, material: Material, edit: Edit, contract: Contract, traits: Mapping[str, Any]) -> Propose:
    parents = tuple(dict.fromkeys(parent.number for parent in material.parents))
    inspirations = tuple(dict.fromkeys(each.number for each in material.inspirations))
    return Propose(parents, edit, how.operator, contract, inspirations, traits)
