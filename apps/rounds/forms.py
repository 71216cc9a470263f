"""What people send about runs."""

from typing import Any

from django import forms

from apps.common.errors import UserError
from apps.engine import registry
from apps.oversight import rules
from apps.projects.models import Project
from apps.projects.vocabulary import CANDIDATES, PARALLEL, SECONDS
from apps.rounds.start import Order, check, order_of


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
    baseline = forms.BooleanField(
        required=False,
        label="Measure baselines afterwards",
        help_text="The null run and best-of-n at the same budget: what this method gains beyond luck.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        own = order_of(project)
        kwargs["initial"] = {name: getattr(own, name) for name in NAMES} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._project = project

    def clean(self) -> dict[str, Any]:
        """The order must make sense as a whole: the method's parameters among them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check(self.order)
            except UserError as error:
                raise forms.ValidationError(str(error)) from None
        return cleaned

    @property
    def order(self) -> Order:
        said = self.cleaned_data
        told = {"baseline": True} if said["baseline"] else {}
        return Order(
            parameters=order_of(self._project, method=said["method"]).parameters,
            options=told,
            **{name: said[name] for name in NAMES},
        )


class AbortForm(forms.Form):
    """Why a run is ended at once."""

    reason = forms.CharField(
        max_length=500, strip=True, error_messages={"required": "An abort needs a reason: it is shown with the run."}
    )


class ModeForm(forms.Form):
    """Another mode for a run, and the version of the policy that the person saw."""

    mode = forms.ChoiceField(choices=[(name, name) for name in rules.MODES])
    seen = forms.IntegerField(min_value=0)


NAMES = ("method", "candidates", "seconds", "parallel", "seed", "mode")
