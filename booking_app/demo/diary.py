"""Fill the demo clinic's diary with visits in every status, through the services alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from booking_app.demo.clinic import CLINIC, PEOPLE, SLUG
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import BookingRefused
from booking_app.dto.booking import Choice, ChosenTime, Details, TimesCard, TimeTile
from booking_app.services import (
    attendance,
    availability,
    booking,
    cancelling,
    clinics,
    confirming,
    housekeeping,
    outbox,
)

DAYS_BEHIND = 7
DAYS_AHEAD = 21
ZONE = ZoneInfo(CLINIC.timezone)
_HALF_AN_HOUR = timedelta(minutes=30)
_BUSY_DAY = 4
"""Most visits the seed gives one clinician on a day behind; days ahead fill up to half of it."""


class Fate(Enum):
    """What becomes of a demo visit."""

    STANDS = auto()
    COMPLETED = auto()
    MISSED = auto()
    CANCELLED = auto()
    CANCELLED_LATE = auto()
    LAPSED = auto()


_PAST = (Fate.COMPLETED,) * 7 + (Fate.MISSED, Fate.CANCELLED, Fate.CANCELLED_LATE, Fate.LAPSED)
_AHEAD = (Fate.STANDS,) * 9 + (Fate.CANCELLED, Fate.LAPSED)


@dataclass(frozen=True, slots=True)
class _Booker:
    visitor: Visitor
    details: Details


def opening(now: datetime) -> datetime:
    """Return when the clinic was set up, before its first visit."""
    return now - timedelta(days=DAYS_BEHIND + 30)


async def fill(*, organization_id: int, now: datetime) -> None:
    """Book, cancel, complete and miss visits around ``now``; the same every time for one day."""
    dice = random.Random(20260713)  # noqa: S311  a fixed seed, so that the demo is the same everywhere
    bookers = _bookers()
    today = now.astimezone(ZONE).date()
    for offset in range(-DAYS_BEHIND, DAYS_AHEAD + 1):
        day = today + timedelta(days=offset)
        for clinician in CLINIC.clinicians:
            choice = Choice(SLUG, dice.choice(clinician.types), clinician.slug)
            await _fill_day(choice, day, now=now, dice=dice, bookers=bookers)
    await outbox.suppress_queued(organization_id=organization_id, reason="demo", now=now)
    await _being_booked_now(now=now, bookers=bookers)
    await _one_that_is_mailed(now=now, bookers=bookers)


async def _fill_day(
    choice: Choice, day: date, *, now: datetime, dice: random.Random, bookers: Iterator[_Booker]
) -> None:
    today = now.astimezone(ZONE).date()
    booked_at = _when_booked(day, now)
    tiles = _tiles(await _times(choice, day, now=booked_at))
    if day == today + timedelta(days=1):
        tiles = tiles[:2]  # tomorrow stays free enough to try the booking page
    most = _BUSY_DAY if day <= today else _BUSY_DAY // 2
    for tile in dice.sample(tiles, min(len(tiles), dice.randint(1, most))):
        starts_at = datetime.fromisoformat(tile.starts_at)
        fate = dice.choice(_PAST if starts_at + timedelta(hours=3) < now else _AHEAD)
        await _make(next(bookers), choice, tile, fate, booked_at=booked_at, now=now)


async def _make(
    booker: _Booker,
    choice: Choice,
    tile: TimeTile,
    fate: Fate,
    *,
    booked_at: datetime,
    now: datetime,
) -> None:
    """Take one visit from its hold to its fate."""
    starts_at = datetime.fromisoformat(tile.starts_at)
    try:
        held = await booking.hold_slot(
            visitor=booker.visitor,
            choice=choice,
            chosen=ChosenTime(tile.clinician, starts_at),
            now=booked_at,
        )
    except BookingRefused:
        return  # the same clinician was booked for another type at this time
    if fate is Fate.LAPSED:
        await housekeeping.expire_holds(now=held.expires_at)
        return
    uid = await confirming.confirm_hold(
        visitor=booker.visitor,
        clinic_slug=SLUG,
        hold_uid=held.hold_uid,
        details=booker.details,
        now=booked_at + timedelta(minutes=6),
    )
    over = held.ends_at + timedelta(hours=1)
    if fate is Fate.COMPLETED:
        await attendance.mark_completed(appointment_uid=uid, now=over)
    elif fate is Fate.MISSED:
        await attendance.mark_no_show(appointment_uid=uid, now=over)
    elif fate in {Fate.CANCELLED, Fate.CANCELLED_LATE}:
        ahead = timedelta(hours=5 if fate is Fate.CANCELLED_LATE else 40)
        await cancelling.cancel_by_patient(
            visitor=booker.visitor,
            appointment_uid=uid,
            reason_code="pat",
            message="",
            now=min(max(starts_at - ahead, booked_at + _HALF_AN_HOUR), now),
        )


async def _being_booked_now(*, now: datetime, bookers: Iterator[_Booker]) -> None:
    """Leave two holds running, as on any busy morning."""
    for kind, minutes_ago in (("gp-video", 7), ("blood-test", 2)):
        choice = Choice(SLUG, kind, "any")
        then = now - timedelta(minutes=minutes_ago)
        tiles = await _next_tiles(choice, now=then, skip_days=2)
        if tiles:
            await booking.hold_slot(
                visitor=next(bookers).visitor,
                choice=choice,
                chosen=ChosenTime(tiles[-1].clinician, datetime.fromisoformat(tiles[-1].starts_at)),
                now=then,
            )


async def _one_that_is_mailed(*, now: datetime, bookers: Iterator[_Booker]) -> None:
    """Book one visit whose confirmation is sent, so that the mailbox page is not empty."""
    choice = Choice(SLUG, "gp-video", "amara-osei")
    tiles = await _next_tiles(choice, now=now, skip_days=3)
    if tiles:
        await _make(
            next(bookers), choice, tiles[0], Fate.STANDS, booked_at=now - _HALF_AN_HOUR, now=now
        )


async def _next_tiles(choice: Choice, *, now: datetime, skip_days: int) -> list[TimeTile]:
    """Return the times of the first day with any, at least ``skip_days`` ahead."""
    today = now.astimezone(ZONE).date()
    for offset in range(skip_days, DAYS_AHEAD):
        tiles = _tiles(await _times(choice, today + timedelta(days=offset), now=now))
        if tiles:
            return tiles
    return []


async def _times(choice: Choice, day: date, *, now: datetime) -> TimesCard:
    clinic = await clinics.require_clinic(slug=SLUG)
    return await availability.day_times(
        clinic=clinic, choice=choice, day=day.isoformat(), visitor=Visitor(""), now=now
    )


def _tiles(times: TimesCard) -> list[TimeTile]:
    return [
        tile for tile in (*times.morning, *times.afternoon, *times.evening) if tile.state == "free"
    ]


def _when_booked(day: date, now: datetime) -> datetime:
    """Return when visits of ``day`` were booked: some days before, and never after ``now``."""
    some_days_before = datetime.combine(day - timedelta(days=4), time(10, 30), tzinfo=ZONE)
    return min(some_days_before.astimezone(now.tzinfo), now - timedelta(hours=1))


def _bookers() -> Iterator[_Booker]:
    """Yield the demo's people in turn, each time in a browser of their own.

    The first one, Priya Raman, is left out: she is who the pictures show booking.
    """
    number = 0
    while True:
        for first, last, born in PEOPLE[1:]:
            number += 1
            name = f"{first}.{last}".lower().replace(" ", "-").encode("ascii", "ignore").decode()
            yield _Booker(
                Visitor(f"demo-{number}", address_hash=f"demo-{number}"),
                replace(
                    Details(first_name=first, last_name=last),
                    day=str(born.day),
                    month=str(born.month),
                    year=str(born.year),
                    email=f"{name}@example.org",
                ),
            )
