from django.urls import path

from apps.lineage import views
from apps.lineage.calls import views as calls
from apps.lineage.comparing import views as comparing
from apps.lineage.graph import views as graph
from apps.lineage.log import views as log
from apps.lineage.maps import views as maps

_RUN = "projects/<str:slug>/runs/<int:number>/"
_LINEAGE = _RUN + "lineage/"
_LOG = "projects/<str:slug>/log/"
_CANDIDATE = "projects/<str:slug>/runs/<int:run>/candidates/<int:number>/"

urlpatterns = [
    path("projects/<str:slug>/lineage/", graph.latest, name="lineage-latest"),
    path(_LINEAGE, graph.lineage, name="lineage"),
    path(_LINEAGE + "data", graph.data, name="lineage-data"),
    path(_RUN + "map/", maps.archive_map, name="run-map"),
    path(_RUN + "front/", maps.pareto_front, name="run-front"),
    path(_RUN + "operators/", maps.operator_credit, name="run-operators"),
    path(_RUN + "contracts/", maps.contract_record, name="run-contracts"),
    path(_RUN + "compare/", comparing.compare_runs, name="run-compare"),
    path(_RUN + "calls/", calls.calls, name="calls"),
    path(_RUN + "calls/<int:identifier>/", calls.call, name="call"),
    path(_RUN + "calls/<int:identifier>/<str:part>.txt", calls.download, name="call-download"),
    path(_LOG, log.log, name="log"),
    path(_LOG + "verify", log.verify, name="log-verify"),
    path(_LOG + "export.<str:form>", log.exported, name="log-export"),
    path(_LOG + "<int:sequence>/", log.entry, name="log-entry"),
    path(_CANDIDATE, views.candidate, name="candidate"),
    path(_CANDIDATE + "compare/", comparing.compare_candidates, name="candidate-compare"),
    path(_CANDIDATE + "changes", views.changes, name="candidate-changes"),
    path(_CANDIDATE + "comments", views.comment, name="comment"),
    path(_CANDIDATE + "files/<path:path>", views.file, name="candidate-file"),
    path(_CANDIDATE + "outputs/<int:trajectory>", views.output, name="output"),
]
