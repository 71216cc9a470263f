"""A person's edit of a candidate, checked before it is stored: the same rules as for a method's, and it must parse."""

import ast
from collections.abc import Mapping

from apps.common.errors import UserError
from apps.common.ids import row_id, run_and_number
from apps.engine import inplace
from apps.engine.canonical import decode, digest
from apps.engine.effects import Propose, Refused
from apps.engine.supervise import PERSON
from apps.projects.models import Component
from apps.records import content
from apps.records.models import CandidateEdit, Effect, EffectState

type Files = Mapping[str, str]  # text by path


def checked(effect: Effect, texts: Files) -> tuple[dict[str, str], dict[bytes, bytes]]:
    """What the edit changes (digest by path), and the contents behind the digests. Raises UserError.

    texts: the complete new text of each component that the person touched. At a proposal the edit is one of the
    proposal's own base; later it is one of the candidate.
    """
    candidate = CandidateEdit.objects.filter(pk=effect.candidate).first() if effect.candidate is not None else None
    if candidate is None:
        raise UserError("There is no candidate here to edit.")
    own = texts_of(candidate)
    unknown = sorted(texts.keys() - own.keys())
    if unknown:
        raise UserError(f"{unknown[0]} is no component of this project; the edit was not stored.")
    wanted = dict(own) | {path: with_newlines_of(own[path], text) for path, text in texts.items()}
    if wanted == own:
        raise UserError("The edit changes nothing. Change the text, or approve the candidate as it is.")
    base = _base(candidate) if effect.kind == "propose" and effect.state == EffectState.HELD_AFTER else own
    changed = {path: text for path, text in wanted.items() if base.get(path) != text}
    _check(candidate, changed, base)
    contents = {digest(data): data for data in (text.encode() for text in changed.values())}
    return {path: digest(text.encode()).hex() for path, text in changed.items()}, contents


def texts_of(candidate: CandidateEdit) -> dict[str, str]:
    """A candidate's components by path."""
    paths = decode(bytes(candidate.content))
    found = content.load(bytes.fromhex(name) for name in paths.values())
    return {path: found[bytes.fromhex(name)].decode(errors="replace") for path, name in paths.items()}


def editable(candidate: CandidateEdit) -> dict[str, str]:
    """The components that may be edited, by path; protected ones are left out."""
    allowed = Component.objects.filter(project=candidate.run.project).exclude(edit="protected")
    paths = set(allowed.values_list("path", flat=True))
    return {path: text for path, text in texts_of(candidate).items() if path in paths}


def _base(candidate: CandidateEdit) -> dict[str, str]:
    parents = decode(bytes(candidate.parents))["parents"]
    return texts_of(CandidateEdit.objects.get(pk=row_id(candidate.run_id, parents[0])))


def with_newlines_of(before: str, after: str) -> str:
    """Browsers send every line end as CRLF. What is otherwise the same stays so, whatever ends its lines."""
    text = _with_lf(after)
    if text == _with_lf(before):
        return before
    return text.replace("\n", "\r\n") if "\r\n" in before else text


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(candidate: CandidateEdit, changed: Files, base: Files) -> None:
    edits = dict(Component.objects.filter(project=candidate.run.project).values_list("path", "edit"))
    number = run_and_number(candidate.pk)[1]
    try:
        inplace.check(Propose((number,), changed, PERSON), base, edits)
    except Refused as refusal:
        raise UserError(f"The edit was not stored: {refusal.reason}.") from None
    for path, text in changed.items():
        if path.endswith(".py"):
            _parse(path, text)


def _parse(path: str, text: str) -> None:
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise UserError(f"{path}, line {error.lineno}: {error.msg}. The edit was not stored; mend it.") from None
    except (ValueError, RecursionError, MemoryError):
        raise UserError(f"{path} is no Python that can be parsed. The edit was not stored; mend it.") from None
