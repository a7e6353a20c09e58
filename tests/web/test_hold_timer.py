"""A hold ends on time, whoever looks."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking_app import clock
from booking_app.adapters import live_bus
from booking_app.adapters.live_bus import LocalBus
from booking_app.db.base import core
from booking_app.db.session import reading
from booking_app.db.tables import Hold
from booking_app.domain import live_topics
from booking_app.dto.booking import ChosenTime
from booking_app.services import booking
from booking_app.web.hold_timer import HoldTimer, ending_holds
from tests import factories
from tests.factories import NOW, AClinic


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what is published from now on, in order."""
    heard: list[str] = []
    bus = LocalBus()
    monkeypatch.setattr(live_bus, "_bus", bus)

    async def hear(topic: str) -> None:
        heard.append(topic)

    bus.listen(hear)
    return heard


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    """Give a way to set the clock."""

    def set_clock(moment) -> None:
        monkeypatch.setattr(clock, "_read", lambda: moment)

    set_clock(NOW)
    return set_clock


async def hold(clinic: AClinic, wall_time: str, *, visitor: int = 1, now=NOW) -> None:
    chosen = ChosenTime(clinic.clinician.slug, clinic.at(wall_time))
    await booking.hold_slot(
        visitor=factories.a_visitor(visitor), choice=clinic.choice(), chosen=chosen, now=now
    )


async def released() -> int:
    async with reading() as rx:
        rows = await rx.execute(select(core(Hold).c.released_at))
        return sum(row.released_at is not None for row in rows)


async def test_a_hold_is_ended_at_its_very_end_and_the_pages_are_told(database, topics, at):
    clinic = await factories.a_clinic()
    await hold(clinic, "10:00")
    timer = HoldTimer()
    await timer.look(0.0)
    topics.clear()

    at(NOW + timedelta(minutes=15) - timedelta(microseconds=1))
    await timer.look(0.5)
    assert await released() == 0
    assert topics == []

    at(NOW + timedelta(minutes=15))
    await timer.look(1.0)
    assert await released() == 1
    assert live_topics.diary(clinic.clinician.resource_id) in topics
    assert live_topics.visitor(factories.a_visitor().session_key) in topics


async def test_a_hold_that_was_made_since_is_seen_when_it_is_told_of(database, topics, at):
    clinic = await factories.a_clinic()
    timer = HoldTimer()
    await timer.look(0.0)
    await hold(clinic, "10:00")
    at(NOW + timedelta(minutes=16))
    await timer.look(1.0)
    assert await released() == 0, "nobody said that there is a hold"
    await timer.hear("diary:1")
    await timer.hear(live_topics.holds())
    await timer.look(1.5)
    await timer.look(2.0)
    assert await released() == 1


async def test_a_hold_that_nobody_told_of_is_found_within_a_minute(database, topics, at):
    clinic = await factories.a_clinic()
    timer = HoldTimer()
    await timer.look(0.0)
    await hold(clinic, "10:00")
    at(NOW + timedelta(minutes=16))
    await timer.look(60.5)
    await timer.look(61.0)
    assert await released() == 1


async def test_after_one_hold_has_ended_the_next_is_waited_for(database, topics, at):
    clinic = await factories.a_clinic()
    await hold(clinic, "10:00")
    await hold(clinic, "11:00", visitor=2, now=NOW + timedelta(minutes=5))
    timer = HoldTimer()
    await timer.look(0.0)
    at(NOW + timedelta(minutes=15))
    await timer.look(1.0)
    assert await released() == 1
    at(NOW + timedelta(minutes=20))
    await timer.look(2.0)
    assert await released() == 2


async def test_while_the_server_runs_the_timer_does(database, topics, at):
    clinic = await factories.a_clinic()
    await hold(clinic, "10:00")
    at(NOW + timedelta(minutes=15))
    own_topic = live_topics.visitor(factories.a_visitor().session_key)
    is_told = asyncio.Event()

    async def hear(topic: str) -> None:
        if topic == own_topic:
            is_told.set()

    live_bus.get_bus().listen(hear)
    async with ending_holds():
        await asyncio.wait_for(is_told.wait(), 5)
    assert await released() == 1
