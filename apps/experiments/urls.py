from django.urls import path

from apps.experiments.views import pages, steering

_EXPERIMENT = "experiments/<int:number>/"

urlpatterns = [
    path("experiments/", pages.experiments, name="experiments"),
    path("experiments/new", steering.new, name="experiment-new"),
    path(_EXPERIMENT, pages.experiment, name="experiment"),
    path(_EXPERIMENT + "runs/", pages.runs, name="experiment-runs"),
    path(_EXPERIMENT + "runs.csv", pages.as_csv, name="experiment-csv"),
    path(_EXPERIMENT + "experiment.json", pages.as_json, name="experiment-json"),
    path(_EXPERIMENT + "figure.svg", pages.as_figure, name="experiment-figure"),
    path(_EXPERIMENT + "pause", steering.act, {"action": "pause"}, name="experiment-pause"),
    path(_EXPERIMENT + "resume", steering.act, {"action": "resume"}, name="experiment-resume"),
    path(_EXPERIMENT + "stop", steering.act, {"action": "stop"}, name="experiment-stop"),
]
