"""ShinkaEvolve: few samples, well spent: parents by score and novelty, no edit twice, the model that pays.

Lange, Imajuku and Cetin, ShinkaEvolve: Towards Open-Ended and Sample-Efficient Program Evolution, arXiv 2509.19349
(2025), with the defaults of its code. Parents are weighed by sigmoid(sharpness (score - median) / MAD) and by
1 / (1 + children); an edit that is too much like a program of its island is asked for again instead of measured; a
bandit draws the model by what the gains of each are worth and what it costs; a scratchpad is written every
scratchpad_interval candidates, of which one recommendation enters each prompt. Edits are diffs, whole programs, or
crossovers of two programs.

archive is the whole archive, of which each island has an equal part. novelty_threshold is the likeness from which an
edit counts as known, and novelty what tells it: ngrams, runs of tokens that two programs share, deaf to names, blanks
and comments; vectors, the cosine of runs of characters, which hears them; judge, a model of the role "novelty" that has
the last word on what ngrams find too much alike (NOVEL or NOT_NOVEL, as in the original). exploration, dither, thrift
and fade belong to the bandit: the weight of its bound, the share of other models, how much cheapness counts, what a try
leaves of those before. parts is ours: into how many parts a change that gained is told apart (bundles.py); 0 for never.

Differences: likeness is counted from the texts, not asked of a model of embeddings, and what is too much alike is told
to the model; where novelty_attempts fail, nothing is measured. Islands take turns. Advice is one question, not three.
Models are drawn by rounds that have ended, not by those in flight. The original's decay of the bandit's sums makes any
two large ones equal after one step, its allocation of several draws stops after one, and without asymmetric scaling its
sums are minus infinity: here sums fade by a factor, each draw is one, and scaling is asymmetric. Not here, as they are
off by default there: growing numbers of islands, co-evolved prompts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from apps.engine.acceptance import Admitted
from apps.engine.archives.elites import Elites
from apps.engine.archives.families import Families
from apps.engine.archives.islands import Islands
from apps.engine.asking import Material, ask_for_edit, measured
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.edit_kinds import drawn_kind
from apps.engine.effects import Choose
from apps.engine.evidence import Evidence
from apps.engine.islanded import homeland, island, no_islands, on_islands
from apps.engine.novelty import KINDS as LIKENESS
from apps.engine.novelty import novelty_of, only_new
from apps.engine.population import Archive, Judged, Memory
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, GoesBy, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.scratchpad import ADVICE, Advice, Pad, advised
from apps.engine.selection import BestHere, BornHere, IslandTournament, Weighted
from apps.engine.setup import FALLBACK, Setup
from apps.engine.variation.model_credit import UpperBound, arms

KINDS = ("diff", "full", "cross")
COMPARED = 50  # programs of the island with which an edit is compared, the youngest


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """A child of the first parent, made with a piece of advice; with new advice where it is time for it."""
    (pad,) = yield Choose("memory", Advice(ctx.parameters["scratchpad_interval"]))
    noted = {ADVICE: (yield from advised(ctx, BornHere(island(ctx))))} if pad["due"] else {}
    return (yield from changed(ctx, parents[0], pad["one"], {**homeland(ctx), **noted}))


def changed(ctx: Context, base: Chosen, advice: str, traits: Mapping[str, Any]) -> Steps[int | None]:
    """A child of the base by a kind of edit that is drawn, if it is new on its island."""
    given = ctx.parameters
    others = yield from beside(ctx, base)
    seen = yield from measured(ctx, base.number)
    born = yield Choose("candidate", BornHere(island(ctx)), COMPARED)
    novelty = novelty_of(given["novelty"], given["novelty_threshold"], COMPARED)
    known = only_new(novelty, base, born[::-1])
    (model,) = yield Choose("memory", UpperBound(given["exploration"], given["dither"], given["thrift"]))
    material = Material([base], others, [show.feedback(seen), show.lessons([advice])])
    how, material = drawn_kind([given[kind] for kind in KINDS], material, ctx.random("kind"))
    asking = replace(how, check=known, attempts=given["novelty_attempts"])
    return (yield from ask_for_edit(ctx, asking, material, model, traits))


def beside(ctx: Context, base: Chosen) -> Steps[list[Chosen]]:
    """Programs of the island to show: some of its archive, some of its best; none twice, nor the base."""
    given, here = ctx.parameters, island(ctx)
    wanted = ((IslandTournament(here, 1), given["archive_inspirations"]), (BestHere(here), given["top_inspirations"]))
    found: dict[int, Chosen] = {}
    for rule, count in wanted:
        drawn = (yield Choose("candidate", rule, count)) if count else ()
        found |= {each.number: each for each in drawn if each.number != base.number}
    return list(found.values())


def archive(setup: Setup) -> Archive:
    """A population for each island, and the families on them."""
    given = setup.parameters
    room = max(1, given["archive"] // given["islands"])
    demes = [Elites(room) for _ in range(given["islands"])]
    return Families(Islands(demes, given["migration_interval"], given["migration_rate"]))


def memory(setup: Setup) -> Memory:
    """{"arms": what each model earned, "pad": the scratchpad}."""
    fade = setup.parameters["fade"]
    voices = setup.models.get("mutate") or setup.models.get(FALLBACK) or ()

    def learn(memory: Mapping[str, Any], judged: Judged) -> Mapping[str, Any]:
        return {"arms": memory["arms"].after(judged, fade), "pad": memory["pad"].after(judged)}

    return Memory({"arms": arms(voice.model for voice in voices), "pad": Pad()}, learn)


def fits(setup: Setup) -> str:
    """Islands that exist, and shares that are some."""
    given = setup.parameters
    counts = ("archive", "novelty_attempts", "scratchpad_interval")
    shown = ("archive_inspirations", "top_inspirations")
    complaints = {
        "diff, full, cross, dither, thrift and novelty_threshold are shares. Choose 0 to 1.": all(
            0 <= given[name] <= 1 for name in (*KINDS, "dither", "thrift", "novelty_threshold")
        ),
        "a crossover takes two programs, and at first there is one. Give diff or full a share.": (
            given["diff"] + given["full"] > 0
        ),
        f"novelty is {given['novelty']!r}; choose {', '.join(LIKENESS)}.": given["novelty"] in LIKENESS,
        f"fade is {given['fade']}; it has to be above 0 and at most 1.": 0 < given["fade"] <= 1,
        "sharpness and exploration are numbers of 0 or more.": (
            0 <= given["sharpness"] < inf and 0 <= given["exploration"] < inf
        ),
        f"{', '.join(counts)} are counts of at least 1.": min(given[name] for name in counts) >= 1,
        "programs are shown in numbers of 0 or more.": min(given[name] for name in shown) >= 0,
    }
    said = next((complaint for complaint, holds in complaints.items() if not holds), "")
    return said or no_islands(setup, "migration_interval", "migration_rate") or no_parts(given["parts"])


RECIPE = Recipe(
    vary=vary,
    accept=Admitted(),
    memory=memory,
    archive=archive,
    fits=fits,
    roles=("mutate", "summarise"),
    parameters={
        "islands": 2,
        "archive": 40,
        "archive_inspirations": 1,
        "top_inspirations": 1,
        "migration_interval": 10,
        "migration_rate": 0.0,
        "sharpness": 10.0,
        "diff": 0.6,
        "full": 0.3,
        "cross": 0.1,
        "novelty": "ngrams",
        "novelty_threshold": 0.99,
        "novelty_attempts": 3,
        "scratchpad_interval": 10,
        "exploration": 1.0,
        "dither": 0.2,
        "thrift": 0.5,
        "fade": 0.95,
        "parts": 0,
    },
    round=taken_apart(on_islands(lambda here, given: Weighted(here, given["sharpness"]))),
    goes_by=GoesBy("operators", "what each model earned"),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_shinka.py")
