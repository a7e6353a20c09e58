"""When clinicians see patients, as the slot engine takes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.catalogue import Place
from booking_app.db.tables import AvailabilityException, AvailabilityWindow, TimeOff
from booking_app.db.tables import Closure as ClosureTable
from booking_app.domain.availability import (
    Closure,
    DateException,
    ExceptionKind,
    OpeningHours,
    WeeklyWindow,
)
from booking_app.domain.timespan import TimeSpan

T = TypeVar("T")

WINDOW = core(AvailabilityWindow)
EXCEPTION = core(AvailabilityException)
TIME_OFF = core(TimeOff)
CLOSURE = core(ClosureTable)

_LOCAL_DATE_LAG = timedelta(days=2)
"""No wall calendar is further behind the one of UTC."""


@dataclass(frozen=True, slots=True)
class ClinicianHours:
    """The hours of one clinician, for all the places of the clinic."""

    windows: dict[int, list[WeeklyWindow]] = field(default_factory=lambda: defaultdict(list))
    exceptions: dict[int | None, list[DateException]] = field(
        default_factory=lambda: defaultdict(list)
    )
    closures: dict[int | None, list[Closure]] = field(default_factory=lambda: defaultdict(list))
    """Shared by all clinicians of the clinic. The key None is for every place."""

    def at(self, place: Place) -> OpeningHours:
        """Return the hours at ``place``: an exception or closure without a place counts there."""
        return OpeningHours(
            ZoneInfo(place.zone),
            windows=tuple(self.windows.get(place.id, ())),
            exceptions=tuple(_of_place(self.exceptions, place)),
            closures=tuple(_of_place(self.closures, place)),
        )


_WINDOWS = (
    select(
        WINDOW.c.clinician_id,
        WINDOW.c.location_id,
        WINDOW.c.weekday,
        WINDOW.c.start_minute,
        WINDOW.c.end_minute,
        WINDOW.c.buffer_minutes,
        WINDOW.c.valid_from,
        WINDOW.c.valid_until,
    )
    .where(
        WINDOW.c.clinician_id.in_(bindparam("clinician_ids", expanding=True)),
        WINDOW.c.is_active,
        WINDOW.c.deleted_at.is_(None),
        or_(WINDOW.c.valid_until.is_(None), WINDOW.c.valid_until >= bindparam("since")),
    )
    # In one order always, so that equal hours are equal objects and share computed starts.
    .order_by(WINDOW.c.weekday, WINDOW.c.start_minute, WINDOW.c.id)
)
_EXCEPTIONS = (
    select(
        EXCEPTION.c.clinician_id,
        EXCEPTION.c.location_id,
        EXCEPTION.c.day,
        EXCEPTION.c.kind,
        EXCEPTION.c.start_minute,
        EXCEPTION.c.end_minute,
    )
    .where(
        EXCEPTION.c.clinician_id.in_(bindparam("clinician_ids", expanding=True)),
        EXCEPTION.c.deleted_at.is_(None),
        EXCEPTION.c.day >= bindparam("since"),
    )
    .order_by(EXCEPTION.c.day, EXCEPTION.c.start_minute, EXCEPTION.c.id)
)
_TIME_OFF = select(TIME_OFF.c.clinician_id, TIME_OFF.c.starts_at, TIME_OFF.c.ends_at).where(
    TIME_OFF.c.clinician_id.in_(bindparam("clinician_ids", expanding=True)),
    TIME_OFF.c.deleted_at.is_(None),
    TIME_OFF.c.starts_at < bindparam("ends_at"),
    TIME_OFF.c.ends_at > bindparam("begins_at"),
)
_CLOSURES = (
    select(CLOSURE.c.location_id, CLOSURE.c.starts_on, CLOSURE.c.ends_on)
    .where(
        CLOSURE.c.organization_id == bindparam("organization_id"),
        CLOSURE.c.ends_on >= bindparam("since"),
    )
    .order_by(CLOSURE.c.starts_on, CLOSURE.c.id)
)


async def list_hours(
    rx: AsyncConnection, *, organization_id: int, clinician_ids: Collection[int], now: datetime
) -> dict[int, ClinicianHours]:
    """Return the hours of each of ``clinician_ids`` from today on, without an end."""
    since = now.date() - _LOCAL_DATE_LAG
    closures = await _closures(rx, organization_id, since)
    hours = {each: ClinicianHours(closures=closures) for each in clinician_ids}
    values = {"clinician_ids": list(clinician_ids), "since": since}
    for clinician_id, location_id, *window in await rx.execute(_WINDOWS, values):
        hours[clinician_id].windows[location_id].append(WeeklyWindow(*window))
    for clinician_id, location_id, day, kind, start_minute, end_minute in await rx.execute(
        _EXCEPTIONS, values
    ):
        hours[clinician_id].exceptions[location_id].append(
            DateException(day, ExceptionKind(kind), start_minute, end_minute)
        )
    return hours


async def list_time_off(
    rx: AsyncConnection,
    *,
    clinician_ids: Collection[int],
    begins_at: datetime,
    ends_at: datetime,
) -> dict[int, list[tuple[int, int]]]:
    """Return the absences that touch a period, in epoch minutes as the engine takes them."""
    values = {"clinician_ids": list(clinician_ids), "begins_at": begins_at, "ends_at": ends_at}
    absences: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for clinician_id, starts_at, until in await rx.execute(_TIME_OFF, values):
        absences[clinician_id].append(TimeSpan(starts_at, until).whole_minutes())
    return absences


async def _closures(
    rx: AsyncConnection, organization_id: int, since: date
) -> dict[int | None, list[Closure]]:
    values = {"organization_id": organization_id, "since": since}
    closures: dict[int | None, list[Closure]] = defaultdict(list)
    for location_id, starts_on, ends_on in await rx.execute(_CLOSURES, values):
        closures[location_id].append(Closure(starts_on, ends_on))
    return closures


def _of_place(by_place: dict[int | None, list[T]], place: Place) -> Iterable[T]:
    return (*by_place.get(None, ()), *by_place.get(place.id, ()))
