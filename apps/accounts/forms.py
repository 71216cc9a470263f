"""What people send about themselves."""

from threading import Thread
from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AuthenticationForm,
    BaseUserCreationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
)
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest

from apps.accounts import services, throttle
from apps.accounts.models import User
from apps.accounts.sessions import address_of
from apps.common.text import visible

PASSWORD_RULES = "At least 10 characters: a few words, say. Not your name, not a common password, not digits alone."


def _in_plain_words(form: forms.BaseForm, first: str, second: str) -> None:
    """Django's two password fields, named and explained as everything else here."""
    form.fields[first].help_text = PASSWORD_RULES
    form.fields[second].label, form.fields[second].help_text = "The same again", ""


class SignInForm(AuthenticationForm):
    """A name and a password. Validation raises throttle.Closed where too many went wrong."""

    error_messages = {
        "invalid_login": "This user name and password do not match. Both are case-sensitive.",
        "inactive": "This user name and password do not match. Both are case-sensitive.",
    }

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.address = address_of(request) or ""

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (name and password):
            return self.cleaned_data
        throttle.count(name, self.address)
        cleaned = super().clean()
        throttle.forgive(name, self.address)
        return cleaned


class AccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # a class of the stubs only
    """A new account: a name that is free, and a password typed twice."""

    class Meta:
        model = User
        fields = ("username",)
        labels = {"username": "User name"}
        help_texts = {"username": "Letters, digits and @ . + - _ only. You sign in with it."}
        error_messages = {"username": {"unique": "This user name is taken. Choose another one."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_plain_words(self, "password1", "password2")


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a person is named, reached, and shown pages. Validation may raise throttle.Closed.

    Whoever has the address can get a new password, so changing it takes the present one.
    """

    password = forms.CharField(
        required=False,
        strip=False,
        label="Present password",
        help_text="Only to change the e-mail address.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("display_name", "theme", "keys_off", "email", "password")

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address, self.known = address, User(password=self.instance.password)

    class Meta:
        model = User
        fields = ("display_name", "email", "theme", "keys_off")
        labels = {
            "display_name": "Name on pages",
            "email": "E-mail address",
            "theme": "Colours",
            "keys_off": "Single keys do nothing",
        }
        help_texts = {
            "display_name": "What others see where you acted. Empty: your user name.",
            "email": "Only for a link when you forget your password.",
            "keys_off": "Otherwise j and k move, a approves, and ? lists what else there is. No key kills.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "email" in self.changed_data:
            throttle.count(self.instance.get_username(), self.address)
            if self.known.check_password(cleaned.get("password", "")):
                throttle.forgive(self.instance.get_username(), self.address)
            else:
                self.add_error("password", "To change the address, type your present password. Nothing was saved.")
        return cleaned

    def clean_display_name(self) -> str:
        name: str = self.cleaned_data["display_name"]
        if visible(name) != name:
            raise ValidationError("This name has characters that cannot be seen. Type it again without them.")
        others = User.objects.exclude(pk=self.instance.pk)
        if name and others.filter(Q(username__iexact=name) | Q(display_name__iexact=name)).exists():
            raise ValidationError("Somebody else is called that here. Choose a name that tells you apart.")
        return name


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A password for whoever proved by a link to be the person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_plain_words(self, "new_password1", "new_password2")

    def save(self, commit: bool = True) -> User:
        return services.new_password(self.user, self.cleaned_data["new_password1"])


class ChangePasswordForm(PasswordChangeForm):
    """A password for whoever knows the present one."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "This is not your present password. Nothing was changed; type it again."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"
        _in_plain_words(self, "new_password1", "new_password2")

    def save(self, commit: bool = True) -> User:
        return services.new_password(self.user, self.cleaned_data["new_password1"])


class ForgottenForm(PasswordResetForm):
    """Sends a link to whoever has this address, and says the same when nobody has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail address"

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """On a thread of its own: an answer that takes longer would tell that the address is known."""
        Thread(target=super().send_mail, args=args, kwargs=kwargs, daemon=True).start()
