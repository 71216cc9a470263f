"""What people send to oversight."""

from uuid import uuid4

from django import forms

from apps.oversight.desk import Gate
from apps.oversight.selectors import shown
from apps.oversight.services.answers import Reply
from apps.oversight.vocabulary import DECISIONS


class AnswerForm(forms.Form):
    """An answer to a gate, bound to what was seen. The key makes a double submit harmless."""

    decision = forms.ChoiceField(choices=[(word, word) for word in DECISIONS])
    reason = forms.CharField(required=False, max_length=4000, strip=True)
    revision = forms.IntegerField(min_value=0, max_value=32_767)
    seen = forms.RegexField(r"^[0-9a-f]{64}$")
    key = forms.UUIDField()

    @classmethod
    def for_gate(cls, gate: Gate, reason: str = "") -> "AnswerForm":
        """An empty form for what the gate shows now; a reason that was typed before is kept."""
        effect = gate.effect
        return cls(initial={"revision": effect.revision, "seen": shown(effect).hex(), "key": uuid4(), "reason": reason})

    @property
    def reply(self) -> Reply:
        said = self.cleaned_data
        return Reply(said["decision"], said["reason"], said["revision"], said["seen"], str(said["key"]))


class PauseForm(forms.Form):
    """Why a project is stopped."""

    reason = forms.CharField(
        max_length=500, strip=True, error_messages={"required": "A pause needs a reason: it is shown while it lasts."}
    )
