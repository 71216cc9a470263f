"""People who sign in, where they are signed in, and how often somebody failed to."""

from hashlib import sha256
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from apps.accounts.browsers import in_words

THEMES = (("auto", "As the system has it"), ("light", "Light"), ("dark", "Dark"))


class User(AbstractUser):
    """A person. Roles are per project (projects.Membership); a superuser is the installation's admin."""

    display_name = models.CharField(max_length=80, blank=True, help_text="what pages call the person")
    theme = models.CharField(max_length=6, choices=THEMES, default="auto")
    keys_off = models.BooleanField(default=False, help_text="single keys do nothing on pages")
    password_is_temporary = models.BooleanField(default=False, help_text="a machine chose it; the person should not")

    def __str__(self) -> str:
        return self.display_name or self.get_username()


class Session(AbstractBaseSession):
    """A browser that is signed in. The columns repeat what is in the session's data, so that nobody decodes it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    browser = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    seen = models.DateTimeField(null=True, help_text="to within sessions.SEEN_EVERY")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from apps.accounts.sessions import SessionStore

        return SessionStore

    @property
    def browser_in_words(self) -> str:
        return in_words(self.browser)

    @property
    def handle(self) -> str:
        """What pages call the session: the key itself would let whoever reads it take the session over."""
        return sha256(self.session_key.encode()).hexdigest()[:32]


class Failures(models.Model):
    """How often somebody just failed to sign in as an account from an address; account is empty for all of them."""

    account = models.CharField(max_length=64, blank=True, help_text="keyed digest: what is typed may be a password")
    address = models.CharField(max_length=45)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True, help_text="of the first one; they count for throttle.WINDOW")

    class Meta:
        verbose_name_plural = "failures"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "address"], name="failures_once")]

    def __str__(self) -> str:
        return f"{self.count} from {self.address}"
