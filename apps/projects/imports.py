"""Which packages a program's imports ask for, and how a person would name one that is missing."""

import ast
import importlib.metadata
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence

# Modules that are not called like the package that brings them.
PACKAGES = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "pywt": "PyWavelets",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
# Modules that ask a model or another server, which no evaluation can.
CLIENTS = {"aiohttp", "anthropic", "boto3", "dspy", "httpx", "litellm", "ollama", "openai", "requests"}
_NO_NETWORK = (
    "But an evaluation has no network: what asks a model or a server fails there. A prompt is measured through a model "
    "by a project with [model] (docs/projects.md), which asks it outside of the sandbox."
)
_MISSING = re.compile(r"No module named '?([A-Za-z_]\w*)")
_NO_PROGRAM = re.compile(r"No such file or directory: '([\w.+/-]+)'|(?:line \d+: )?([\w.+-]+): command not found")


def advice(told: str, known: Sequence[str] = ()) -> str:
    """What to do about an import or a program that was not there, by the words of a failure; empty for any other.

    known are modules that the same project imports and does not have, to be named in one go.
    """
    if found := _MISSING.search(told):
        modules = dict.fromkeys((found[1], *known))
        wanted = ", ".join(f'"{pin(module)}"' for module in modules)
        words = " ".join(f"--package {pin(module)}" for module in modules)
        where = "under [sandbox] of evoweb.toml"
        told = f"Add what it imports: packages = [{wanted}] {where}, or {words} on the command line."
        return f"{told} {_NO_NETWORK}" if modules.keys() & CLIENTS else told
    if found := _NO_PROGRAM.search(told):
        program = found[1] or found[2]
        return (
            f"The program {program} is not there. A sandbox has the programs of this machine's /usr/bin: install it "
            "with the system's package manager, on every machine that evaluates."
        )
    return ""


def imported_but_absent(texts: Mapping[str, str], packages: Sequence[str], own: Sequence[str] = ()) -> dict[str, str]:
    """Modules that Python files import and that neither Python, the files nor the packages bring: where, by module.

    own are further modules that are there. A package is known by its name, so this is a guess to be checked by running.
    """
    here = {part.removesuffix(".py") for path in texts for part in path.split("/")}
    brought = {_plain(package.partition("==")[0]) for package in packages}
    found: dict[str, str] = {}
    for path, text in texts.items():
        if not path.endswith(".py"):
            continue
        for module, line in _imports(text):
            present = module in sys.stdlib_module_names or module in here or module in own
            if not present and _plain(PACKAGES.get(module, module)) not in brought:
                found.setdefault(module, f"{path}:{line}")
    return found


def pin(module: str) -> str:
    """A module's package with the version that is installed here, or with the word VERSION."""
    package = PACKAGES.get(module, module)
    try:
        return f"{package}=={importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package}==VERSION"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imports(text: str) -> Iterator[tuple[str, int]]:
    """Top-level modules with their lines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno
