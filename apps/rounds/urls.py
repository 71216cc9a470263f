from django.urls import path

from apps.rounds.views import (
    axes,
    champion,
    control,
    home,
    intake,
    project,
    renewal,
    run,
    start,
    status,
    trajectory,
    trials,
)

_INTAKE = "projects/new/<uuid:identifier>"
_PROJECT = "projects/<str:slug>/"
_RUN = _PROJECT + "runs/<int:number>/"
_CANDIDATE = _RUN + "candidates/<int:candidate>/"
_TRAJECTORY = _CANDIDATE + "trajectories/<int:identifier>/"
_TRIAL = _CANDIDATE + "trials/<int:identifier>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/", home.projects, name="projects"),
    path("projects/new", intake.new, name="project-new"),
    path("projects/new/example", intake.example, name="project-example"),
    path("projects/new/folder", intake.folder, name="project-folder"),
    path(_INTAKE, intake.intake, name="intake"),
    path(_INTAKE + "/files", intake.add, name="intake-add"),
    path(_INTAKE + "/files/<path:path>", intake.file, name="intake-file"),
    path(_INTAKE + "/import", intake.accept, name="intake-import"),
    path(_INTAKE + "/check", intake.again, name="intake-check"),
    path(_INTAKE + "/discard", intake.discard, name="intake-discard"),
    path(_PROJECT, project.project, name="project"),
    path(_PROJECT + "tasks/", project.tasks, name="tasks"),
    path(_PROJECT + "renewal", renewal.renew, name="renewal"),
    path(_PROJECT + "axes/", axes.axes, name="axes"),
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
    path(_RUN + "budget", control.act, {"action": "extend"}, name="run-budget"),
    path(_RUN + "mode", control.act, {"action": "mode"}, name="run-mode"),
    path(_TRAJECTORY, trajectory.trajectory, name="trajectory"),
    path(_TRAJECTORY + "output", trajectory.output, name="trajectory-output"),
    path(_CANDIDATE + "trials/", trials.of_candidate, name="trials"),
    path(_TRIAL, trials.trial, name="trial"),
    path(_TRIAL + "stop", trials.stop, name="trial-stop"),
    path(_TRIAL + "<str:part>.txt", trials.download, name="trial-download"),
    path("live/sequences", run.sequences, name="sequences"),
    path("status", status.status, name="status"),
    path("status/stop", status.stop_all, name="stop-all"),
    path("status/release", status.release_all, name="release-all"),
]
