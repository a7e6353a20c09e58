"""Visitors who change their minds at the same instant, across clinicians and tabs."""

import asyncio

import pytest

from booking_app.db.tables import Hold
from booking_app.domain.errors import BookingRefused
from booking_app.dto.booking import Held
from booking_app.services import booking
from tests.concurrency.agreement import torn_appointments
from tests.factories import NOW, AClinic, AClinician, a_clinic, a_visitor
from tests.support.rows import overlapping_pairs, rows_of

PAIRS = 6


async def _hold(clinic: AClinic, visitor: int, wall_time: str, clinician: AClinician) -> Held | str:
    try:
        return await booking.hold_slot(
            visitor=a_visitor(visitor),
            choice=clinic.choice(clinician),
            chosen=clinic.chosen(wall_time, clinician=clinician),
            now=NOW,
        )
    except BookingRefused as refused:
        return refused.kind


@pytest.mark.usefixtures("no_deadlocks")
async def test_visitors_who_swap_clinicians_with_each_other_never_lock_each_other_out(database):
    clinic = await a_clinic(clinicians=2)
    one, other = clinic.clinicians
    for visitor in range(PAIRS):
        await _hold(clinic, visitor, f"{9 + visitor:02}:00", one)
        await _hold(clinic, 100 + visitor, f"{9 + visitor:02}:00", other)
    for turn in range(8):
        # Everybody takes a new time of the clinician they are not with, and gives the old one back.
        towards = (other, one) if turn % 2 == 0 else (one, other)
        minute = "30" if turn % 2 == 0 else "00"
        answers = await asyncio.gather(
            *(
                _hold(clinic, side * 100 + visitor, f"{9 + visitor:02}:{minute}", towards[side])
                for visitor in range(PAIRS)
                for side in (0, 1)
            )
        )
        assert all(isinstance(answer, Held) for answer in answers), answers
    live = await rows_of(Hold, released_at=None)
    assert len(live) == 2 * PAIRS
    assert await overlapping_pairs() == 0
    assert await torn_appointments() == []


@pytest.mark.requirement("S2-3")
@pytest.mark.usefixtures("no_deadlocks")
async def test_a_visitor_who_chooses_in_twenty_tabs_at_once_ends_up_with_one_hold(database):
    clinic = await a_clinic(clinicians=4, duration=15, slot_step=15)
    tabs = [
        (f"{9 + number % 5:02}:{15 * (number % 4):02}", clinic.clinicians[number % 4])
        for number in range(20)
    ]
    answers = await asyncio.gather(
        *(_hold(clinic, 1, wall_time, clinician) for wall_time, clinician in tabs)
    )
    assert all(isinstance(answer, Held) for answer in answers), answers
    assert len(await rows_of(Hold, released_at=None)) == 1
    assert len(await rows_of(Hold, release_reason="superseded")) == 19
    assert await torn_appointments() == []
