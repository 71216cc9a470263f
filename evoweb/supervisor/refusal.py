"""Why nothing was started."""


class Refusal(Exception):
    """What is in the way and what to do about it, for whoever started evoweb."""
