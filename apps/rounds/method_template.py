"""A new method as a file that runs: what `manage.py start_method` writes."""

import keyword
import re
from pathlib import Path

from apps.common.errors import UserError
from apps.engine import methods, registry

_NAME = re.compile(r"[a-z][a-z0-9_]{1,38}[a-z0-9]")

TEMPLATE = '''"""What it claims.

Say above, in one sentence that begins with the method's name, what it does better and when. Say here where it comes
from: authors, title, where it appeared, and the year. Conformance fails until both are said.
"""

from apps.engine.acceptance import Improves
from apps.engine.recipe import Recipe
from apps.engine.selection import Best
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.vary import edited_by

# This is hill climbing with steps of one size. Put your own operators in its place: who is varied (engine/selection),
# how (engine/variation), what is kept (engine/acceptance), what is remembered (Recipe.memory, Recipe.archive). Where
# the order of steps differs, write a round of your own and pass it as round=. Where a view of the run shows what it
# goes by, its page links there with goes_by=GoesBy("map", "its archive"), or with "front" or "operators".
RECIPE = Recipe(
    select=Best(),
    vary=edited_by((1.0, PerturbNumbers(sigma=0.2))),
    accept=Improves(),
)
'''


def begin(name: str) -> Path:
    """Write the file of a new method. Raises UserError for a name that is taken or cannot be one."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UserError(
            f"{name!r} cannot be a method's name. Use 3 to 40 lower-case letters, digits and underscores, a letter "
            "first: it becomes the name of a file."
        )
    file = Path(methods.__path__[0]) / f"{name}.py"
    if name in registry.names() or file.exists():
        raise UserError(f"There is a method {name} already. Choose another name, or edit {file}.")
    with file.open("x") as out:
        out.write(TEMPLATE)
    registry.names.cache_clear()
    return file
