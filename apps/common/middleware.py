"""What every request passes, whichever page it is for."""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

REPLACEMENT = "%EF%BF%BD"  # what stands for a character that cannot be shown


class NoNulMiddleware(MiddlewareMixin):
    """Takes NULs out of what an address asks for: no text here holds one, and PostgreSQL breaks off at one."""

    def process_request(self, request: HttpRequest) -> None:
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked:
            request.META["QUERY_STRING"] = asked.replace("%00", REPLACEMENT)
