"""How a person wants to see changes: in the address of the page, and remembered by the browser for the next one."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

_YEAR = 365 * 24 * 3600
_CHOICES = {"view": ("unified", "split"), "space": ("shown", "ignored")}


@dataclass(frozen=True, slots=True)
class Look:
    """view: unified or split; space: shown or ignored; base: what it is compared with; whole: every equal line too."""

    view: str = "unified"
    space: str = "shown"
    base: str = "parent"
    whole: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Look":
        """As the address says, else as the browser remembers; what is no choice counts as absent."""
        chosen = {name: _chosen(request, name) for name in _CHOICES}
        base = request.GET.get("base", "parent")
        return cls(**chosen, base=base[:200], whole=request.GET.get("lines") == "all")

    @property
    def query(self) -> dict[str, str]:
        """The same as parameters of an address, the usual ones left out."""
        said = {"view": self.view, "space": self.space, "base": self.base, "lines": "all" if self.whole else ""}
        usual = {"base": "parent", "lines": ""}
        return {name: value for name, value in said.items() if value != usual.get(name)}

    @property
    def other_view(self) -> "Look":
        return replace(self, view="unified" if self.view == "split" else "split")

    @property
    def other_space(self) -> "Look":
        return replace(self, space="shown" if self.space == "ignored" else "ignored")

    def __str__(self) -> str:
        return urlencode(self.query)


def remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep what the address chose for the pages that come after."""
    for name, choices in _CHOICES.items():
        if request.GET.get(name) in choices:
            response.set_cookie(f"diff-{name}", request.GET[name], max_age=_YEAR, httponly=True, samesite="Lax")
    return response


def _chosen(request: HttpRequest, name: str) -> str:
    said = (request.GET.get(name), request.COOKIES.get(f"diff-{name}"))
    return next((value for value in said if value in _CHOICES[name]), _CHOICES[name][0])
