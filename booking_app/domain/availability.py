"""When a clinician sees patients at a location: weekly windows, exceptions, closures.

Everything here is wall-clock time of the location: local dates, and minutes since local midnight
as the clock on the wall shows them. What those mean in instants is the work of ``local_time``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1440
MAX_BUFFER_MINUTES = MINUTES_PER_DAY
"""No buffer is longer than a day; the slot grid keeps that much room before its first start."""

COARSE_CELL_MINUTES = 5


class ExceptionKind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A block of bookable time on one weekday, every week while it is valid.

    ``weekday`` 0 is Monday. The end is excluded and may be 1440, the midnight that ends the day.
    ``valid_from`` and ``valid_until`` are local dates, both included; None is no limit.
    ``buffer_minutes`` is the least time between two of its consecutive slots.
    """

    weekday: int
    start_minute: int
    end_minute: int
    buffer_minutes: int = 0
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday} is not 0 (Monday) to 6")
        _require_part_of_day(self.start_minute, self.end_minute)
        _require_buffer(self.buffer_minutes)

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class DateException:
    """What differs from the weekly windows on one local date; it wins over them.

    The open exceptions of a date replace its weekly windows. A closed one takes its minutes out
    of whatever is open that day, and without minutes it closes the whole day.
    """

    day: date
    kind: ExceptionKind
    start_minute: int | None = None
    end_minute: int | None = None
    buffer_minutes: int = 0

    def __post_init__(self) -> None:
        _require_buffer(self.buffer_minutes)
        if self.start_minute is not None and self.end_minute is not None:
            _require_part_of_day(self.start_minute, self.end_minute)
        elif self.kind == ExceptionKind.OPEN or not self.is_for_whole_day:
            raise ValueError("an exception needs both minutes; only a closed one may have neither")

    @property
    def is_for_whole_day(self) -> bool:
        return self.start_minute is None and self.end_minute is None


@dataclass(frozen=True, slots=True)
class Closure:
    """Local dates on which the location is closed, both included."""

    starts_on: date
    ends_on: date


class OpenWindow(NamedTuple):
    """A bookable block of one date, in minutes since local midnight."""

    start_minute: int
    end_minute: int
    buffer_minutes: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """All that decides when one clinician can be booked at one location, diary apart.

    It is hashable, and equal for clinicians who keep the same hours: they share computed starts.
    """

    zone: ZoneInfo
    windows: tuple[WeeklyWindow, ...]
    exceptions: tuple[DateException, ...] = ()
    closures: tuple[Closure, ...] = ()
    starts_on_five_minutes: bool = field(init=False, compare=False)
    """Whether each opening and each buffer is a multiple of five minutes of the wall clock."""

    def __post_init__(self) -> None:
        numbers = [n for w in self.windows for n in (w.start_minute, w.buffer_minutes)]
        numbers += [n for x in self.exceptions for n in (x.start_minute or 0, x.buffer_minutes)]
        aligned = not any(n % COARSE_CELL_MINUTES for n in numbers)
        object.__setattr__(self, "starts_on_five_minutes", aligned)


def open_windows(hours: OpeningHours, day: date) -> list[OpenWindow]:
    """Return the windows of ``day`` before anything is taken out of a part of it.

    Empty when a closure or an exception closes the whole day, also where another exception
    opens it.
    """
    exceptions = [x for x in hours.exceptions if x.day == day]
    if any(x.kind == ExceptionKind.CLOSED and x.is_for_whole_day for x in exceptions):
        return []
    if any(c.starts_on <= day <= c.ends_on for c in hours.closures):
        return []
    opened = [
        OpenWindow(x.start_minute, x.end_minute, x.buffer_minutes)
        for x in exceptions
        if x.kind == ExceptionKind.OPEN and x.start_minute is not None and x.end_minute is not None
    ]
    weekday = day.weekday()
    return opened or [
        OpenWindow(w.start_minute, w.end_minute, w.buffer_minutes)
        for w in hours.windows
        if w.weekday == weekday and w.is_valid_on(day)
    ]


def closed_parts(hours: OpeningHours) -> Iterator[tuple[date, int, int]]:
    """Yield date, start and end minute of each exception that closes a part of a day."""
    for x in hours.exceptions:
        if (
            x.kind == ExceptionKind.CLOSED
            and x.start_minute is not None
            and x.end_minute is not None
        ):
            yield x.day, x.start_minute, x.end_minute


def _require_part_of_day(start_minute: int, end_minute: int) -> None:
    if not 0 <= start_minute < end_minute <= MINUTES_PER_DAY:
        raise ValueError(f"minutes {start_minute} to {end_minute} are not a part of one day")


def _require_buffer(minutes: int) -> None:
    if not 0 <= minutes <= MAX_BUFFER_MINUTES:
        raise ValueError(f"a buffer of {minutes} minutes is not between 0 and a day")
