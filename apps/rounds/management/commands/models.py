"""manage.py models: the language models of this installation; shown, added, checked, priced, given roles, released."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.actors import Actor
from apps.engine.effects import ROLES
from apps.llm import figures, probe, selectors
from apps.llm.money import Rates
from apps.llm.services import budgets, catalogue
from apps.llm.services.budgets import Limits
from apps.projects.models import Project
from apps.rounds.management.commands.axes import find
from apps.rounds.management.frame import Frame
from apps.rounds.model_list import CONNECT, budget_line, lines, price

SYSTEM = Actor.system()
NUMBERS = ("context", "max_tokens", "concurrency", "requests_per_minute", "tokens_per_minute")


class Command(Frame):
    usage = "[list | add | check | price | role | budget | stop | release | retire] ..."
    help = "The language models of this installation. Without anything: which there are, and how to connect one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="do")
        commands.add_parser("list", help="every model, how it fares, who plays which role")
        _describe(commands.add_parser("add", help="add a model, or change the one of that name"))
        _named(commands.add_parser("check", help="make one real call of a few tokens"))
        _priced(_named(commands.add_parser("price", help="what a million tokens cost from now on")))
        role = commands.add_parser("role", help="who plays a role")
        role.add_argument("role", choices=ROLES)
        role.add_argument("models", nargs="*", metavar="MODEL[=WEIGHT]", help="none: forget what was said")
        role.add_argument("--project", help="only in this project")
        budget = commands.add_parser("budget", help="what the runs of a project may spend; 0: no calls")
        budget.add_argument("project")
        scope = budget.add_mutually_exclusive_group()
        scope.add_argument("--daily", action="store_true", help="on each day (UTC), not altogether")
        scope.add_argument("--run", type=int, metavar="NUMBER", help="only that run")
        budget.add_argument("--money", type=float)
        budget.add_argument("--tokens", type=int)
        _named(commands.add_parser("stop", help="ask a model nothing")).add_argument("reason", nargs="*")
        _named(commands.add_parser("release", help="let a stopped model be asked again"))
        _named(commands.add_parser("retire", help="use a model no more; its calls stay"))

    def handle(self, *args: Any, **options: Any) -> None:
        actions: Mapping[str, Callable[[dict[str, Any]], str]] = {
            "add": _add,
            "check": _check,
            "price": _price,
            "role": _role,
            "budget": _budget,
            "stop": _stop,
            "release": _release,
            "retire": _retire,
        }
        do = actions.get(options["do"] or "list")
        self.stdout.write(do(options) if do else _list())


def _named(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("name")
    return parser


def _describe(parser: ArgumentParser) -> None:
    _named(parser).add_argument("--model", required=True, help="its name at the provider")
    parser.add_argument("--base-url", help="the part before /v1/messages; without it Anthropic's own")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key-variable", help="variable of the environment with the key; default ANTHROPIC_API_KEY")
    key.add_argument("--no-key", action="store_true", help="the server wants none")
    for name in NUMBERS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int)
    parser.add_argument("--timeout", type=float, help="seconds of one attempt")
    parser.add_argument("--extra", default="{}", help="JSON that goes into every request, as it stands")
    for name, what in (("structured", "keep to a JSON schema"), ("caching", "cache"), ("counting", "count tokens")):
        parser.add_argument(f"--no-{name}", action="store_true", help=f"the server does not {what}")


def _priced(parser: ArgumentParser) -> None:
    for name in ("input", "output", "cache-read", "cache-write"):
        parser.add_argument(f"--{name}", help="per million tokens")
    parser.add_argument("--free", action="store_true", help="0 for all, as of a model of one's own")
    parser.add_argument("--since", help="a day, as 2026-01-31, in UTC; without it now")


def _list() -> str:
    found = figures.health()
    shown = [line for health in found for line in lines(health)]
    cast = [
        f"{role}: {', '.join(f'{voice.model}={voice.weight:g}' for voice in voices)}"
        for role, voices in selectors.ensembles(None).items()
    ]
    roles = ["", "Roles, where a project says nothing else:", *(f"  {line}" for line in cast)] if cast else []
    usable = [health.row.name for health in found if health.usable]
    if usable and not cast:
        roles = ["", f"Nobody plays a role yet, so no method asks: manage.py models role mutate {usable[0]}"]
    return "\n".join([*shown, *roles, *([] if usable else [CONNECT])])


def _add(options: dict[str, Any]) -> str:
    columns: dict[str, Any] = {"model": options["model"]}
    columns |= {name: options[name] for name in (*NUMBERS, "timeout", "base_url") if options[name] is not None}
    if options["no_key"]:
        columns["key_variable"] = ""
    elif options["key_variable"]:
        columns["key_variable"] = options["key_variable"]
    columns |= {name: not options[f"no_{name}"] for name in ("structured", "caching", "counting")}
    row = catalogue.put(SYSTEM, catalogue.Description(options["name"], columns, _json(options["extra"])))
    further = "" if selectors.keys_set([row])[row.name] else f"\n{row.key_variable} is not set here."
    if row.latches.filter(released_at__isnull=True).exists():
        return f"{row.name} is changed, and still stopped. Next: manage.py models release {row.name}{further}"
    cast = {voice.model for voices in selectors.ensembles(None).values() for voice in voices}
    role = "" if row.name in cast else f"manage.py models role mutate {row.name}, and "
    return f"{row.name} is in the catalogue. Next: {role}manage.py models check {row.name}{further}"


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise CommandError(f"--extra is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError('--extra must be a JSON object, as in {"temperature": 0.7}')
    return found


def _check(options: dict[str, Any]) -> str:
    found = probe.check(SYSTEM, catalogue.find(options["name"]))
    if not found.works:
        raise CommandError(found.told)
    return found.told


def _price(options: dict[str, Any]) -> str:
    row = catalogue.find(options["name"])
    rates = catalogue.free() if options["free"] else _rates(options)
    since = _day(options["since"]) if options["since"] else None
    catalogue.price(SYSTEM, row, rates, since)
    return f"{row.name}: {price(rates)}"


def _rates(options: dict[str, Any]) -> Rates:
    if options["input"] is None or options["output"] is None:
        raise CommandError("Give --input and --output, per million tokens, or --free for a model of your own.")
    price_in, price_out = _decimal(options["input"]), _decimal(options["output"])
    read, write = options["cache_read"], options["cache_write"]
    return Rates(price_in, price_out, _decimal(read) if read else price_in, _decimal(write) if write else price_in)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise CommandError(f"{text!r} is no price.") from None
    if not value.is_finite() or not 0 <= value < 1_000_000:
        raise CommandError(f"{text!r} is no price.")
    return value


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"{text!r} is no day. Write it as 2026-01-31.") from None


def _role(options: dict[str, Any]) -> str:
    project = find(options["project"]) if options["project"] else None
    voices = dict(_voice(text) for text in options["models"])
    catalogue.cast(SYSTEM, project, options["role"], voices)
    where = project.name if project else "every project that says nothing else"
    who = ", ".join(f"{name}={weight:g}" for name, weight in voices.items()) or "nobody in particular"
    return f"{options['role']} in {where}: {who}"


def _voice(text: str) -> tuple[str, float]:
    name, _, weight = text.partition("=")
    try:
        return name, float(weight or 1)
    except ValueError:
        raise CommandError(f"{weight!r} is no weight. Write {name}=2, or {name} alone.") from None


def _budget(options: dict[str, Any]) -> str:
    project: Project = find(options["project"])
    limits = Limits(options["money"], options["tokens"])
    if options["run"] is None:
        told = budget_line(budgets.of_project(SYSTEM, project, limits, daily=options["daily"]))
        return told + "".join(map(_not_asked, selectors.unpriced(project, _players(project))))
    run = project.runs.filter(number=options["run"]).first()
    if run is None:
        raise CommandError(f"{project.name} has no run {options['run']}.")
    return budget_line(budgets.of_run(SYSTEM, run, limits))


def _players(project: Project) -> set[str]:
    return {voice.model for voices in selectors.ensembles(project).values() for voice in voices}


def _not_asked(name: str) -> str:
    return f"\n{name} has no price and is not asked under a budget of money: manage.py models price {name}"


def _stop(options: dict[str, Any]) -> str:
    row = catalogue.find(options["name"])
    done = catalogue.stop(SYSTEM, row, " ".join(options["reason"]))
    return f"{row.name} is asked nothing from now on." if done else f"{row.name} was stopped already."


def _release(options: dict[str, Any]) -> str:
    row = catalogue.find(options["name"])
    done = catalogue.release(SYSTEM, row)
    return f"{row.name} is asked again." if done else f"{row.name} was not stopped."


def _retire(options: dict[str, Any]) -> str:
    row = catalogue.find(options["name"])
    catalogue.retire(SYSTEM, row)
    return f"{row.name} is used no more. Its calls and prices stay."
