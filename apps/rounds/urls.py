from django.urls import path

from apps.rounds.views import champion, control, home, project, run, start, status

_PROJECT = "projects/<str:slug>/"
_RUN = _PROJECT + "runs/<int:number>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", home.projects, name="projects"),
    path(_PROJECT, project.project, name="project"),
    path(_PROJECT + "tasks/", project.tasks, name="tasks"),
    path(_PROJECT + "champion/", champion.files, name="champion"),
    path(_PROJECT + "champion.zip", champion.as_zip, name="champion-zip"),
    path(_PROJECT + "champion.patch", champion.as_patch, name="champion-patch"),
    path(_PROJECT + "runs/new", start.start_run, name="run-new"),
    path(_RUN, run.run, name="run"),
    path(_RUN + "candidates/", run.candidates, name="candidates"),
    path(_RUN + "pause", control.act, {"action": "pause"}, name="run-pause"),
    path(_RUN + "resume", control.act, {"action": "resume"}, name="run-resume"),
    path(_RUN + "finish", control.act, {"action": "finish"}, name="run-finish"),
    path(_RUN + "abort", control.act, {"action": "abort"}, name="run-abort"),
    path(_RUN + "mode", control.act, {"action": "mode"}, name="run-mode"),
    path("live/sequences", run.sequences, name="sequences"),
    path("status", status.status, name="status"),
]
