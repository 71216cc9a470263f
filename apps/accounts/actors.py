"""Who acts: every service takes an actor first, every log entry names one."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from apps.accounts.models import User

Kind = Literal["person", "method", "policy", "system"]


@dataclass(frozen=True)
class Actor:
    """A person (id is the user's key), a method or policy (id is its name), or the system itself."""

    kind: Kind
    id: str = ""

    @classmethod
    def person(cls, user: User) -> "Actor":
        actor = cls("person", str(user.pk))
        actor.__dict__["user"] = user
        return actor

    @classmethod
    def system(cls) -> "Actor":
        """Whoever may start commands on this machine."""
        return cls("system")

    @cached_property
    def user(self) -> User:
        """The person behind a person actor. Raises LookupError for the others and for people who are gone."""
        user = User.objects.filter(pk=self.id).first() if self.kind == "person" else None
        if user is None:
            raise LookupError(f"{self} is not a person of this installation")
        return user

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind
