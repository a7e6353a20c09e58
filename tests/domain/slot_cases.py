"""Random slot searches, each made from one seed, that look for trouble.

Most lie around a clock change somewhere in the world. ``Engine`` says from which copy of the
engine the inputs are built and who answers, so that a mutated copy can be put to the same cases.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from random import Random
from types import ModuleType
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from booking_app.domain import availability, busy_masks, free_starts, slots
from booking_app.domain.availability import DateException, OpeningHours, WeeklyWindow
from booking_app.domain.free_starts import BookingLimits, FreeStarts
from booking_app.domain.slots import SlotRequest
from tests.domain.slot_sweep import SweepDiary, sweep

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

HOT_CHANGES = (
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour forward
    ("America/Havana", date(2026, 3, 8)),  # midnight is skipped
    ("America/Havana", date(2026, 11, 1)),  # back to midnight
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 25)),  # back over midnight: the date comes twice
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Santiago", date(2026, 4, 5)),
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("America/Caracas", date(2016, 5, 1)),
    ("Asia/Pyongyang", date(2018, 5, 4)),
    ("Asia/Kathmandu", date(1986, 1, 1)),  # a quarter of an hour
    ("America/St_Johns", date(2010, 11, 7)),  # at 00:01, back to 23:01: a date torn apart
    ("America/St_Johns", date(2010, 3, 14)),
    ("Asia/Gaza", date(2022, 3, 27)),
    ("Africa/Monrovia", date(1972, 1, 7)),  # an offset with odd seconds, until this day
    ("Africa/Casablanca", date(2026, 2, 15)),
)
BUFFERS = (0, 0, 0, 5, 10, 15, 30, 45, 60)
ODD_BUFFERS = (0, 3, 7, 10, 15, 32)


class CaseClinician(NamedTuple):
    """One clinician at one location; spans are epoch minutes."""

    hours: OpeningHours
    occupied: list[tuple[int, int, int, int]]
    time_off: list[tuple[int, int]]
    holds: list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Case:
    seed: int
    clinicians: list[CaseClinician]
    request: SlotRequest
    limits: BookingLimits
    now: datetime
    first: int
    stop: int


@dataclass(frozen=True)
class Engine:
    """The modules of the slot engine, as they are or from a copy."""

    availability: ModuleType = availability
    busy_masks: ModuleType = busy_masks
    free_starts: ModuleType = free_starts
    slots: ModuleType = slots

    def free_starts_of_each(
        self, case: Case, *, cell_minutes: int | None = None
    ) -> list[FreeStarts]:
        """Return what each clinician of ``case`` has free, limits applied."""
        grid = self.slots.grid_for(
            EPOCH + timedelta(minutes=case.first),
            EPOCH + timedelta(minutes=case.stop),
            case.request,
            [clinician.hours for clinician in case.clinicians],
        )
        if cell_minutes is not None:
            grid = type(grid)(grid.first, grid.stop, cell_minutes)
        diaries = [
            self.slots.Diary(c.hours, self.busy_masks.BusyMasks(grid, c.occupied, c.time_off))
            for c in case.clinicians
        ]
        return [
            diary.free_starts(case.request, c.holds).within(case.limits, now=case.now)
            for diary, c in zip(diaries, case.clinicians, strict=True)
        ]

    def starts_of_each(self, case: Case) -> list[list[int]]:
        return [list(free) for free in self.free_starts_of_each(case)]


def swept_starts_of_each(case: Case) -> list[list[int]]:
    """Return what the independent sweep finds for each clinician of ``case``."""
    return [
        sweep(
            [SweepDiary(c.hours, [*c.occupied, *c.holds], c.time_off)],
            case.request,
            case.limits,
            now=case.now,
            first=case.first,
            stop=case.stop,
        )
        for c in case.clinicians
    ]


def random_case(seed: int, engine: Engine | None = None, *, longest_hours: int = 120) -> Case:
    """Return the case of ``seed``, always the same one."""
    make = engine or Engine()
    rng = Random(seed)
    zone, day = _place_and_day(rng)
    # A third of the cases leaves the five-minute raster, in whichever of its numbers.
    odd = rng.random() < 0.33
    midnight = (
        int((datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH).total_seconds()) // 60
    )
    first = midnight + rng.randrange(-36 * 60, 12 * 60, 1 if odd else 5)
    stop = first + rng.randrange(6 * 60, longest_hours * 60, 1 if odd else 5)
    request = make.slots.SlotRequest(
        duration_minutes=rng.choice((5, 10, 20, 25, 30, 45, 60, 90, 17 if odd else 15)),
        step_minutes=rng.choice((None, None, 5, 10, 15, 20, 30, 7 if odd else 60)),
        buffer_before_minutes=rng.choice(ODD_BUFFERS if odd else BUFFERS),
        buffer_after_minutes=rng.choice(ODD_BUFFERS if odd else BUFFERS),
    )
    limits = make.free_starts.BookingLimits(
        min_notice_minutes=rng.choice((0, 0, 60, 120, 95, 24 * 60)),
        max_advance_days=rng.choice((None, None, None, 1, 2, 3)),
    )
    now_second = first * 60 + rng.randrange(-30 * 3600, (stop - first) * 60 // 2)
    return Case(
        seed=seed,
        clinicians=[
            _clinician(rng, make, zone, day, (first, stop), odd=odd)
            for _ in range(rng.choice((1, 1, 1, 2, 3)))
        ],
        request=request,
        limits=limits,
        now=EPOCH + timedelta(seconds=now_second, microseconds=rng.choice((0, 0, 1))),
        first=first,
        stop=stop,
    )


def _place_and_day(rng: Random) -> tuple[ZoneInfo, date]:
    choice = rng.random()
    if choice < 0.4:
        name, day = rng.choice(HOT_CHANGES)
        return ZoneInfo(name), day
    zone = ZoneInfo(rng.choice(_zone_names()))
    day = date(rng.randrange(2000, 2037), rng.randrange(1, 13), rng.randrange(1, 29))
    if choice < 0.85:
        return zone, _change_after(zone, day) or day
    return zone, day


def _change_after(zone: ZoneInfo, day: date) -> date | None:
    """Return the day of a clock change within half a year, to the day or the next one."""
    noons = [
        datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=n)
        for n in range(0, 190, 10)
    ]
    for earlier, later in pairwise(noons):
        old = earlier.astimezone(zone).utcoffset()
        if later.astimezone(zone).utcoffset() != old:
            days = (earlier + timedelta(days=n) for n in range(1, 11))
            return next(day.date() for day in days if day.astimezone(zone).utcoffset() != old)
    return None


@lru_cache
def _zone_names() -> list[str]:
    return sorted(available_timezones() - {"Factory", "localtime", "posixrules"})


def _clinician(
    rng: Random, make: Engine, zone: ZoneInfo, day: date, span: tuple[int, int], *, odd: bool
) -> CaseClinician:
    hours = make.availability.OpeningHours(
        zone,
        windows=tuple(_window(rng, make, day, odd=odd) for _ in range(rng.randrange(2, 12))),
        exceptions=tuple(
            _exception(rng, make, day, odd=odd) for _ in range(rng.choice((0, 0, 1, 2, 4)))
        ),
        closures=tuple(_closure(rng, make, day) for _ in range(rng.choice((0, 0, 0, 1)))),
    )
    time_off = [
        (begins, begins + rng.randrange(1, 1800))
        for begins in [rng.randrange(span[0] - 1500, span[1])]
        if rng.random() < 0.3
    ]
    busiest = (span[1] - span[0]) // 120
    return CaseClinician(
        hours,
        occupied=[_taken(rng, span, odd=odd) for _ in range(rng.randrange(busiest + 1))],
        time_off=time_off,
        holds=[_taken(rng, span, odd=odd) for _ in range(rng.choice((0, 0, 1, 2, 5)))],
    )


def _part_of_day(rng: Random, *, odd: bool) -> tuple[int, int]:
    """Return two minutes of a day, often at midnight and around the hours when clocks change."""
    raster = 1 if odd and rng.random() < 0.5 else 5
    start = rng.choice((0, 0, rng.randrange(0, 300, raster), rng.randrange(0, 1380, raster)))
    end = rng.choice(
        (1440, 1440, start + rng.randrange(30, 240, raster), start + rng.randrange(30, 900, raster))
    )
    return start, min(end, 1440)


def _window(rng: Random, make: Engine, day: date, *, odd: bool) -> WeeklyWindow:
    start, end = _part_of_day(rng, odd=odd)
    near = day + timedelta(days=rng.randrange(-3, 5))
    return make.availability.WeeklyWindow(
        weekday=near.weekday(),
        start_minute=start,
        end_minute=end,
        buffer_minutes=rng.choice((0, 0, 0, 5, 10, 20, 7 if odd else 15)),
        valid_from=rng.choice((None, None, None, day, near)),
        valid_until=rng.choice((None, None, None, day, near)),
    )


def _exception(rng: Random, make: Engine, day: date, *, odd: bool) -> DateException:
    start, end = _part_of_day(rng, odd=odd)
    kind = rng.choice(list(make.availability.ExceptionKind))
    near = day + timedelta(days=rng.randrange(-2, 4))
    if kind == "closed" and rng.random() < 0.4:
        return make.availability.DateException(near, kind)
    return make.availability.DateException(near, kind, start, end, rng.choice((0, 0, 10)))


def _closure(rng: Random, make: Engine, day: date) -> availability.Closure:
    begins = day + timedelta(days=rng.randrange(-3, 4))
    return make.availability.Closure(begins, begins + timedelta(days=rng.randrange(2)))


def _taken(rng: Random, span: tuple[int, int], *, odd: bool) -> tuple[int, int, int, int]:
    raster = 1 if rng.random() < (0.5 if odd else 0.1) else 5
    begins = rng.randrange(span[0] - 300, span[1] + 300) // raster * raster
    lasts = rng.randrange(raster, 95, raster)
    buffers = ODD_BUFFERS if odd or rng.random() < 0.1 else BUFFERS
    return begins, begins + lasts, rng.choice(buffers), rng.choice(buffers)
