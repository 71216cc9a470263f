"""The candidate that a project promotes now, to take away: as files, as an archive, as a patch against the seed."""

import io
import zipfile
from collections.abc import Mapping

from apps.common.patch import patch
from apps.engine.canonical import decode
from apps.projects import selectors
from apps.projects.models import Project
from apps.records import content
from apps.records.models import CandidateEdit

_STEADY = (1980, 1, 1, 0, 0, 0)  # equal champions make equal archives


def files(candidate: CandidateEdit) -> dict[str, bytes]:
    """Content of each component by path. Raises ContentMissing."""
    digests = {path: bytes.fromhex(key) for path, key in decode(bytes(candidate.content)).items()}
    found = content.load(digests.values())
    return {path: found[key] for path, key in digests.items()}


def archive(contents: Mapping[str, bytes]) -> bytes:
    """A zip archive of the files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in sorted(contents.items()):
            packed.writestr(zipfile.ZipInfo(path, _STEADY), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def against_seed(project: Project, contents: Mapping[str, bytes]) -> str:
    """The files as a patch against the project's seed; empty where nothing differs."""
    seed = selectors.program_files(project)
    pairs = ((path, seed.get(path, b"").decode(), data.decode()) for path, data in sorted(contents.items()))
    return "".join(patch(path, before, after) for path, before, after in pairs)
