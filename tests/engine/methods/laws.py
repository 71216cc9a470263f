"""Simulated worlds whose law is known: a candidate's text is what it is, written as JSON."""

import json
import re
from math import sqrt
from statistics import mean, stdev

from apps.engine.effects import Propose, Refused
from apps.engine.records import Reply

HEAD, FOOT = "# EVOLVE-BLOCK-START", "# EVOLVE-BLOCK-END"


def texts(**being):
    """The texts of a candidate that is this."""
    return {"main.py": f"{HEAD}\n{json.dumps(being)}\n{FOOT}\n"}


def being(texts):
    """What a candidate is."""
    return json.loads(texts["main.py"].split("\n")[1])


def child_by(law):
    """An operator in the place of a model: law(being of the base, dice) is what the child is; None: no edit."""

    def vary(ctx, parents):
        found = law(being(parents[0].texts), ctx.random("law"))
        if found is None:
            return None
        try:
            return (yield Propose((parents[0].number,), texts(**found), "law"))
        except Refused:
            return None

    return vary


def margin(differences):
    """(mean, standard error of the mean) of paired differences."""
    return mean(differences), stdev(differences) / sqrt(len(differences))


def speaker(law, told="so"):
    """A model in whose world the law holds: law(being of the program it is to change, dice, what it is asked).

    It answers a question that asks for no edit with `told`, a text or a function of what it is asked and of dice.
    """

    def answer(asked, dice):
        if asked.role not in ("mutate", "repair"):
            return Reply(told if isinstance(told, str) else told(asked, dice), asked.model)
        path, before = _last(asked.prompt.messages[0].text)
        after = law(before, dice, asked)
        if "<<<<<<< SEARCH" in asked.prompt.system:
            edit = f"<<<<<<< SEARCH\n{json.dumps(before)}\n=======\n{json.dumps(after)}\n>>>>>>> REPLACE\n"
            return Reply(f"{path}\n{edit}", asked.model)
        return Reply(f"{path}\n```\n{_whole(path, after)}```\n", asked.model)

    return answer


def _last(prompt):
    """The component that may be changed: the last that stands in the prompt, for the base comes last."""
    path, text = re.findall(r"^([\w.]+)\n```\w*\n(?:# EVOLVE-BLOCK-START\n)?(\{.*\})$", prompt, re.MULTILINE)[-1]
    return path, json.loads(text)


def _whole(path, being):
    return texts(**being)["main.py"] if path == "main.py" else f"{json.dumps(being)}\n"
