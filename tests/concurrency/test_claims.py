"""Two hundred browsers, one time, the same instant: one gets it, on both databases.

Every race has its control: the same crowd, the same look and the same insert, but apart
from each other and without the database's guard. A control that does not book twice
would mean that nobody ever raced here.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from booking_app.db import guards, session
from booking_app.db.failures import is_occupied, is_transient
from booking_app.db.queries import visitor_sessions
from booking_app.db.queries.claims import Claim, insert_claim
from booking_app.db.session import transaction
from booking_app.dto.booking import ChosenTime
from booking_app.services import availability, booking, clinics
from booking_app.services.claim_line import Line
from tests.concurrency.agreement import pairs_nearer_than, torn_appointments
from tests.concurrency.crowd import CROWD, Client, Crowds, processes, rush
from tests.factories import NOW, TODAY, AClinic, a_clinic, a_visitor
from tests.support.rows import overlapping_pairs

SEEDS = range(20)
MINUTE = timedelta(minutes=1)
BUFFER = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Race:
    """What the crowd reaches for: one of these times can be had, whichever it is."""

    name: str
    offsets: tuple[int, ...]
    slot_step: int
    buffer_after: int = 0
    lapsed_hold_in_the_way: bool = False

    async def clinic(self, slug: str = "harbour") -> AClinic:
        return await a_clinic(
            slug=slug, duration=30, slot_step=self.slot_step, buffer_after=self.buffer_after
        )

    def starts(self, clinic: AClinic, seed: int) -> list[datetime]:
        """Return the times of one seed, on a day of its own."""
        first = clinic.at("10:00", TODAY + timedelta(days=1 + seed))
        return [first + offset * MINUTE for offset in self.offsets]


ONE_TIME = Race("one time", (0,), slot_step=30)
OVERLAPPING = Race("six overlapping times", (0, 5, 10, 15, 20, 25), slot_step=5)
WITHIN_BUFFER = Race("two adjacent times within a buffer", (0, 30), slot_step=30, buffer_after=15)
RACES = (ONE_TIME, OVERLAPPING, WITHIN_BUFFER)
OVER_A_LAPSED_HOLD = (
    Race("one time, lapsed hold", (0,), slot_step=30, lapsed_hold_in_the_way=True),
    Race(
        "overlapping times, lapsed hold",
        (0, 5, 10, 15, 20, 25),
        slot_step=5,
        lapsed_hold_in_the_way=True,
    ),
)
EXPECTED = Counter(held=1, slot_taken=CROWD - 1)


def _name(race: Race) -> str:
    return race.name


async def _prepare(race: Race, clinic: AClinic, seed: int) -> datetime:
    """Leave a lapsed hold in the way where the race wants one, and return the crowd's ``now``."""
    if not race.lapsed_hold_in_the_way:
        return NOW
    start = race.starts(clinic, seed)[seed % len(race.offsets)]
    lapsed = await booking.hold_slot(
        visitor=a_visitor(1_000_000 + seed),
        choice=clinic.choice(),
        chosen=ChosenTime(clinic.clinician.slug, start),
        now=NOW,
    )
    return lapsed.expires_at


async def _nothing_is_wrong(race: Race, clinic: AClinic) -> None:
    assert await overlapping_pairs() == 0
    assert await _pairs_too_near(race, clinic) == 0
    assert await torn_appointments() == []


@pytest.mark.requirement("S2-4")
@pytest.mark.parametrize("race", [*RACES, *OVER_A_LAPSED_HOLD], ids=_name)
async def test_of_200_at_the_same_instant_one_gets_it_and_199_are_told_it_is_taken(
    race, database, no_deadlocks
):
    clinic = await race.clinic()
    crowds = Crowds(clinic)
    for seed in SEEDS:
        now = await _prepare(race, clinic, seed)
        crowd = crowds.reaching_for(race.starts(clinic, seed), seed=seed)
        assert await rush(crowd, now=now) == EXPECTED, f"seed {seed}"
    await _nothing_is_wrong(race, clinic)


