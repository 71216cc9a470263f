"""What the web server runs: pages over HTTP, hints over one WebSocket."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")

http = get_asgi_application()  # sets Django up; consumers can be imported only after it

from evoweb.websocket import websocket  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": websocket})
