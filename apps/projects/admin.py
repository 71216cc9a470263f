"""Projects, to look at."""

from django.contrib import admin

from apps.common.admin import Window
from apps.projects.models import Component, Membership, Project, Task


@admin.register(Project)
class ProjectWindow(Window):
    list_display = ("id", "name", "direction", "method", "mode", "created")
    hidden = ("evaluator",)


@admin.register(Component)
class ComponentWindow(Window):
    list_display = ("id", "project", "path", "kind", "edit")
    list_select_related = ("project",)


@admin.register(Task)
class TaskWindow(Window):
    """What is asked and expected stays where it is: a look at a sealed task would be a look."""

    list_display = ("id", "project", "key", "split", "origin")
    list_select_related = ("project",)
    hidden = ("input", "expected")


@admin.register(Membership)
class MembershipWindow(Window):
    list_display = ("id", "project", "user", "role")
    list_select_related = ("project", "user")
