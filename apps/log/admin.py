"""Logs, to look at."""

from django.contrib import admin

from apps.common.admin import Window
from apps.log.models import Event, LogHead


@admin.register(Event)
class EventWindow(Window):
    list_display = ("id", "project", "sequence", "kind", "actor", "subject")


@admin.register(LogHead)
class LogHeadWindow(Window):
    list_display = ("project", "sequence")
