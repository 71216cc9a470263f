"""What a form of edits is: how a changed text is written in a reply, and read from one."""

from collections.abc import Mapping
from typing import ClassVar, Protocol


class Form(Protocol):
    """Reads edits of a parent from replies.

    texts holds the parent's texts by path, edits each path's mode: "whole", "regions" or "protected" (also where it is
    missing).
    """

    name: ClassVar[str]  # also the name of the template that asks for this form

    def read(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        """The complete new text of each file that changes; at least one does, and only where it may.

        Raises Complaint where the reply holds no such edit. Takes time linear in reply and texts, up to the bounds of
        bounds.py.
        """

    def written(self, before: Mapping[str, str], after: Mapping[str, str]) -> str:
        """A reply from which read gives back what differs in after."""
