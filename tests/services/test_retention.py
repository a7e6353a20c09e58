"""What the product forgets, and what it keeps."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from booking_app.db.base import TableModel, core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import (
    Appointment,
    Hold,
    RateCounter,
    VisitorGrant,
    VisitorSession,
)
from booking_app.services import booking, confirming, retention
from tests.factories import NOW, a_clinic, a_visitor, some_details

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


async def count(model: type[TableModel]) -> int:
    async with reading() as rx:
        return (await rx.execute(select(func.count()).select_from(core(model)))).scalar_one()


async def a_counter(begun: datetime) -> None:
    async with transaction() as tx:
        await tx.execute(
            insert(core(RateCounter)).values(
                scope="test", subject_hash="x", window_starts_at=begun, count=1
            )
        )


async def test_counters_are_forgotten_after_two_days():
    await a_counter(NOW - 2 * DAY - timedelta(seconds=1))
    await a_counter(NOW - 2 * DAY)
    assert await retention.forget(now=NOW) == 1
    assert await count(RateCounter) == 1


async def test_a_browser_that_booked_is_kept_while_it_may_see_its_visit_and_then_forgotten():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await booking.hold_slot(
        visitor=visitor, choice=clinic.choice(), chosen=clinic.chosen("10:00"), now=NOW
    )
    await confirming.confirm_hold(
        visitor=visitor,
        clinic_slug=clinic.slug,
        hold_uid=held.hold_uid,
        details=some_details(),
        now=NOW,
    )
    await retention.forget(now=NOW + 29 * DAY)
    assert (await count(VisitorSession), await count(VisitorGrant)) == (1, 1)
    await retention.forget(now=NOW + 31 * DAY)
    assert (await count(VisitorSession), await count(VisitorGrant)) == (1, 0)
    await retention.forget(now=NOW + 181 * DAY)
    assert await count(VisitorSession) == 0
    assert (await count(Hold), await count(Appointment)) == (1, 1)
