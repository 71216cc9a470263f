"""Errors that are the user's to mend; everything else is ours."""


class UserError(Exception):
    """What happened, what it means and what to do next, in one or two sentences for whoever asked."""


class Conflict(UserError):
    """What the user saw is no longer so; nothing was done."""
