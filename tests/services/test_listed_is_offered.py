"""What the page lists and what the claim accepts are the same, in random clinics."""

import contextlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_app.db.session import transaction
from booking_app.domain.errors import SlotTaken
from booking_app.dto.booking import ANYONE, Choice, ChosenTime
from booking_app.services import availability, booking, clinics
from tests.factories import AClinic, a_clinic, a_visitor, an_appointment
from tests.services.quay import add_closure, add_exception, add_time_off, add_window
from tests.services.times import NOBODY, instant, tiles_of

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.requirement("S2-2")]

DAYS = 6
CASES = [
    # zone, and a morning a few days before its clocks change (or a plain one)
    ("Europe/London", datetime(2026, 3, 26, 6, 30, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 20, 6, 30, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 3, 17, 10, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 10, 29, 1, 7, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 1, 23, 30, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 24, 20, 0, tzinfo=UTC)),
    ("Pacific/Chatham", datetime(2026, 9, 22, 11, 59, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, 3, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "now"), CASES)
async def test_each_listed_time_is_accepted_and_no_other_is(zone, now):
    chance = random.Random(f"{zone} {now}")
    made = await a_random_clinic(chance, zone, now)
    anyone = replace(made.choice(), clinician=ANYONE)

    listed = await everything_listed(made, now)

    assert listed
    forged = {
        (chance.choice(made.clinicians).slug, a_random_instant(chance, sorted(listed), now))
        for _ in range(60)
    } - listed
    assert len(forged) > 15
    some = set(chance.sample(sorted(listed), min(30, len(listed))))
    assert await accepted(made, anyone, some, now=now) == some
    assert await accepted(made, anyone, forged, now=now) == set()


@pytest.mark.parametrize(("zone", "now"), CASES[1:3])
async def test_the_days_of_the_month_count_what_their_tiles_are(zone, now):
    made = await a_random_clinic(random.Random(f"count {zone} {now}"), zone, now)
    clinic = await clinics.require_clinic(slug=made.slug)
    choice = replace(made.choice(), clinician=ANYONE)
    counted: dict[str, int] = {}
    month = ""
    while True:
        card = await availability.picker(
            clinic=clinic, choice=choice, month=month, visitor=NOBODY, now=now
        )
        for day in card.month.days:
            counted[day.iso] = int(day.free_text.split()[0]) if day.is_free else 0
        month = card.month.next
        if not month:
            break

    for iso, count in counted.items():
        times = await availability.day_times(
            clinic=clinic, choice=choice, day=iso, visitor=NOBODY, now=now
        )
        starts = [tile.starts_at for tile in tiles_of(times)]
        assert len(starts) == count, iso
        assert len(set(starts)) == count, iso
    assert sum(counted.values()) > 0


async def accepted(
    made: AClinic, choice: Choice, times: set[tuple[str, datetime]], *, now: datetime
) -> set[tuple[str, datetime]]:
    """Return those of ``times`` that a claim would take."""
    clinic = await clinics.require_clinic(slug=made.slug)
    taken: set[tuple[str, datetime]] = set()
    async with transaction() as tx:
        for clinician, starts_at in sorted(times):
            with contextlib.suppress(SlotTaken):
                offer = await availability.require_offered(
                    tx,
                    clinic=clinic,
                    choice=choice,
                    chosen=ChosenTime(clinician, starts_at),
                    visitor_session_id=None,
                    now=now,
                )
                taken.add((clinician, offer.starts_at))
    return taken


async def everything_listed(made: AClinic, now: datetime) -> set[tuple[str, datetime]]:
    """Return each clinician's starts as the page lists them when that clinician is chosen."""
    clinic = await clinics.require_clinic(slug=made.slug)
    first = now.astimezone(ZoneInfo(made.zone)).date()
    listed: set[tuple[str, datetime]] = set()
    for clinician in made.clinicians:
        choice = made.choice(clinician)
        for days in range(-1, DAYS + 3):
            times = await availability.day_times(
                clinic=clinic,
                choice=choice,
                day=str(first + timedelta(days=days)),
                visitor=NOBODY,
                now=now,
            )
            listed |= {(clinician.slug, instant(tile)) for tile in tiles_of(times)}
    return listed


def a_random_instant(
    chance: random.Random, listed: list[tuple[str, datetime]], now: datetime
) -> datetime:
    """Return an instant near a listed one, or anywhere from yesterday to beyond the limit."""
    if chance.random() < 0.5:
        minutes = chance.choice((-45, -30, -20, -15, -10, -5, -1, 0, 1, 5, 10, 15, 20, 30, 45, 60))
        return chance.choice(listed)[1] + timedelta(minutes=minutes)
    begins = now.replace(minute=0, second=0) - timedelta(days=1)
    return begins + timedelta(minutes=5 * chance.randrange((DAYS + 3) * 288))


async def a_random_clinic(chance: random.Random, zone: str, now: datetime) -> AClinic:
    """Write a clinic of three whose hours and diaries have a bit of everything."""
    made = await a_clinic(
        zone=zone,
        clinicians=3,
        duration=chance.choice((15, 20, 30, 45)),
        slot_step=chance.choice((None, 10, 15, 30)),
        buffer_before=chance.choice((0, 0, 5, 15)),
        buffer_after=chance.choice((0, 0, 10, 20)),
        window_buffer=chance.choice((0, 5, 7, 10)),
        opens=chance.choice((0, 8, 9)) * 60,
        closes=chance.choice((4, 12)) * 60 + 720,
        weekdays=tuple(sorted(chance.sample(range(7), 4))),
        min_notice=chance.choice((0, 45, 120, 1440)),
        max_advance_days=DAYS,
        now=now,
    )
    today = now.astimezone(ZoneInfo(zone)).date()
    for clinician in made.clinicians:
        await _change_diary(chance, made, clinician, today, now)
    monday = today + timedelta(days=chance.randrange(1, DAYS))
    await add_closure(made.organization_id, monday, monday, location_id=made.location_id)
    await _hold_something(chance, made, now)
    return made


async def _change_diary(chance, made, clinician, today: date, now: datetime) -> None:
    ids = clinician.id, made.organization_id
    for weekday in chance.sample(range(7), 3):
        start = chance.randrange(0, 200) * 5
        await add_window(
            clinician.id,
            made.location_id,
            made.organization_id,
            weekday=weekday,
            start_minute=start,
            end_minute=min(1440, start + chance.choice((60, 95, 240, 1440))),
            buffer_minutes=chance.choice((0, 5, 15)),
            valid_from=chance.choice((None, today + timedelta(days=2))),
            valid_until=chance.choice((None, today + timedelta(days=4))),
        )
    days = [today + timedelta(days=n) for n in range(DAYS)]
    shut, short, extra = chance.sample(days, 3)
    await add_exception(*ids, shut, "closed")
    await add_exception(*ids, short, "closed", 600, 720)
    await add_exception(*ids, extra, "open", 60, 240, location_id=made.location_id)
    away = now + timedelta(hours=chance.randrange(24, 24 * DAYS), minutes=17)
    await add_time_off(*ids, away, timedelta(hours=chance.choice((1, 5, 30))))
    begins = datetime.combine(today, datetime.min.time(), ZoneInfo(made.zone)).astimezone(UTC)
    at = begins
    while at < begins + timedelta(days=DAYS):
        at += timedelta(minutes=5 * chance.randrange(10, 200))
        lasts = timedelta(minutes=chance.choice((15, 30, 55)))
        await an_appointment(
            made,
            starts_at=at,
            clinician=clinician,
            duration=lasts,
            buffer_before=chance.choice((0, 10)),
            buffer_after=chance.choice((0, 15)),
            now=now,
        )
        at += lasts


async def _hold_something(chance, made: AClinic, now: datetime) -> None:
    """Have somebody else hold one of the soonest times."""
    choice = replace(made.choice(), clinician=ANYONE)
    soonest = await availability.picker(
        clinic=await clinics.require_clinic(slug=made.slug), choice=choice, visitor=NOBODY, now=now
    )
    tile = chance.choice(tiles_of(soonest.times))
    await booking.hold_slot(
        visitor=a_visitor(9),
        choice=choice,
        chosen=ChosenTime(tile.clinician, instant(tile)),
        now=now,
    )
