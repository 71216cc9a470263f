from django.urls import path

from apps.rounds import views

urlpatterns = [
    path("", views.home, name="home"),
    path("projects/<str:slug>/", views.project, name="project"),
    path("projects/<str:slug>/runs/<int:number>/", views.run, name="run"),
    path("projects/<str:slug>/runs/<int:number>/candidates/", views.candidates, name="candidates"),
    path("live/sequences", views.sequences, name="sequences"),
    path("status", views.status, name="status"),
]
