"""What a call failed of, in a few words of ours: for those who may not read its server's."""

_STATUS = {
    400: "the request was rejected",
    401: "the key is not accepted",
    402: "out of credit",
    403: "the key may not use it",
    404: "no such model there",
    413: "the prompt is too large",
    422: "the request was rejected",
    429: "too many requests",
    529: "overloaded",
}


def kind(status: int | None, blame: str) -> str:
    """The kind of a failure. status: of HTTP, 0 or None where it did not come to that; blame: as CallFailure has it."""
    if status:
        return f"{status} {_STATUS.get(status, 'the server failed')}"
    if blame == "again":
        return "no answer"
    return "an unreadable reply" if blame == "call" else "it cannot be reached"
