"""People, to look at."""

from django.contrib import admin
from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.common.admin import Window

admin.site.unregister(Group)  # roles are memberships of projects


@admin.register(User)
class UserWindow(Window):
    list_display = ("username", "is_active", "is_superuser", "last_login")
    search_fields = ("=username",)
    search_help_text = "by name"
    hidden = ("password",)
