"""One view for a page and for its live regions: a region is a named partial of the page's template."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers


def region(request: HttpRequest, template: str, context: Mapping[str, Any], regions: Collection[str]) -> HttpResponse:
    """The page, or, where our script asks for `?region=` by name, that partial alone."""
    wanted = request.GET.get("region", "")
    alone = request.headers.get("HX-Request") == "true" and wanted in regions
    response = render(request, f"{template}#{wanted}" if alone else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def onward(request: HttpRequest, link: str) -> HttpResponse:
    """To the page that comes after a form: a redirect, or for our script the link, as a header.

    Where the script has that page at hand already, the body is what the page would have said of the form (messages).
    """
    if request.headers.get("HX-Request") != "true":
        return redirect(link)
    at_hand = request.headers.get("Evoweb-Ready") == link
    response = render(request, "parts/messages.html") if at_hand else HttpResponse()
    response["HX-Redirect"] = link
    return response
