from django.urls import path

from apps.oversight import views

urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("queue/<int:identifier>/", views.gate, name="gate"),
    path("queue/<int:identifier>/answer", views.answer, name="answer"),
    path("projects/<str:slug>/pause", views.pause, name="pause"),
    path("projects/<str:slug>/resume", views.resume, name="resume"),
]
