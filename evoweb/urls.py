from django.contrib import admin
from django.urls import include, path

from evoweb.api import api_urls

urlpatterns = [
    path("api/", api_urls()),
    path("admin/", admin.site.urls),
    path("", include("apps.accounts.urls")),
    path("", include("apps.projects.urls")),
    path("", include("apps.oversight.urls")),
    path("", include("apps.rounds.urls")),
    path("", include("apps.experiments.urls")),
    path("", include("apps.lineage.urls")),
]
