"""run_shinka_eval, and names of the search that a task's files may import and never use here."""

from typing import Any

import standin

from .wrap_eval import load_program, run_shinka_eval, save_json_results

__all__ = ["load_program", "run_shinka_eval", "save_json_results"]


def __getattr__(name: str) -> Any:
    return standin.unused(__name__, name)
