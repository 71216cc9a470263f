"""A model's second opinion on what is much like another program."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apps.engine.asking import ask_about
from apps.engine.effects import Refused
from apps.engine.novelty.protocol import Finding, Novelty
from apps.engine.prompting.sections import note
from apps.engine.recipe import Context, Steps
from apps.engine.records import Chosen
from apps.engine.variation.text.lined import few

_VERDICT = re.compile(r"\b(NOT[ _-]?)?NOVEL\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """Asks a model of the role "novelty" about what first finds too much alike, and takes its word.

    No answer, or one that says neither, lets the program through (ShinkaEvolve).
    """

    first: Novelty

    def judge(self, ctx: Context, texts: Mapping[str, str], members: Sequence[Chosen]) -> Steps[Finding]:
        finding = yield from self.first.judge(ctx, texts, members)
        if finding.new or finding.nearest is None:
            return finding
        there = finding.nearest.texts
        differing = [path for path in sorted(texts) if texts[path] != there.get(path)] or sorted(texts)
        shown = [
            note(f"{name} program, {path}", each.get(path, ""), priority=0)
            for path in differing
            for name, each in (("First", there), ("Second", texts))
        ]
        try:
            reply = yield from ask_about(ctx, "novelty", shown)
        except Refused:
            return replace(finding, new=True)
        verdicts = list(_VERDICT.finditer(reply.text))
        new = not verdicts or verdicts[-1][1] is None
        return replace(finding, new=new, why=few(reply.text.split("\n"), 1, 300))
