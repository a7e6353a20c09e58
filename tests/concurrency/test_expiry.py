"""The instant at which a hold lapses: the holder, the next ones and the tidying job at once."""

import asyncio
import random
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from booking_app.db import guards
from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import Appointment, Slot
from booking_app.domain.errors import BookingRefused, HoldExpired, SlotTaken
from booking_app.dto.booking import ChosenTime, Held
from booking_app.services import booking, confirming, housekeeping
from tests.concurrency.agreement import torn_appointments
from tests.factories import NOW, TODAY, AClinic, a_clinic, a_visitor, some_details
from tests.support.rows import overlapping_pairs

ROUNDS = 60
MILLISECOND = timedelta(milliseconds=1)
JITTER_SECONDS = 0.02
OWNED = "owned"


@pytest.mark.requirement("S2-4")
@pytest.mark.requirement("S2-5")
async def test_of_a_confirm_just_before_and_holds_just_after_exactly_one_gets_the_time(database):
    clinic = await a_clinic()
    confirmed = 0
    for number in range(ROUNDS):
        held = await _hold(clinic, number * 10, _start(clinic, number), now=NOW)
        confirm = confirming.confirm_hold(
            visitor=a_visitor(number * 10),
            clinic_slug=clinic.slug,
            hold_uid=held.hold_uid,
            details=some_details(number),
            now=held.expires_at - MILLISECOND,
        )
        holder, *others = await _at_once(clinic, held, confirm, number)
        _one_owner(holder, others, number)
        confirmed += holder == OWNED
    assert await overlapping_pairs() == 0
    assert await torn_appointments() == []
    assert 0 < confirmed < ROUNDS, "one side always won: the two never met"


async def test_of_an_extension_just_before_and_holds_just_after_exactly_one_gets_the_time(database):
    clinic = await a_clinic()
    for number in range(ROUNDS // 3):
        held = await _hold(clinic, number * 10, _start(clinic, number), now=NOW)
        extend = booking.extend_hold(
            visitor=a_visitor(number * 10),
            clinic_slug=clinic.slug,
            now=held.expires_at - MILLISECOND,
        )
        holder, *others = await _at_once(clinic, held, extend, number)
        _one_owner(holder, others, number)
    assert await overlapping_pairs() == 0
    assert await torn_appointments() == []


def _one_owner(holder: object, others: list[object], number: int) -> None:
    everybody = [holder, *others]
    assert everybody.count(OWNED) == 1, f"round {number}: {everybody}"
    assert holder in {OWNED, HoldExpired.kind}
    assert set(others) <= {OWNED, SlotTaken.kind}


async def _at_once(
    clinic: AClinic, held: Held, holders: Coroutine[Any, Any, object], number: int
) -> list[object]:
    """Let the holder, three others and the job act within a few milliseconds of each other.

    Return the answers, the holder's first.
    """
    just_after = held.expires_at + MILLISECOND
    holds = [_hold(clinic, number * 10 + k, held.starts_at, now=just_after) for k in (1, 2, 3)]
    acts = [_answer(act) for act in (holders, *holds)]
    dice = random.Random(number)
    tasks = {act: asyncio.create_task(_after(dice.uniform(0, JITTER_SECONDS), act)) for act in acts}
    tidy = _after(dice.uniform(0, JITTER_SECONDS), housekeeping.expire_holds(now=just_after))
    await asyncio.gather(tidy, *tasks.values())
    return [tasks[act].result() for act in acts]


async def _after(seconds: float, act: Coroutine[Any, Any, object]) -> object:
    await asyncio.sleep(seconds)
    return await act


async def _answer(act: Coroutine[Any, Any, object]) -> str:
    try:
        await act
    except BookingRefused as refused:
        return refused.kind
    return OWNED


async def _hold(clinic: AClinic, visitor: int, starts_at: datetime, *, now: datetime) -> Held:
    return await booking.hold_slot(
        visitor=a_visitor(visitor),
        choice=clinic.choice(),
        chosen=ChosenTime(clinic.clinician.slug, starts_at),
        now=now,
    )


def _start(clinic: AClinic, number: int) -> datetime:
    """Return a time that no other round uses."""
    day = TODAY + timedelta(days=1 + number // 10)
    return clinic.at("10:00", day) + number % 10 * timedelta(minutes=30)


async def test_the_control_gives_one_time_to_two(database):
    """The holder looks, the time lapses and goes to somebody else, then the holder writes."""
    clinic = await a_clinic()
    async with transaction() as tx:
        await tx.run_sync(guards.remove)
    for number in range(5):
        held = await _hold(clinic, number * 10, _start(clinic, number), now=NOW)
        just_before = held.expires_at - MILLISECOND
        looked = await booking.find_hold(
            visitor=a_visitor(number * 10), clinic_slug=clinic.slug, now=just_before
        )
        assert looked is not None
        await _hold(clinic, number * 10 + 1, held.starts_at, now=held.expires_at + MILLISECOND)
        await _confirm_without_comparing(looked)
        assert await overlapping_pairs() == number + 1


async def _confirm_without_comparing(held: Held) -> None:
    appointment = core(Appointment)
    its_id = select(appointment.c.id).where(appointment.c.uid == UUID(held.appointment_uid))
    slot = core(Slot)
    async with transaction() as tx:
        await tx.execute(
            update(slot)
            .where(slot.c.appointment_id == its_id.scalar_subquery())
            .values(status="busy", hold_expires_at=None, released_at=None)
        )
