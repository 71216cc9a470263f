"""The WebSocket half of the web process: signed-in people, from our own pages only."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from apps.rounds.consumers import LiveConsumer

websocket = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([path("live/", LiveConsumer.as_asgi())])))
