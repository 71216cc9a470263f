"""A middleware that says in X-Queries how many queries a response took, and in X-Processor-Ms how long."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


def counting(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        count = 0

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            return execute(sql, params, many, context)

        begun = time.thread_time()
        with connection.execute_wrapper(counted):
            response = get_response(request)
        response["X-Queries"] = str(count)
        response["X-Processor-Ms"] = f"{1000 * (time.thread_time() - begun):.1f}"
        return response

    return respond
