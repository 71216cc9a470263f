"""Two candidates made one, component by component, by what each of them changed."""

from collections.abc import Mapping

type Texts = Mapping[str, str]


def merged(old: Texts, better: Texts, other: Texts) -> dict[str, str]:
    """The texts of better with the components that only other changed against old: those of other.

    What both changed is better's. Agrawal et al., GEPA, arXiv 2507.19457 (2025), system-aware merge.
    """
    return {path: other[path] if text == old[path] else text for path, text in better.items()}
