"""What people send to oversight."""

from collections.abc import Mapping
from uuid import uuid4

from django import forms

from apps.oversight.desk import Gate
from apps.oversight.selectors import shown
from apps.oversight.services.answers import Reply
from apps.oversight.vocabulary import DECISIONS, LONGEST_REASON, MOST_REPEATS

FILE = "file:"  # a field of an edit holds one component's whole text


class AnswerForm(forms.Form):
    """An answer to a gate, bound to what was seen. The key makes a double submit harmless."""

    decision = forms.ChoiceField(choices=[(word, word) for word in DECISIONS])
    reason = forms.CharField(required=False, strip=True)
    to = forms.IntegerField(required=False)
    repeats = forms.IntegerField(
        required=False,
        error_messages={"invalid": f"Ask for 1 to {MOST_REPEATS} more measurements of each task, as a number."},
    )
    revision = forms.IntegerField(min_value=0, max_value=32_767)
    seen = forms.RegexField(r"^[0-9a-f]{64}$")
    key = forms.UUIDField()

    @classmethod
    def for_gate(cls, gate: Gate, typed: Mapping[str, str] | None = None) -> "AnswerForm":
        """An empty form for what the gate shows now; what was typed before is kept."""
        effect = gate.effect
        kept = {name: (typed or {}).get(name, "") for name in ("reason", "to", "repeats")}
        return cls(initial={"revision": effect.revision, "seen": shown(effect).hex(), "key": uuid4(), **kept})

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason) > LONGEST_REASON:
            raise forms.ValidationError(
                f"The reason has {len(reason):,} characters, {LONGEST_REASON:,} are allowed. Shorten it and send it."
            )
        return reason

    @property
    def wrong(self) -> str:
        """What is wrong with it, in words."""
        told = [str(error) for name in ("reason", "repeats") for error in self.errors.get(name, ())]
        return " ".join(told) or "The form was incomplete; send it again."

    @property
    def reply(self) -> Reply:
        said = self.cleaned_data
        edit = {name.removeprefix(FILE): str(text) for name, text in self.data.items() if name.startswith(FILE)}
        return Reply(
            said["decision"],
            said["reason"],
            said["revision"],
            said["seen"],
            str(said["key"]),
            to=said["to"],
            edit=edit,
            repeats=said["repeats"] or 1,
        )


class PauseForm(forms.Form):
    """Why a project is stopped."""

    reason = forms.CharField(
        max_length=500, strip=True, error_messages={"required": "A pause needs a reason: it is shown while it lasts."}
    )


class ReasonForm(forms.Form):
    """Why a candidate is reverted or promoted, and who takes the champion's place."""

    reason = forms.CharField(
        strip=True, max_length=LONGEST_REASON, error_messages={"required": "Say why; an auditor will ask."}
    )
    to = forms.IntegerField(required=False)


class ModeForm(forms.Form):
    """The mode that runs of a project start with."""

    mode = forms.CharField(max_length=32)
