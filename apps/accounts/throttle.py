"""Guessing passwords is slow: after a few wrong ones an account is closed to the address they came from.

To other addresses it stays open, so nobody can lock an administrator out from elsewhere. An address that fails at
everything is closed to all accounts. An attempt is counted before the password is looked at, because a thousand
at once would all find the count still low.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.models import Failures

PER_ACCOUNT = 5
PER_ADDRESS = 100
WINDOW = timedelta(minutes=15)


class Closed(Exception):
    """There were too many failures. everything: not only this account is closed to the address."""

    def __init__(self, until: datetime, everything: bool) -> None:
        super().__init__(f"closed until {until:%H:%M} UTC")
        self.until, self.everything = until, everything

    @property
    def minutes(self) -> int:
        """Until it opens again, rounded up."""
        return max(1, -((timezone.now() - self.until) // timedelta(minutes=1)))


@transaction.atomic
def count(account: str, address: str) -> None:
    """Count an attempt, until forgive() says that it succeeded. Raises Closed, and then counts nothing."""
    now, place = timezone.now(), _place(address)
    Failures.objects.filter(since__lt=now - WINDOW).delete()
    rows = [(_row(key, place, now), most) for key, most in ((_digest(account), PER_ACCOUNT), ("", PER_ADDRESS))]
    if closed := [row for row, most in rows if row.count >= most]:
        last = max(closed, key=lambda row: row.since)
        raise Closed(last.since + WINDOW, everything=not last.account)
    Failures.objects.filter(pk__in=[row.pk for row, _ in rows]).update(count=F("count") + 1)


@transaction.atomic
def forgive(account: str, address: str) -> None:
    """The attempt was none: its person proved to be the one."""
    place = _place(address)
    Failures.objects.filter(account=_digest(account), address=place).delete()
    Failures.objects.filter(account="", address=place, count__gt=0).update(count=F("count") - 1)


def reopen(account: str) -> None:
    """Open an account to all addresses: it has a new password."""
    Failures.objects.filter(account=_digest(account)).delete()


def _row(account: str, place: str, now: datetime) -> Failures:
    rows = Failures.objects.select_for_update()
    return rows.get_or_create(account=account, address=place, defaults={"since": now})[0]


def _place(address: str) -> str:
    """One host: whoever has an IPv6 address has 2**64 of them."""
    if not address:
        return ""
    known = ip_address(address)
    return str(known if known.version == 4 else ip_network((known, 64), strict=False))


def _digest(account: str) -> str:
    return salted_hmac("apps.accounts.throttle", account, algorithm="sha256").hexdigest()
