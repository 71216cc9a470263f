"""What is wrong with a reply, said so that its author can do better."""


class Complaint(Exception):
    """No edit can be read from a reply. reason says what is wrong and where; hint, what to send instead.

    Both are fed back to the model, so they name blocks, files and lines by number.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}".strip() if self.hint else self.reason
