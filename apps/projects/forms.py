"""What people send about projects."""

from collections.abc import Iterator
from typing import Any

from django import forms

from apps.engine.axes import Axes, Descriptor, Objective
from apps.projects.folder import one_line
from apps.projects.vocabulary import CELLS, DIRECTIONS, choices

LONGEST = 100  # of a name, as of the evaluator's metrics
EMPTY_ROWS = 2
MOST_ROWS = 50


class NamedForm(forms.Form):
    """A row of a table, named after a metric. A row without a name is no row."""

    name = forms.CharField(required=False, strip=True, max_length=LONGEST)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not one_line(name):
            raise forms.ValidationError("A name is one line of plain text.")
        return name

    @property
    def named(self) -> bool:
        return bool(self.cleaned_data.get("name"))


class DescriptorForm(NamedForm):
    """One dimension of the map."""

    low = forms.FloatField(required=False)
    high = forms.FloatField(required=False)
    cells = forms.IntegerField(
        required=False, initial=int(CELLS.default), min_value=int(CELLS.least), max_value=int(CELLS.most)
    )

    @property
    def axis(self) -> Descriptor:
        """Raises ValueError where the numbers make no dimension."""
        said = self.cleaned_data
        if said["low"] is None or said["high"] is None:
            raise ValueError(f"descriptor {said['name']!r} needs a low and a high")
        return Descriptor(said["name"], said["low"], said["high"], said["cells"] or int(CELLS.default))


class ObjectiveForm(NamedForm):
    """Something wanted beside the score."""

    direction = forms.ChoiceField(choices=choices(DIRECTIONS), initial=DIRECTIONS[0])

    @property
    def axis(self) -> Objective:
        return Objective(self.cleaned_data["name"], self.cleaned_data["direction"] == DIRECTIONS[0])


DescriptorSet = forms.formset_factory(DescriptorForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
ObjectiveSet = forms.formset_factory(ObjectiveForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class AxesForm:
    """Both tables of axes, and the version that the person looked at."""

    def __init__(self, axes: Axes, metric: str, data: Any = None) -> None:
        """data is what was sent, which then stands for itself: axes are what an unsent form begins with."""
        laid_out = [{"name": a.name, "low": a.low, "high": a.high, "cells": a.cells} for a in axes.descriptors]
        wanted = [{"name": a.name, "direction": DIRECTIONS[not a.maximise]} for a in axes.objectives]
        self.descriptors = DescriptorSet(data, initial=None if data else laid_out, prefix="descriptors")
        self.objectives = ObjectiveSet(data, initial=None if data else wanted, prefix="objectives")
        self._metric = metric

    def axes(self) -> Axes:
        """What was sent. Raises ValueError saying what is wrong with it."""
        wrong = list(self._wrong())
        if wrong:
            raise ValueError(" ".join(wrong))
        objectives = tuple(form.axis for form in self.objectives if form.named)
        if any(axis.name == self._metric for axis in objectives):
            raise ValueError(f"{self._metric!r} is the score, which is an objective always")
        return Axes(tuple(form.axis for form in self.descriptors if form.named), objectives)

    def _wrong(self) -> Iterator[str]:
        for what, rows in (("Descriptor", self.descriptors), ("Objective", self.objectives)):
            yield from (str(error) for error in rows.non_form_errors())
            for number, row in enumerate(rows, 1):
                yield from (f"{what} {number}, {name}: {' '.join(map(str, told))}" for name, told in row.errors.items())


def version_of(sent: Any) -> int:
    """The version that the person looked at; -1, which never was, where none was told."""
    told = sent.get("seen", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1
