"""Loads an example's files as modules, the way a sandbox does."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def load() -> Callable[[str, str], ModuleType]:
    """load("two_files", "main.py") gives that file as a module."""

    def loaded(example: str, file: str) -> ModuleType:
        spec = spec_from_file_location(f"{example}_{Path(file).stem}", EXAMPLES / example / file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        spec.loader.exec_module(module)
        sys.dont_write_bytecode = before
        return module

    return loaded
