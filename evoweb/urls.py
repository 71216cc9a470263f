from django.urls import include, path

urlpatterns = [
    path("", include("apps.accounts.urls")),
    path("", include("apps.oversight.urls")),
    path("", include("apps.rounds.urls")),
    path("", include("apps.lineage.urls")),
]
