"""Edits as models write them: one form per module, all read into the complete new text of each file that changes."""

from collections.abc import Mapping

from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.form import Form
from apps.engine.variation.text.full_rewrite import FullRewrite
from apps.engine.variation.text.parts import Parts
from apps.engine.variation.text.search_replace import SearchReplace
from apps.engine.variation.text.unified_diff import UnifiedDiff

FORMS: Mapping[str, Form] = {form.name: form for form in (SearchReplace(), FullRewrite(), UnifiedDiff(), Parts())}

__all__ = ["FORMS", "Complaint", "Form", "FullRewrite", "Parts", "SearchReplace", "UnifiedDiff"]
