"""Simulated worlds whose law is known: a candidate's text is what it is, written as JSON."""

import json
from math import sqrt
from statistics import mean, stdev

from apps.engine.effects import Propose, Refused

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
