"""What the web server runs."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")

http = get_asgi_application()  # sets Django up; consumers can be imported only after it

# Here goes "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([...]))).
application = ProtocolTypeRouter({"http": http})
