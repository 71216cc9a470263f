from django.urls import path

from apps.lineage import views

_CANDIDATE = "projects/<str:slug>/runs/<int:run>/candidates/<int:number>/"

urlpatterns = [
    path(_CANDIDATE, views.candidate, name="candidate"),
    path(_CANDIDATE + "changes", views.changes, name="candidate-changes"),
    path(_CANDIDATE + "comments", views.comment, name="comment"),
    path(_CANDIDATE + "files/<path:path>", views.file, name="candidate-file"),
    path(_CANDIDATE + "outputs/<int:trajectory>", views.output, name="output"),
]
