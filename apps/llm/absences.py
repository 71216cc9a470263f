"""Models that did not answer lately: asked nothing for a while, then one short question, until they answer again.

One breaker for each model, shared by all runs: while its server is down nothing is paid for prompts that nobody
answers, and when it is back one question finds out, not one of every round that waits.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.llm import latches
from apps.llm.contract import CallFailure
from apps.llm.models import Absence, LanguageModel
from apps.llm.waits import Wait
from apps.log.chain import Entry
from apps.records.sql import update

FIRST_REST = timedelta(seconds=2)  # doubles with each question that is not answered
LONGEST_REST = timedelta(minutes=5)
BRIEF = timedelta(seconds=10)  # an absence that is shorter is nobody's concern
UNASKED = timedelta(hours=1)  # nobody needed it for so long after its time had come: what was before tells nothing
AWAY_AT_MOST = timedelta(hours=24)  # then it will hardly come back by itself: it is stopped, and a person is told
_ANSWERED = f'DELETE FROM "{Absence._meta.db_table}" WHERE model_id = %s AND NOT (wished AND until > %s)'


def wait(model: LanguageModel, away: Absence) -> Wait:
    """What its calls wait for."""
    return Wait("away", model.name, away.until, brief=away.until - away.since < BRIEF, model=model.pk)


def noticed(model: int, failure: CallFailure) -> None:
    """A call found nobody at home. Where its server named a time, that is kept."""
    now = timezone.now()
    wish = failure.retry_after
    until = now + (FIRST_REST if wish is None else timedelta(seconds=wish))
    told = {"reason": failure.detail[:500], "until": until, "wished": wish is not None}
    row, new = Absence.objects.get_or_create(model_id=model, defaults={"since": now, **told})
    if new:
        return
    if wish is None or until <= row.until:
        del told["until"], told["wished"]
    Absence.objects.filter(pk=row.pk).update(**told)


def answered(models: Iterable[int]) -> None:
    """These models answered somebody. One whose server named a time is left alone until then all the same."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    update(_ANSWERED, [[model, now] for model in models])


def forget(model: int) -> None:
    """Ask it as if nothing had been: a person mended something."""
    Absence.objects.filter(model_id=model).delete()


def take_turn(model: int, project: int) -> tuple[bool, list[Entry]]:
    """Be the one who asks it again, inside a transaction; and entries for the log.

    False where it is not time, where another was faster, and where it has been away for so long that it is stopped now.
    """
    now = timezone.now()
    row = Absence.objects.filter(model_id=model, until__lte=now).first()
    if row is None:
        return False, []
    mine = Absence.objects.filter(pk=row.pk, tries=row.tries, until=row.until)
    if now - row.until >= UNASKED:
        return bool(mine.update(tries=1, since=now, until=_next(now, 1), wished=False)), []
    if now - row.since >= AWAY_AT_MOST:
        row.delete()
        why = f"It has not answered since {row.since:%Y-%m-%d %H:%M} UTC. {row.reason}"
        return False, latches.stop(model, project, why)
    return bool(mine.update(tries=F("tries") + 1, until=_next(now, row.tries + 1), wished=False)), []


def _next(now: datetime, tries: int) -> datetime:
    doubled: timedelta = FIRST_REST * (1 << min(tries, 20))
    return now + min(LONGEST_REST, doubled)
