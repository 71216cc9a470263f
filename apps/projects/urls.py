from django.urls import path

from apps.projects.views import invitations, members, people

_MEMBERS = "projects/<str:slug>/members/"

urlpatterns = [
    path(_MEMBERS, members.members, name="members"),
    path(_MEMBERS + "invite", members.invite, name="member-invite"),
    path(_MEMBERS + "<int:member>/role", members.change_role, name="member-role"),
    path(_MEMBERS + "<int:member>/remove", members.remove, name="member-remove"),
    path(_MEMBERS + "invitations/<int:invitation>/revoke", members.revoke, name="member-revoke"),
    path("invitations/<str:token>", invitations.invitation, name="invitation"),
    path("people/", people.everybody, name="people"),
    path("people/invite", people.invite, name="people-invite"),
    path("people/invitations/<int:invitation>/revoke", people.revoke, name="people-revoke"),
    path("people/<int:person>/reset", people.reset, name="people-reset"),
    path("people/<int:person>/<str:deed>", people.act, name="people-act"),
]
