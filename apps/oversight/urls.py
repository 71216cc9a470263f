from django.urls import path

from apps.oversight.views import gate, policy, queue, stops, verdicts

_PROJECT = "projects/<str:slug>/"
_CANDIDATE = _PROJECT + "runs/<int:run>/candidates/<int:number>/"

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/next", queue.take_next, name="queue-next"),
    path("queue/<int:identifier>/", gate.gate, name="gate"),
    path("queue/<int:identifier>/edit", gate.edit, name="gate-edit"),
    path("queue/<int:identifier>/answer", gate.answer, name="answer"),
    path("queue/<int:identifier>/claim", gate.claim, name="claim"),
    path("queue/<int:identifier>/free", gate.free, name="free"),
    path("queue/<int:identifier>/take-over", gate.take_over, name="take-over"),
    path("answers/<int:identifier>/withdraw", gate.withdraw, name="withdraw"),
    path(_PROJECT + "pause", stops.pause, name="pause"),
    path(_PROJECT + "resume", stops.resume, name="resume"),
    path(_PROJECT + "policy/", policy.policy, name="policy"),
    path(_CANDIDATE + "revert", verdicts.revert, name="revert"),
    path(_CANDIDATE + "promote", verdicts.promote, name="promote"),
]
