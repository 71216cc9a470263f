"""The digest of a run's archive: what was born, from whom, and how it was judged, in birth order."""

import hashlib

from apps.common.ids import of_run
from apps.engine.canonical import decode, encode
from apps.records.models import CandidateEdit, Run


def archive_digest(run: Run) -> str:
    """SHA-256, hex, over (content digest, parents, verdict) of every candidate of the run by birth."""
    whole = hashlib.sha256()
    rows = CandidateEdit.objects.filter(of_run(run.pk)).order_by("pk")
    for content, parents, verdict in rows.values_list("content_digest", "parents", "verdict").iterator(chunk_size=2000):
        whole.update(encode([bytes(content).hex(), decode(bytes(parents))["parents"], verdict]))
    return whole.hexdigest()
