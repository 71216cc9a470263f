"""What people send about experiments."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from django import forms

from apps.engine import registry
from apps.experiments.draft import default_baseline
from apps.experiments.layers import AT_ONCE, check_parameters, contenders_of
from apps.experiments.plan import (
    ENOUGH_SEEDS,
    MOST_CELLS,
    MOST_METHODS,
    MOST_PROJECTS,
    MOST_SEEDS,
    Contender,
    Ground,
    Plan,
)
from apps.projects.models import Project
from apps.projects.problems import PackageError, Report
from apps.projects.toml_reader import Document
from apps.projects.vocabulary import CANDIDATES, SECONDS, suggestion

CHOSEN = ("hill_climb", "best_of_n", "null_run")  # what a new experiment begins with


class ExperimentForm(forms.Form):
    """A plan: methods by seeds by projects at equal budget."""

    name = forms.CharField(max_length=100, help_text="What the comparison is about.")
    candidates = forms.IntegerField(
        min_value=int(CANDIDATES.least), max_value=int(CANDIDATES.most), help_text="How many each run measures."
    )
    seconds = forms.FloatField(
        required=False,
        min_value=SECONDS.least,
        max_value=SECONDS.most,
        help_text="A run also ends after so many seconds of execution. Empty: no limit.",
    )
    seeds = forms.CharField(
        max_length=20_000,
        help_text=f"How many, or a list such as 1, 2, 5. Fewer than {ENOUGH_SEEDS} give wide intervals.",
    )
    at_once = forms.IntegerField(
        label="Runs at a time",
        min_value=int(AT_ONCE.least),
        max_value=int(AT_ONCE.most),
        help_text="How many are under way at once; more use more cores.",
    )
    baseline = forms.CharField(
        required=False,
        max_length=64,
        help_text="What the others are held against. Empty: best-of-n, else the null run, else the first method.",
    )
    more = forms.CharField(
        required=False,
        max_length=64_000,
        label="Further methods",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text='A method once more with other parameters, as in a file: [[method]], then name = "hill_climb", label '
        '= "another", parameters = {}.',
    )

    def __init__(self, projects: Sequence[Project], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = projects
        for project in projects:
            self.fields[f"project-{project.pk}"] = forms.BooleanField(required=False, label=project.name)
            self.fields[f"target-{project.pk}"] = forms.FloatField(required=False, label=f"Target of {project.name}")
        for name in registry.names():
            self.fields[f"method-{name}"] = forms.BooleanField(required=False, label=name)
            self.fields[f"parameters-{name}"] = forms.CharField(
                required=False,
                max_length=10_000,
                label=f"Parameters of {name}",
                widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            )

    def clean_seeds(self) -> tuple[int, ...]:
        said = self.cleaned_data["seeds"].replace(",", " ").split()
        try:
            numbers = [int(word) for word in said]
        except ValueError:
            raise forms.ValidationError("Write how many seeds, or whole numbers with commas between them.") from None
        if len(numbers) == 1 and "," not in self.cleaned_data["seeds"]:
            if not 1 <= numbers[0] <= MOST_SEEDS:
                raise forms.ValidationError(f"Take 1 to {MOST_SEEDS:,} seeds.")
            return tuple(range(1, numbers[0] + 1))
        if not 1 <= len(numbers) <= MOST_SEEDS or len(set(numbers)) < len(numbers):
            raise forms.ValidationError(f"Write 1 to {MOST_SEEDS:,} seeds, each once.")
        if not all(-(2**63) <= seed < 2**63 for seed in numbers):
            raise forms.ValidationError("A seed does not fit into 64 bits.")
        return tuple(numbers)

    def clean(self) -> dict[str, Any]:
        """All methods with their parameters, and the plan as a whole."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        contenders = tuple(self._contenders(cleaned))
        grounds = tuple(self._grounds(cleaned))
        if not 1 <= len(grounds) <= MOST_PROJECTS:
            self.add_error(None, f"Choose 1 to {MOST_PROJECTS} projects; {len(grounds)} are chosen.")
        labels = tuple(contender.label for contender in contenders)
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            self.add_error("more", f"Two methods are called “{label}”. Give one of them another label.")
        if not self.errors and not 1 <= len(contenders) <= MOST_METHODS:
            self.add_error(None, f"Choose 1 to {MOST_METHODS} methods; {len(contenders)} are chosen.")
        if (baseline := cleaned.get("baseline") or default_baseline(contenders)) not in labels and labels:
            self.add_error("baseline", f"No method is called “{baseline}”. {suggestion(baseline, labels)}")
        if not self.errors:
            cleaned["plan"] = self._plan(cleaned, contenders, grounds, baseline)
        return cleaned

    def _plan(
        self, said: dict[str, Any], contenders: tuple[Contender, ...], grounds: tuple[Ground, ...], baseline: str
    ) -> Plan:
        names = ("name", "candidates", "seconds", "seeds")
        plan = Plan(contenders=contenders, grounds=grounds, baseline=baseline, **{name: said[name] for name in names})
        if plan.size > MOST_CELLS:
            self.add_error("seeds", f"This takes {plan.size:,} runs; {MOST_CELLS:,} are the most. Take fewer seeds.")
        return plan

    def _grounds(self, said: dict[str, Any]) -> Iterator[Ground]:
        for project in self.projects:
            if not said.get(f"project-{project.pk}"):
                continue
            target = said.get(f"target-{project.pk}")
            if target is not None and not isfinite(target):
                self.add_error(f"target-{project.pk}", "Write a finite number.")
            yield Ground(project.pk, target)

    def _contenders(self, said: dict[str, Any]) -> Iterator[Contender]:
        for name in registry.names():
            if said.get(f"method-{name}"):
                yield Contender(name, name, self._parameters(name, said.get(f"parameters-{name}", "")))
        report = Report()
        try:
            root = Document("line", said.get("more", ""), report).root
            yield from (contender for contender, _ in contenders_of(root))
            root.close()
            report.settle()
        except PackageError as error:
            self.add_error("more", [str(problem) for problem in error.problems])

    def _parameters(self, method: str, text: str) -> dict[str, Any]:
        report = Report()
        try:
            root = Document("line", text, report).root
            check_parameters(method, root)
            report.settle()
        except PackageError as error:
            self.add_error(f"parameters-{method}", [str(problem) for problem in error.problems])
            return {}
        return root.values()
