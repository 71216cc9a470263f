"""What people send about models and budgets."""

import json
from decimal import Decimal
from typing import Any

from django import forms

from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.engine.effects import ROLES
from apps.llm.contract import OFFICIAL
from apps.llm.models import Budget, LanguageModel
from apps.llm.money import Rates
from apps.llm.services.budgets import Limits
from apps.llm.services.catalogue import Description, check_variable

DEAREST = Decimal(1_000_000)
COLUMNS: tuple[str, ...] = (
    *("model", "base_url", "key_variable", "context", "max_tokens", "timeout", "concurrency"),
    *("requests_per_minute", "tokens_per_minute", "structured", "caching", "counting"),
)


def _price(label: str, help_text: str = "", *, required: bool = False) -> forms.DecimalField:
    limits: dict[str, Any] = {"min_value": 0, "max_value": DEAREST, "max_digits": 13, "decimal_places": 6}
    return forms.DecimalField(label=label, required=required, help_text=help_text, **limits)


class PriceForm(forms.Form):
    """What a million tokens cost from now on."""

    input = _price("In", "Per million tokens, in a currency of your choice; 0 for a model of your own.", required=True)
    output = _price("Out", required=True)
    cache_read = _price("Read from the cache", "Empty: as in.")
    cache_write = _price("Written to the cache", "Empty: as in.")

    @property
    def rates(self) -> Rates:
        said = self.cleaned_data
        read, write = said["cache_read"], said["cache_write"]
        plain = said["input"]
        return Rates(plain, said["output"], plain if read is None else read, plain if write is None else write)


class ModelForm(forms.Form):
    """How a model is reached, and how much may be asked of it. The key itself has no field."""

    name = forms.CharField(max_length=64, help_text="What projects and pages call it, as haiku or local.")
    model = forms.CharField(
        label="Name at the provider", max_length=200, help_text="What the provider, or your own server, calls it."
    )
    base_url = forms.CharField(
        label="Base URL",
        max_length=300,
        initial=OFFICIAL,
        help_text="Of a server that speaks the Messages API: the part before /v1/messages.",
    )
    key_variable = forms.CharField(
        label="Variable with the key",
        max_length=100,
        required=False,
        initial="ANTHROPIC_API_KEY",
        help_text="Of the environment that evoweb is started in; never the key. Empty: the server wants none.",
    )
    max_tokens = forms.IntegerField(
        label="Tokens of a reply", min_value=1, max_value=10_000_000, initial=8192, help_text="At most."
    )
    context = forms.IntegerField(
        label="Context",
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="Tokens of prompt and reply. Empty: unknown.",
    )
    timeout = forms.FloatField(label="Seconds of one attempt", min_value=0.1, max_value=86_400, initial=600)
    concurrency = forms.IntegerField(label="Calls at a time", min_value=1, max_value=1000, initial=8)
    requests_per_minute = forms.IntegerField(
        label="Requests a minute", min_value=0, max_value=1_000_000, initial=0, help_text="0: not limited."
    )
    tokens_per_minute = forms.IntegerField(
        label="Tokens a minute", min_value=0, max_value=2**31 - 1, initial=0, help_text="0: not limited."
    )
    extra = forms.CharField(
        label="Also in each request",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text='JSON, as {"temperature": 0.7}. Current hosted models may reject such parts.',
    )
    structured = forms.BooleanField(label="It keeps to a JSON schema", required=False, initial=True)
    caching = forms.BooleanField(label="It caches prompts", required=False, initial=True)
    counting = forms.BooleanField(label="It counts tokens", required=False, initial=True)

    FIRST = ("name", "model", "base_url", "key_variable")

    def __init__(self, *args: Any, row: LanguageModel | None = None, **kwargs: Any) -> None:
        if row is not None:
            extra = decode(bytes(row.extra))
            kwargs["initial"] = {name: getattr(row, name) for name in COLUMNS}
            kwargs["initial"] |= {"name": row.name, "extra": json.dumps(extra) if extra else ""}
        super().__init__(*args, **kwargs)
        if row is not None:
            self.fields["name"].disabled = True

    def clean_key_variable(self) -> str:
        """A name; what is none may be the key itself, and does not come back in the form."""
        name = str(self.cleaned_data["key_variable"])
        try:
            check_variable(name)
        except UserError as error:
            self.data = {field: "" if field == "key_variable" else said for field, said in self.data.items()}
            raise forms.ValidationError(str(error)) from None
        return name

    def clean_extra(self) -> dict[str, Any]:
        """A JSON object."""
        text = self.cleaned_data["extra"].strip()
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            raise forms.ValidationError('This is no JSON. Write an object, as {"temperature": 0.7}.') from None
        if not isinstance(found, dict):
            raise forms.ValidationError('This is no JSON object. Write one, as {"temperature": 0.7}.')
        return found

    @property
    def first(self) -> list[forms.BoundField]:
        """Fields that everybody fills in."""
        return [self[name] for name in self.FIRST]

    @property
    def further(self) -> list[forms.BoundField]:
        """Fields that mostly stay as they are."""
        return [self[name] for name in (*COLUMNS, "extra") if name not in self.FIRST]

    @property
    def further_wrong(self) -> bool:
        return any(field.errors for field in self.further)

    @property
    def description(self) -> Description:
        said = self.cleaned_data
        return Description(said["name"], {name: said[name] for name in COLUMNS}, said["extra"])


class NewModelForm(ModelForm):
    """A model that is added: with its price, and as the one that is asked for edits where there is none yet."""

    input = _price("Price in", "Per million tokens. Empty: not known, so costs cannot be told. 0: it is your own.")
    output = _price("Price out")
    plays = forms.BooleanField(
        label="It proposes edits",
        required=False,
        help_text="The role mutate, which every role falls back to that nobody is named for.",
    )

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self["input"], self["output"], self["plays"]]

    def clean(self) -> dict[str, Any]:
        """Both prices, or none."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        given = [said.get(name) is not None for name in ("input", "output")]
        if any(given) and not all(given) and not {"input", "output"} & self.errors.keys():
            self.add_error("input" if given[1] else "output", "Give both prices, or none.")
        return said

    @property
    def rates(self) -> Rates | None:
        said = self.cleaned_data
        return None if said["input"] is None else Rates(said["input"], said["output"], said["input"], said["input"])


class RoleForm(forms.Form):
    """Who plays a role, as name or name=weight."""

    role = forms.ChoiceField(choices=[(role, role) for role in ROLES])
    models = forms.CharField(required=False, max_length=2000)

    def clean_models(self) -> dict[str, float]:
        """Weights by name."""
        return dict(_voice(word) for word in self.cleaned_data["models"].replace(",", " ").split())


class BudgetForm(forms.Form):
    """What may be spent on calls. Empty: not bounded."""

    money = forms.FloatField(required=False, min_value=0, max_value=1e9 - 1)
    tokens = forms.IntegerField(required=False, min_value=0, max_value=2**62)

    def __init__(self, *args: Any, budget: Budget | None = None, **kwargs: Any) -> None:
        if budget is not None:
            kwargs["initial"] = {"money": budget.spelled, "tokens": budget.tokens}
        super().__init__(*args, **kwargs)

    @property
    def limits(self) -> Limits:
        return Limits(self.cleaned_data["money"], self.cleaned_data["tokens"])


def _voice(word: str) -> tuple[str, float]:
    name, _, weight = word.partition("=")
    try:
        return name, float(weight or 1)
    except ValueError:
        raise forms.ValidationError(f"{weight!r} is no weight. Write {name}=2, or {name} alone.") from None
