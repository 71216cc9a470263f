"""A line of hostile text as markup: escaped, what acts made visible, with colours and changed words marked."""

from collections.abc import Iterator, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from apps.common.text import visible
from apps.common.words import LONGEST_LINE

type Colours = Sequence[tuple[int, int, str]]
type Marks = Sequence[tuple[int, int]]


def markup(line: str, colours: Colours = (), marks: Marks = ()) -> SafeString:
    """The only place where markup is made of such text: each piece of it goes through visible and escape."""
    if len(line) > LONGEST_LINE:
        rest = len(line) - LONGEST_LINE
        cut = f'{_shown(line[:LONGEST_LINE])}<i class="cut"> … {rest} more characters</i>'
        return mark_safe(cut)
    if not marks:
        return mark_safe(_coloured(line, 0, len(line), colours))
    return mark_safe("".join(_marked(line, colours, marks)))


def _marked(line: str, colours: Colours, marks: Marks) -> Iterator[str]:
    at = 0
    for start, end in marks:
        yield _coloured(line, at, start, colours)
        yield f"<mark>{_coloured(line, start, end, colours)}</mark>"
        at = end
    yield _coloured(line, at, len(line), colours)


def _coloured(line: str, start: int, end: int, colours: Colours) -> str:
    """line[start:end] with its colours."""
    pieces, at = [], start
    for first, last, name in colours:
        low, high = max(first, at), min(last, end)
        if low >= high:
            continue
        pieces += [_shown(line[at:low]), f'<span class="{name}">{_shown(line[low:high])}</span>']
        at = high
    return "".join([*pieces, _shown(line[at:end])])


def _shown(text: str) -> str:
    return escape(visible(text))
