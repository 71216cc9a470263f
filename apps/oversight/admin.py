"""Oversight, to look at."""

from django.contrib import admin

from apps.common.admin import Window
from apps.oversight.models import Answer, Claim, Comment, Latch, Policy


@admin.register(Policy)
class PolicyWindow(Window):
    plural = "policies"
    list_display = ("id", "run_id", "version", "mode", "actor", "at")


@admin.register(Latch)
class LatchWindow(Window):
    plural = "latches"
    list_display = ("id", "project", "run_id", "reason", "set_by", "set_at", "released_at")
    list_select_related = ("project",)


@admin.register(Answer)
class AnswerWindow(Window):
    list_display = ("id", "effect_id", "decision", "person", "at", "outcome")
    list_select_related = ("person",)


@admin.register(Claim)
class ClaimWindow(Window):
    list_display = ("id", "effect_id", "person", "since", "until")
    list_select_related = ("person",)


@admin.register(Comment)
class CommentWindow(Window):
    list_display = ("id", "candidate_id", "person", "at")
    list_select_related = ("person",)
