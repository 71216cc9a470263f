"""What people say about candidates. It decides nothing."""

import os

from django.db import transaction

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.log.chain import Entry
from apps.log.services import append
from apps.oversight.digests import comment as digest_of
from apps.oversight.models import Comment
from apps.projects.access import require
from apps.records.models import CandidateEdit

LONGEST = 10_000  # characters


def comment(actor: Actor, candidate: CandidateEdit, text: str, key: str) -> Comment:
    """Add to the discussion of a candidate. key makes a double submit harmless. Raises UserError."""
    project = candidate.run.project
    require(actor, "view", project)
    words = text.strip()
    if not words:
        raise UserError("The comment was empty; write something, then send it.")
    if len(words) > LONGEST:
        raise UserError(
            f"The comment has {len(words):,} characters; {LONGEST:,} are allowed. Shorten it, then send it."
        )
    fresh = {"candidate": candidate, "text": words, "salt": os.urandom(16)}
    with transaction.atomic():
        made, new = Comment.objects.get_or_create(person=actor.user, key=key, defaults=fresh)
        if not new:
            return made
        body = {"comment": made.pk, "digest": digest_of(made)}
        append(project.pk, [Entry("comment.made", str(actor), f"candidate:{candidate.pk}", body)])
    return made
