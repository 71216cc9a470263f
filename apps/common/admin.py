"""Django's admin as a window: superusers look at records there, and nobody changes one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import BinaryField, Model
from django.http import HttpRequest
from django.utils.functional import cached_property

from apps.common.text import visible

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
else:  # generic for type checkers only
    _Paginator, _ModelAdmin = Paginator, admin.ModelAdmin

COUNTED = 5_000  # rows that can be paged through; further ones are found by their id
SHOWN = 4_000  # bytes of a binary column
DIGEST = 32


class Bounded(_Paginator):
    """Pages that never count a long table to its end."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:COUNTED].count())


class Window(_ModelAdmin):
    """Every column of a model but the hidden ones, to read. Lists show the newest first and walk no history."""

    actions = None
    show_full_result_count = False
    paginator = Bounded
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("=pk",)
    search_help_text = "by id"
    hidden: tuple[str, ...] = ()
    plural = ""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if self.plural:  # here, because in a model it would take a migration
            self.model._meta.verbose_name_plural = self.plural

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        columns = [field for field in self.model._meta.fields if field.name not in self.hidden]
        return [_bytes(field.name) if isinstance(field, BinaryField) else field.name for field in columns]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)


def _bytes(name: str) -> Callable[[Model], str]:
    """A binary column as text: digests in hex, canonical bytes as they are, bounded."""

    def shown(row: Model) -> str:
        data = bytes(getattr(row, name) or b"")
        text = data.hex() if len(data) <= DIGEST else data[:SHOWN].decode(errors="replace")
        return visible(text) or "–"

    shown.__name__ = name
    return admin.display(description=name.replace("_", " "))(shown)
