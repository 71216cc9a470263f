"""What people send about runs."""

from typing import Any

from django import forms

from apps.common.errors import UserError
from apps.engine import registry
from apps.llm.selectors import ensembles
from apps.llm.services.budgets import Limits
from apps.oversight import rules
from apps.projects.models import Project
from apps.projects.package import PackageError
from apps.projects.toml_text import read, written
from apps.projects.vocabulary import CANDIDATES, PARALLEL, SECONDS
from apps.rounds.again import origin_named
from apps.rounds.picking import grouped, known_method, picks
from apps.rounds.renewal import MOST
from apps.rounds.start import Order, check, check_origin, order_of


def _methods() -> list[tuple[str, str]]:
    return [(name, name) for name in registry.names()]


class StartForm(forms.Form):
    """What a run is to do. Empty fields are the project's defaults."""

    method = forms.ChoiceField(choices=_methods, help_text="How candidates are made and chosen.")
    candidates = forms.IntegerField(
        min_value=int(CANDIDATES.least),
        max_value=int(CANDIDATES.most),
        help_text="The run ends when so many were measured.",
    )
    seconds = forms.FloatField(
        required=False,
        min_value=SECONDS.least,
        max_value=SECONDS.most,
        help_text="It also ends after so many seconds of execution. Empty: no limit.",
    )
    parallel = forms.IntegerField(
        label="Rounds at a time",
        min_value=int(PARALLEL.least),
        max_value=int(PARALLEL.most),
        help_text="More use more cores. What waits for people does not count.",
    )
    seed = forms.IntegerField(
        min_value=-(2**63), max_value=2**63 - 1, help_text="Of all random draws. Another number is another run."
    )
    mode = forms.ChoiceField(
        choices=[(name, name) for name in rules.MODES],
        help_text="Where people are asked. It can be changed while the run goes on.",
    )
    parameters = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="Of the method, one a line, as name = value. Empty: its defaults.",
    )
    origin = forms.CharField(
        required=False,
        max_length=30,
        label="Begin with",
        help_text="A candidate as run and number, such as 3.12; the run grows from it. Empty: the seed.",
    )
    money = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1e9 - 1,
        label="Budget for models, in money",
        help_text="No call is made beyond it. Empty: bounded by the project’s budgets alone.",
    )
    tokens = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**62,
        label="Budget for models, in tokens",
        help_text="The same in tokens.",
    )
    baseline = forms.BooleanField(
        required=False,
        label="Measure baselines afterwards",
        help_text="The null run and best-of-n at the same budget: what this method gains beyond luck.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        own = order_of(project)
        plain = {name: getattr(own, name) for name in NAMES} | {"parameters": written(own.parameters)}
        plain |= kwargs.get("initial", {})
        if plain["method"] != (method := known_method(plain["method"])):
            plain |= {"method": method, "parameters": ""}
        kwargs["initial"] = plain
        super().__init__(*args, **kwargs)
        self._project = project
        self.models = ensembles(project)
        self.picks = picks(project, self.models)
        self.fields["method"].choices = grouped(self.picks)  # type: ignore[attr-defined]
        if not self.is_bound:
            self.fields["method"].widget.attrs["autofocus"] = True

    def clean_origin(self) -> int | None:
        said = self.cleaned_data["origin"]
        try:
            return origin_named(self._project, said) if said.strip() else None
        except UserError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_parameters(self) -> dict[str, Any]:
        """What belongs to the method of before is no complaint: another method begins with its own defaults."""
        said = self.cleaned_data["parameters"]
        other = self.cleaned_data.get("method") != self.initial["method"]
        if other and said.split() == str(self.initial["parameters"]).split():
            return {}
        try:
            return read(said)
        except PackageError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from None

    def clean(self) -> dict[str, Any]:
        """The order must make sense as a whole: the method's parameters among them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check(self.order)
                check_origin(self._project, self.order)
            except UserError as error:
                raise forms.ValidationError(str(error)) from None
        return cleaned

    @property
    def limits(self) -> Limits | None:
        """What its calls may take; None where nothing is said."""
        money, tokens = self.cleaned_data["money"], self.cleaned_data["tokens"]
        return None if money is None and tokens is None else Limits(money, tokens)

    @property
    def order(self) -> Order:
        said = self.cleaned_data
        told = {"baseline": True} if said["baseline"] else {}
        return Order(
            parameters=said["parameters"],
            origin=said["origin"],
            options=told,
            **{name: said[name] for name in NAMES},
        )


class RenewalForm(forms.Form):
    """What of the series before is measured again, and how the run goes on from there."""

    best = forms.IntegerField(
        label="Best of the series before",
        min_value=0,
        max_value=MOST,
        initial=10,
        help_text="The seed and the champion are measured again in any case.",
    )
    candidates = forms.IntegerField(
        label="Candidates afterwards",
        min_value=0,
        max_value=int(CANDIDATES.most) - MOST - 1,
        initial=0,
        help_text="So many are made from there by the method. 0: the run ends when all are measured.",
    )
    method = forms.ChoiceField(choices=_methods, help_text="How candidates are made and chosen afterwards.")

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].initial = project.method
        self._project = project

    @property
    def order(self) -> Order:
        said = self.cleaned_data
        return order_of(self._project, method=said["method"], candidates=said["candidates"])


class AbortForm(forms.Form):
    """Why a run is ended at once."""

    reason = forms.CharField(
        max_length=500, strip=True, error_messages={"required": "An abort needs a reason: it is shown with the run."}
    )


class BudgetForm(forms.Form):
    """Another budget for an open run, in all."""

    candidates = forms.IntegerField(min_value=int(CANDIDATES.least), max_value=int(CANDIDATES.most))
    seconds = forms.FloatField(required=False, min_value=SECONDS.least, max_value=SECONDS.most)


class ModeForm(forms.Form):
    """Another mode for a run, and the version of the policy that the person saw."""

    mode = forms.ChoiceField(choices=[(name, name) for name in rules.MODES])
    seen = forms.IntegerField(min_value=0)


NAMES = ("method", "candidates", "seconds", "parallel", "seed", "mode")
