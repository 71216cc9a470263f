"""What every address must be, whichever page it is of."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class TextOnlyMiddleware(MiddlewareMixin):
    """Refuses addresses with a NUL: no text here holds one, and PostgreSQL takes it for an error of the program."""

    def process_request(self, request: HttpRequest) -> None:
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise BadRequest("an address holds no NUL")
