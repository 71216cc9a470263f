"""Django's admin at /admin/, for superusers, to look only (apps/common/admin.py)."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class Site(AdminSite):
    """Signing in is the product's own page, throttled and logged; others are refused."""

    site_header = site_title = "evoweb records"
    index_title = "Records, to look at"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied("Only an admin of this installation may look at the records here.")
        return redirect(f"/sign-in?next={request.path}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        return redirect("password-change")


class Config(AdminConfig):
    """The admin with our site as its default."""

    default_site = "evoweb.admin.Site"
