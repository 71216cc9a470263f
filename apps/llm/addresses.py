"""Which addresses a model may have: public ones over https, and private ones only where the operator named the host.

A base URL comes from a form; without this the installation could be made to ask the machines beside it, or a cloud's
metadata service, for things that only they may know. A name is checked where it is connected to, by the very address
that is used, so that a name which changes its mind between two look-ups gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from apps.common.errors import UserError

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ENDPOINT = "/v1/messages"

# Networks whose addresses end in an IPv4 one: NAT64 (RFC 6052), compatible (RFC 4291), translated (RFC 2765).
_ENDING = [ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]


class Forbidden(UserError):
    """The address may not be asked."""


def check(url: str, allowed: Iterable[str]) -> str:
    """The base URL without a slash at its end. Raises Forbidden. A name that cannot be resolved now is let through."""
    parts = _split(url)
    host = (parts.hostname or "").lower()
    if parts.path.rstrip("/").endswith(ENDPOINT):
        raise Forbidden(f"Give the part of {url} before {ENDPOINT}, which every call adds itself.")
    if named(host, parts.port, allowed):
        return url.rstrip("/")
    if parts.scheme != "https":
        raise Forbidden(
            f"{url} would send prompts and keys in the clear. Use https://, or name {host} in "
            "EVOWEB_LLM_PRIVATE_URLS if it is a machine of yours."
        )
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return url.rstrip("/")
    for *_, place in found:
        _require_public(host, str(place[0]))
    return url.rstrip("/")


async def resolve(host: str, port: int, allowed: Iterable[str]) -> list[str]:
    """The addresses of a host that may be connected to. Raises Forbidden if one of them may not, and OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not named(host.lower(), port, allowed):
        for address in addresses:
            _require_public(host, address)
    return addresses


def named(host: str, port: int | None, allowed: Iterable[str]) -> bool:
    """Whether the operator allowed the host, as `host`, `host:port` or a whole address."""
    wanted = {entry.strip().lower().rpartition("://")[2].partition("/")[0] for entry in allowed}
    shown = f"[{host}]" if ":" in host else host
    return host in wanted or shown in wanted or f"{shown}:{port}" in wanted


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet at large, and so do the ones that are wrapped in it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped (RFC 4291), 6to4 (3056), Teredo (4380), or at its end."""
    if any(address in network for network in _ENDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _require_public(host: str, address: str) -> None:
    if is_public(ipaddress.ip_address(address.partition("%")[0])):
        return
    what = address if host == address else f"{host} ({address})"
    raise Forbidden(
        f"{what} is a private address and is not asked. If a model of yours runs there, allow it where evoweb is "
        f"started, with EVOWEB_LLM_PRIVATE_URLS={host}"
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Forbidden(f"{url!r} is no address. Give one like https://api.example.org") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in url):
        raise Forbidden(f"{url!r} is no address. Give one like https://api.example.org")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("A base URL holds no user or password. Name the variable of the environment with the key.")
    if parts.query or parts.fragment:
        raise Forbidden(f"{url} ends in a query or a fragment. Give the address alone, like https://api.example.org")
    return parts
