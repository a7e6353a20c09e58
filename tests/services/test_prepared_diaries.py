"""What is kept between searches, and that nothing kept is ever wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from booking_app.db.base import core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import AvailabilityWindow, Slot
from booking_app.dto.booking import ANYONE
from booking_app.services import booking, prepared_diaries
from tests.factories import NOW, TODAY, a_clinic, a_visitor, an_appointment
from tests.services.quay import add_time_off, add_window, change_place, change_type
from tests.services.times import times_on, words_on

pytestmark = pytest.mark.usefixtures("database")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL that is sent while this is open."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def reads_diary(sent: list[str]) -> bool:
    return any(
        "availability_window" in each or "epoch" in each or "julianday" in each for each in sent
    )


async def test_a_search_repeated_does_not_read_the_diaries_again():
    made = await a_clinic(clinicians=3)
    anyone = replace(made.choice(), clinician=ANYONE)
    with statements() as first:
        found = await words_on(made, anyone, TODAY)
    with statements() as second:
        again = await words_on(made, anyone, TODAY + timedelta(days=1))

    assert reads_diary(first)
    assert not reads_diary(second)
    assert len(second) < len(first)
    assert found == again


async def test_a_change_of_one_diary_reads_that_one_again_and_no_other():
    made = await a_clinic(clinicians=2, duration=60, opens=9 * 60, closes=11 * 60)
    one, two = made.clinicians
    for clinician in (one, two):
        await times_on(made, made.choice(clinician), TODAY)

    await an_appointment(made, starts_at=made.at("09:00"), clinician=one)
    with statements() as after:
        changed = await words_on(made, made.choice(one), TODAY)
    with statements() as beside:
        unchanged = await words_on(made, made.choice(two), TODAY)

    assert changed == ["10am"]
    assert reads_diary(after)
    assert unchanged == ["9am", "10am"]
    assert not reads_diary(beside)


async def test_every_kind_of_change_shows_at_the_next_search():
    made = await a_clinic(duration=60, opens=9 * 60, closes=12 * 60)
    ids = made.clinician.id, made.location_id, made.organization_id
    seen = [await words_on(made, made.choice(), TODAY)]

    await booking.hold_slot(
        visitor=a_visitor(1), choice=made.choice(), chosen=made.chosen("09:00"), now=NOW
    )
    seen.append(await words_on(made, made.choice(), TODAY))
    await booking.release_hold(visitor=a_visitor(1), clinic_slug=made.slug, now=NOW)
    seen.append(await words_on(made, made.choice(), TODAY))
    await add_window(*ids, start_minute=900, end_minute=960)
    seen.append(await words_on(made, made.choice(), TODAY))
    await add_time_off(ids[0], ids[2], made.at("10:00"), timedelta(hours=1))
    seen.append(await words_on(made, made.choice(), TODAY))
    await change_type("check-up", duration=45)
    seen.append(await words_on(made, made.choice(), TODAY))

    assert seen == [
        ["9am", "10am", "11am"],
        ["10am", "11am"],
        ["9am", "10am", "11am"],
        ["9am", "10am", "11am", "3pm"],
        ["9am", "11am", "3pm"],
        ["9am", "11:15am", "3pm"],
    ]


async def test_another_zone_of_the_place_shows_although_no_diary_changed():
    made = await a_clinic(duration=60, opens=9 * 60, closes=10 * 60)
    before = [tile.starts_at for tile in await times_on(made, made.choice(), TODAY)]

    await change_place("main", timezone="Europe/Paris")
    after = [tile.starts_at for tile in await times_on(made, made.choice(), TODAY)]

    assert before == ["2026-03-02T09:00:00+00:00"]
    assert after == ["2026-03-02T08:00:00+00:00"]


async def test_a_new_day_moves_the_search_on():
    made = await a_clinic(duration=60, opens=9 * 60, closes=10 * 60, max_advance_days=3)
    assert await words_on(made, made.choice(), TODAY + timedelta(days=4)) == []

    later = NOW + timedelta(days=40)
    assert await words_on(made, made.choice(), TODAY + timedelta(days=42), now=later) == ["9am"]
    assert await words_on(made, made.choice(), TODAY, now=later) == []


async def test_more_clinicians_than_are_kept_are_searched_all_the_same(monkeypatch):
    monkeypatch.setattr(prepared_diaries, "MAX_CLINICIANS_KEPT", 2)
    made = await a_clinic(clinicians=7, duration=60, opens=9 * 60, closes=11 * 60)
    for clinician in made.clinicians[:6]:
        await an_appointment(made, starts_at=made.at("09:00"), clinician=clinician)
    anyone = replace(made.choice(), clinician=ANYONE)

    tiles = await times_on(made, anyone, TODAY)

    assert [(tile.time, tile.clinician) for tile in tiles] == [("9am", "dr-7"), ("10am", "dr-7")]
    async with reading() as rx:
        kept = prepared_diaries.prepared_diaries(rx)
    assert kept.size <= 2 * 2


async def test_seconds_in_the_diary_are_rounded_outward():
    made = await a_clinic(duration=60, slot_step=5, opens=9 * 60, closes=12 * 60)
    start = made.at("10:00") - timedelta(seconds=1)
    await an_appointment(made, starts_at=start, duration=timedelta(minutes=30, seconds=2))

    found = await words_on(made, made.choice(), TODAY)

    # The visit touches 9:59 and 10:30: nothing may end at 10am nor start at 10:30am.
    assert "9am" not in found
    assert found[0] == "10:35am"


async def test_windows_and_slots_of_others_do_not_mix_in():
    made = await a_clinic(slug="harbour", duration=60, opens=9 * 60, closes=10 * 60)
    other = await a_clinic(slug="other", duration=60, opens=9 * 60, closes=10 * 60)
    await an_appointment(other, starts_at=other.at("09:00"))

    assert await words_on(made, made.choice(), TODAY) == ["9am"]
    assert await words_on(other, other.choice(), TODAY) == []
    async with transaction() as tx:
        counted = [
            len((await tx.execute(core(table).select())).all())
            for table in (AvailabilityWindow, Slot)
        ]
    assert counted == [14, 1]