async def test_of_4_times_50_in_processes_of_their_own_one_gets_it(database, no_deadlocks):
    with processes(database) as several:
        for number, race in enumerate(RACES):
            clinic = await race.clinic(slug=f"clinic-{number}")
            crowds = Crowds(clinic, made=number * 10_000)
            for seed in SEEDS:
                crowd = crowds.reaching_for(race.starts(clinic, seed), seed=seed)
                assert several.rush(crowd, now=NOW) == EXPECTED, f"{race.name}, seed {seed}"
            await _nothing_is_wrong(race, clinic)


@pytest.mark.parametrize("race", RACES, ids=_name)
async def test_the_row_s_lock_alone_is_enough(race, database, no_deadlocks, monkeypatch):
    """The line inside the process only makes a rush cheap. Here everybody goes past it."""
    monkeypatch.setattr(booking, "in_line", _no_line)
    await session.dispose()
    session.configure(database, pool_size=30)
    clinic = await race.clinic()
    crowds = Crowds(clinic)
    for seed in SEEDS[:3]:
        crowd = crowds.reaching_for(race.starts(clinic, seed), seed=seed)
        assert await rush(crowd, now=NOW) == EXPECTED, f"seed {seed}"
    await _nothing_is_wrong(race, clinic)


@asynccontextmanager
async def _no_line(*_: object, **__: object) -> AsyncGenerator[Line]:
    yield Line()


@pytest.mark.parametrize("race", RACES, ids=_name)
async def test_the_control_books_twice(race, database):
    clinic = await race.clinic()
    await _drop_guards()
    crowds = Crowds(clinic)
    for seed in SEEDS[:3]:
        crowd = crowds.reaching_for(race.starts(clinic, seed), seed=seed)[:24]
        pairs_before = await _pairs_too_near(race, clinic)
        answers = await _rush_without_a_lock(clinic, crowd)
        assert answers == [None] * 24
        assert await _pairs_too_near(race, clinic) > pairs_before


async def test_without_the_lock_the_database_itself_still_refuses(database):
    clinic = await ONE_TIME.clinic()
    crowd = Crowds(clinic).reaching_for(ONE_TIME.starts(clinic, 0), seed=0)[:8]
    answers = await _rush_without_a_lock(clinic, crowd)
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == 7
    # Blind inserts may also deadlock, which is why the product never does them.
    assert all(is_occupied(answer) or is_transient(answer) for answer in refused)
    assert await overlapping_pairs() == 0


async def _pairs_too_near(race: Race, clinic: AClinic) -> int:
    return await pairs_nearer_than(
        race.buffer_after * MINUTE, resource_id=clinic.clinician.resource_id
    )


async def _rush_without_a_lock(clinic: AClinic, crowd: Sequence[Client]) -> list[DBAPIError | None]:
    """Let everybody look, and then, when all have looked, let everybody insert."""
    everybody_has_looked = asyncio.Barrier(len(crowd))
    its_clinic = await clinics.require_clinic(slug=clinic.slug)

    async def one(client: Client) -> DBAPIError | None:
        visitor = a_visitor(client.number)
        async with transaction() as tx:
            session_id = await visitor_sessions.ensure_session(
                tx,
                session_key=visitor.session_key,
                organization_id=clinic.organization_id,
                now=NOW,
            )
            offer = await availability.require_offered(
                tx,
                clinic=its_clinic,
                choice=clinic.choice(),
                chosen=ChosenTime(client.clinician, datetime.fromisoformat(client.starts_at)),
                visitor_session_id=session_id,
                now=NOW,
            )
        await everybody_has_looked.wait()
        try:
            async with transaction() as tx:
                claim = Claim(
                    offer=offer,
                    choice=clinic.choice(),
                    visitor=visitor,
                    visitor_session_id=session_id,
                    reference=f"R{client.number:08}",
                    made_at=NOW,
                    expires_at=NOW + 15 * MINUTE,
                )
                await insert_claim(tx, claim)
        except DBAPIError as failed:
            return failed
        return None

    return await asyncio.gather(*(one(client) for client in crowd))


async def _drop_guards() -> None:
    async with transaction() as tx:
        await tx.run_sync(guards.remove)
