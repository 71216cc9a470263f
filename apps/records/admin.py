"""Records, to look at."""

from django.contrib import admin

from apps.common.admin import Window
from apps.records.models import CandidateEdit, Commission, Effect, Protocol, Round, Run, Trajectory, Verdict


@admin.register(Protocol)
class ProtocolWindow(Window):
    list_display = ("id", "__str__")


@admin.register(Run)
class RunWindow(Window):
    list_display = ("id", "project", "number", "method", "state", "measured", "candidates", "created")
    list_select_related = ("project",)


@admin.register(Round)
class RoundWindow(Window):
    list_display = ("id", "run_id", "kind", "state", "position")


@admin.register(Effect)
class EffectWindow(Window):
    list_display = ("id", "round_id", "position", "child", "kind", "state", "holder")


@admin.register(CandidateEdit)
class CandidateEditWindow(Window):
    list_display = ("id", "run_id", "number", "score", "failure", "verdict")


@admin.register(Trajectory)
class TrajectoryWindow(Window):
    """Without what came out: the candidate's page shows it, for the tasks that may be seen one by one."""

    plural = "trajectories"
    list_display = ("id", "candidate_id", "task_id", "repeat", "score", "failure", "seconds")
    hidden = ("report", "output")


@admin.register(Verdict)
class VerdictWindow(Window):
    list_display = ("id", "candidate_id", "decision", "by")


@admin.register(Commission)
class CommissionWindow(Window):
    list_display = ("id", "run_id", "kind", "candidate", "by", "at", "served")
