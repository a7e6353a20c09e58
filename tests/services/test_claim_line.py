"""Standing in line for a diary: one at a time, and nobody waits in vain."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from booking_app.db.queries.holds import HoldRow
from booking_app.domain.errors import SlotTaken
from booking_app.dto.booking import Choice, ChosenTime
from booking_app.services import claim_line
from booking_app.services.claim_line import in_line
from tests.factories import NOW, a_visitor

MINUTE = timedelta(minutes=1)
CHOICE = Choice("harbour", "check-up", "dr-1", "main")
START = NOW + timedelta(hours=3)


def a_hold(*, visitor: int = 1, start=START, minutes: int = 30, type_slug: str = "check-up"):
    return HoldRow(
        hold_id=1,
        hold_uid=uuid4(),
        purpose="new",
        expires_at=NOW + 15 * MINUTE,
        extensions=0,
        consumed_at=None,
        released_at=None,
        release_reason=None,
        made_at=NOW,
        visitor_session_id=visitor,
        appointment_id=1,
        appointment_uid=uuid4(),
        version=1,
        status="held",
        starts_at=start,
        ends_at=start + minutes * MINUTE,
        zone="Europe/London",
        type_id=1,
        resource_id=1,
        organization_id=1,
        clinic_slug="harbour",
        type_slug=type_slug,
        clinician_slug="dr-1",
        location_slug="main",
        session_key=a_visitor(visitor).session_key,
    )


def line_of(visitor: int, *, start=START, choice: Choice = CHOICE, now=NOW):
    return in_line(a_visitor(visitor), choice, ChosenTime(choice.clinician, start), now=now)


async def stand(visitor: int, **wanted) -> str:
    try:
        async with line_of(visitor, **wanted):
            return "had the turn"
    except SlotTaken:
        return "taken"


async def outcome_behind(hold: HoldRow, visitor: int = 2, **wanted) -> str:
    """Return what becomes of one who stands in line while somebody in front takes a hold."""
    async with line_of(1) as line:
        behind = asyncio.create_task(stand(visitor, **wanted))
        await asyncio.sleep(0)
        line.tell(hold)
        await asyncio.sleep(0)
        was_told_at_once = behind.done()
    assert was_told_at_once is (await behind == "taken")
    return await behind


async def test_one_at_a_time_has_the_turn_in_the_order_of_coming():
    inside: list[int] = []
    order: list[int] = []

    async def claim(visitor: int) -> None:
        async with line_of(visitor, start=START + visitor * timedelta(hours=1)):
            inside.append(visitor)
            await asyncio.sleep(0)
            assert inside == [visitor]
            inside.remove(visitor)
            order.append(visitor)

    await asyncio.gather(*(claim(visitor) for visitor in range(20)))
    assert order == list(range(20))
    assert claim_line._lines == {}


@pytest.mark.parametrize(
    ("offset", "outcome"),
    [(0, "taken"), (29, "taken"), (-29, "taken"), (30, "had the turn"), (-30, "had the turn")],
)
async def test_who_wants_overlapping_time_is_sent_away_and_who_wants_other_time_is_not(
    offset, outcome
):
    assert await outcome_behind(a_hold(), start=START + offset * MINUTE) == outcome


async def test_of_another_type_only_the_start_is_known():
    other_type = replace(CHOICE, appointment_type="injection")
    before, inside = START - 5 * MINUTE, START + 5 * MINUTE
    assert await outcome_behind(a_hold(), choice=other_type, start=inside) == "taken"
    assert await outcome_behind(a_hold(), choice=other_type, start=before) == "had the turn"


async def test_ones_own_hold_sends_nobody_away():
    assert await outcome_behind(a_hold(visitor=2), visitor=2) == "had the turn"


async def test_a_hold_that_is_over_for_the_one_behind_sends_nobody_away():
    late = NOW + 15 * MINUTE
    assert await outcome_behind(a_hold(), now=late) == "had the turn"
    assert await outcome_behind(a_hold(), now=late - timedelta(microseconds=1)) == "taken"


async def test_another_diary_has_a_line_of_its_own():
    async with line_of(1):
        other = replace(CHOICE, clinician="dr-2")
        assert await asyncio.wait_for(stand(2, choice=other), 1) == "had the turn"


async def test_the_turn_passes_on_past_a_failure_and_past_those_who_left():
    failure = asyncio.Event()

    async def fails() -> None:
        async with line_of(1):
            await failure.wait()
            raise ZeroDivisionError

    first = asyncio.create_task(fails())
    await asyncio.sleep(0)
    gone, last = asyncio.create_task(stand(2)), asyncio.create_task(stand(3))
    await asyncio.sleep(0)
    gone.cancel()
    failure.set()
    with pytest.raises(ZeroDivisionError):
        await first
    assert await asyncio.wait_for(last, 1) == "had the turn"
    assert gone.cancelled()
    assert claim_line._lines == {}


async def test_a_turn_given_to_one_who_leaves_at_that_instant_passes_on():
    async with line_of(1):
        leaves, last = asyncio.create_task(stand(2)), asyncio.create_task(stand(3))
        await asyncio.sleep(0)
    leaves.cancel()  # it has been given the turn and has not woken up yet
    assert await asyncio.wait_for(last, 1) == "had the turn"
    assert leaves.cancelled() or await leaves == "had the turn"
    assert claim_line._lines == {}
