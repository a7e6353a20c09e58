"""When clinicians see patients, as the slot engine takes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Integer,
    Row,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.catalogue import Place
from booking_app.db.tables import AvailabilityException, AvailabilityWindow, TimeOff
from booking_app.db.tables import Closure as ClosureTable
from booking_app.db.types import Id
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


_WINDOW, _CLOSURE = "window", "closure"  # an exception says itself whether it opens or closes
_NO_KEY, _NO_NUMBER = cast(null(), Id), cast(null(), Integer)
_CLINICIANS = bindparam("clinician_ids", expanding=True)
# One statement for all of it: a claim waits for this while it keeps others from the diary.
_HOURS = union_all(
    select(
        literal_column(f"'{_WINDOW}'", String),
        WINDOW.c.clinician_id,
        WINDOW.c.location_id,
        WINDOW.c.id,
        WINDOW.c.valid_from,
        WINDOW.c.valid_until,
        WINDOW.c.weekday,
        WINDOW.c.start_minute,
        WINDOW.c.end_minute,
        WINDOW.c.buffer_minutes,
    ).where(
        WINDOW.c.clinician_id.in_(_CLINICIANS),
        WINDOW.c.is_active,
        WINDOW.c.deleted_at.is_(None),
        or_(WINDOW.c.valid_until.is_(None), WINDOW.c.valid_until >= bindparam("since")),
    ),
    select(
        EXCEPTION.c.kind,
        EXCEPTION.c.clinician_id,
        EXCEPTION.c.location_id,
        EXCEPTION.c.id,
        EXCEPTION.c.day,
        EXCEPTION.c.day,
        _NO_NUMBER,
        EXCEPTION.c.start_minute,
        EXCEPTION.c.end_minute,
        _NO_NUMBER,
    ).where(
        EXCEPTION.c.clinician_id.in_(_CLINICIANS),
        EXCEPTION.c.deleted_at.is_(None),
        EXCEPTION.c.day >= bindparam("since"),
    ),
    select(
        literal_column(f"'{_CLOSURE}'", String),
        _NO_KEY,
        CLOSURE.c.location_id,
        CLOSURE.c.id,
        CLOSURE.c.starts_on,
        CLOSURE.c.ends_on,
        _NO_NUMBER,
        _NO_NUMBER,
        _NO_NUMBER,
        _NO_NUMBER,
    ).where(
        CLOSURE.c.organization_id == bindparam("organization_id"),
        CLOSURE.c.ends_on >= bindparam("since"),
    ),
)
_TIME_OFF = select(TIME_OFF.c.clinician_id, TIME_OFF.c.starts_at, TIME_OFF.c.ends_at).where(
    TIME_OFF.c.clinician_id.in_(bindparam("clinician_ids", expanding=True)),
    TIME_OFF.c.deleted_at.is_(None),
    TIME_OFF.c.starts_at < bindparam("ends_at"),
    TIME_OFF.c.ends_at > bindparam("begins_at"),
)


async def list_hours(
    rx: AsyncConnection, *, organization_id: int, clinician_ids: Collection[int], now: datetime
) -> dict[int, ClinicianHours]:
    """Return the hours of each of ``clinician_ids`` from today on, without an end."""
    values = {
        "organization_id": organization_id,
        "clinician_ids": list(clinician_ids),
        "since": now.date() - _LOCAL_DATE_LAG,
    }
    closures: dict[int | None, list[Closure]] = defaultdict(list)
    hours = {each: ClinicianHours(closures=closures) for each in clinician_ids}
    # In one order always, so that equal hours are equal objects and share computed starts.
    for row in sorted(await rx.execute(_HOURS, values), key=_order):
        kind, clinician_id, location_id, _, first_day, last_day, weekday, start, end, buffer = row
        if kind == _CLOSURE:
            closures[location_id].append(Closure(first_day, last_day))
        elif kind == _WINDOW:
            window = WeeklyWindow(weekday, start, end, buffer, first_day, last_day)
            hours[clinician_id].windows[location_id].append(window)
        else:
            exception = DateException(first_day, ExceptionKind(kind), start, end)
            hours[clinician_id].exceptions[location_id].append(exception)
    return hours


def _order(row: Row[*tuple[Any, ...]]) -> tuple[int, date, int, int]:
    """Order windows by weekday, exceptions and closures by day, then by start and age."""
    _, _, _, key, first_day, _, weekday, start, *_ = row
    day = first_day if weekday is None else date.min
    return (weekday or 0, day, start or 0, key)


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


def _of_place(by_place: dict[int | None, list[T]], place: Place) -> Iterable[T]:
    return (*by_place.get(None, ()), *by_place.get(place.id, ()))
