from django.urls import path

from apps.rounds.views import home, run, start, status

_PROJECT = "projects/<str:slug>/"
_RUN = _PROJECT + "runs/<int:number>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", home.projects, name="projects"),
    path(_PROJECT, run.project, name="project"),
    path(_PROJECT + "runs/new", start.start_run, name="run-new"),
    path(_RUN, run.run, name="run"),
    path(_RUN + "candidates/", run.candidates, name="candidates"),
    path("live/sequences", run.sequences, name="sequences"),
    path("status", status.status, name="status"),
]
