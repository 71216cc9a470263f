"""Models and their calls, to look at."""

from django.contrib import admin

from apps.common.admin import Window
from apps.llm.models import Budget, Call, Casting, LanguageModel, ModelLatch, Price, Spend


@admin.register(LanguageModel)
class LanguageModelWindow(Window):
    list_display = ("id", "name", "model", "base_url", "key_variable", "retired")


@admin.register(Price)
class PriceWindow(Window):
    list_display = ("id", "model", "since", "input", "output", "cache_read", "cache_write")
    list_select_related = ("model",)


@admin.register(Casting)
class CastingWindow(Window):
    list_display = ("id", "project", "role", "model", "weight")
    list_select_related = ("project", "model")


@admin.register(ModelLatch)
class ModelLatchWindow(Window):
    plural = "model latches"
    list_display = ("id", "model", "reason", "set_by", "set_at", "released_at")
    list_select_related = ("model",)


@admin.register(Budget)
class BudgetWindow(Window):
    list_display = ("id", "project", "run_id", "daily", "money", "tokens")
    list_select_related = ("project",)


@admin.register(Spend)
class SpendWindow(Window):
    plural = "spends"
    list_display = ("id", "project", "run_id", "day", "money", "tokens", "calls")
    list_select_related = ("project",)


@admin.register(Call)
class CallWindow(Window):
    list_display = ("id", "model_id", "role", "state", "run_id", "cost", "seconds", "replayed")
