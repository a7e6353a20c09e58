"""Hold and confirm through the services, against the same statements on the bare driver.

The floor is asyncpg, and aiosqlite with ``synchronous=FULL``; every commit reaches the disk on
both sides. Every client books times of a
clinician of its own, one new patient after the other, so nobody waits for anybody's diary.
"""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.bare_drivers import Driver, open_drivers
from bench.databases import POSTGRESQL_URL, empty_database
from bench.report import Report, ResultsDiffer, times_faster
from bench.statement_log import Caught, Replay, StatementLog, Step
from booking_app.db import session
from booking_app.db.base import TableModel, core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentItem,
    Hold,
    ManageLink,
    Patient,
    VisitorSession,
)
from booking_app.domain.actors import Visitor
from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.dto.booking import ChosenTime
from booking_app.services import booking, confirming
from tests.concurrency.agreement import torn_appointments
from tests.factories import NOW, AClinic, a_clinic, a_visitor, some_details

CLIENTS = 8
BOOKINGS_IN_A_ROUND = 24
ROUNDS = 11
GATES = {("sqlite", 1): 0.25, ("postgresql", 1): 0.5, ("postgresql", 8): 0.4}
STEP = timedelta(minutes=15)
FIRST_VISIT = NOW.replace(hour=0, minute=0) + timedelta(days=10)
LAST_DAY = 600
_APART = 1_000
_VISITORS_APART = 1_000_000


@dataclass
class Client:
    """One who books at one clinician, one time and one patient after the other."""

    clinic: AClinic
    place: int
    steps: list[Step] = field(default_factory=list)
    caught: Caught | None = None
    caught_booking: int = 0
    bookings: Iterator[int] = field(default_factory=itertools.count)

    async def book(self, number: int | None = None) -> None:
        """Hold and confirm the next time as the product does."""
        number = next(self.bookings) if number is None else number
        clinician = self.clinic.clinicians[self.place]
        visitor = self.visitor(number)
        held = await booking.hold_slot(
            visitor=visitor,
            choice=self.clinic.choice(clinician),
            chosen=ChosenTime(clinician.slug, FIRST_VISIT + number * STEP),
            now=NOW,
        )
        await confirming.confirm_hold(
            visitor=visitor,
            clinic_slug=self.clinic.slug,
            hold_uid=held.hold_uid,
            details=some_details(self.place * _VISITORS_APART + number),
            now=NOW,
        )

    async def say_the_same(self, driver: Driver) -> None:
        """Send for the next time what ``book`` would have sent."""
        assert self.caught is not None
        moved_by = (next(self.bookings) - self.caught_booking) * STEP
        replay = Replay(self.caught, moved_by=moved_by)
        for step in self.steps:
            replay.note(step, await driver.send(step.statement, replay.parameters(step)))

    def visitor(self, number: int) -> Visitor:
        return a_visitor(self.place * _VISITORS_APART + number)


def main() -> None:
    report = Report()
    for kind in ("sqlite", "postgresql"):
        with empty_database(kind) as url, asyncio.Runner() as loop:
            loop.run(_make_commits_durable(url))
            session.configure(url, pool_size=CLIENTS)
            clients = loop.run(_clients())
            loop.run(session.dispose())
            session.configure(url, pool_size=CLIENTS)
            for count in (1, CLIENTS):
                ratios = _compare(loop, url, clients[:count])
                name = f"hold_confirm_{kind}_{count}"
                report.figure(name, ratios, at_least=GATES.get((kind, count)))
            loop.run(_require_whole_bookings(clients))
            loop.run(session.dispose())
    report.finish()


def _compare(loop: asyncio.Runner, url: str, clients: list[Client]) -> list[float]:
    each = BOOKINGS_IN_A_ROUND // len(clients)
    drivers = loop.run(open_drivers(url, len(clients)))

    async def everybody(book: Callable[[Client, Driver], Awaitable[None]]) -> None:
        async def one(client: Client, driver: Driver) -> None:
            for _ in range(each):
                await book(client, driver)

        await asyncio.gather(*map(one, clients, drivers))

    ratios = times_faster(
        lambda: loop.run(everybody(lambda client, _: client.book())),
        lambda: loop.run(everybody(Client.say_the_same)),
        rounds=ROUNDS,
    )
    for driver in drivers:
        loop.run(driver.close())
    return ratios


async def _make_commits_durable(url: str) -> None:
    """Let a private PostgreSQL flush at each commit, as a clinic's does and SQLite with FULL."""
    if POSTGRESQL_URL in os.environ or not url.startswith("postgresql"):
        return
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = on")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def _clients() -> list[Client]:
    clinic = await a_clinic(
        clinicians=CLIENTS, duration=15, opens=0, closes=24 * 60, max_advance_days=LAST_DAY
    )
    await _set_keys_apart(clinic)
    clients = [Client(clinic, place) for place in range(CLIENTS)]
    for client in clients:
        await client.book()  # the first one prepares what is prepared once
        await _catch(client)
    return clients


async def _catch(client: Client) -> None:
    """Take down one booking of a client, and find out which values were this booking's own."""
    client.caught_booking = number = next(client.bookings)
    log = StatementLog()
    with log.being_taken(await _engines()):
        await client.book(number)
    keyed = (Appointment, AppointmentItem, Hold, VisitorSession, Patient, ManageLink)
    appointment, link = core(Appointment), core(ManageLink)
    async with reading() as rx:
        keys: dict[int, str] = {
            (await rx.execute(select(func.max(core(model).c.id)))).scalar_one(): core(model).name
            for model in keyed
        }
        newest = select(appointment.c.reference).order_by(appointment.c.id.desc()).limit(1)
        reference: str = (await rx.execute(newest)).scalar_one()
        newest = select(link.c.token_sha256).order_by(link.c.id.desc()).limit(1)
        token: str = (await rx.execute(newest)).scalar_one()
    texts = (client.visitor(number).session_key, reference, token)
    client.steps = log.steps
    client.caught = Caught(keys, texts, moves_after=FIRST_VISIT - timedelta(days=5))


async def _engines() -> list[AsyncEngine]:
    """Return the engines of this process, each once: on PostgreSQL one both reads and writes."""
    writer = session.get_engine()
    async with reading() as rx:
        return [writer] if rx.engine.pool is writer.pool else [writer, rx.engine]


async def _require_whole_bookings(clients: list[Client]) -> None:
    """Make sure that both sides left the same rows behind, booking by booking."""
    appointment = core(Appointment)
    is_confirmed = appointment.c.status == AppointmentStatus.CONFIRMED.value
    async with reading() as rx:
        booked = await rx.execute(select(func.count()).where(is_confirmed))
        confirmed = booked.scalar_one()
    asked_for = sum(next(client.bookings) for client in clients)
    torn = [row for row in await torn_appointments() if row[1] != "expired"]
    if confirmed != asked_for or torn:
        raise ResultsDiffer(f"{confirmed} of {asked_for} bookings, {len(torn)} not whole")


async def _set_keys_apart(clinic: AClinic) -> None:
    """Give each table another number of rows, so that a caught key tells whose it is."""
    of_clinic = {"organization_id": clinic.organization_id, "created_at": NOW}
    of_type = {"appointment_type_id": clinic.type_id, "clinician_id": clinic.clinician.id}
    visit = {
        **(of_clinic | of_type),
        "location_id": clinic.location_id,
        "modality": "in_person",
        "starts_at": NOW,
        "ends_at": NOW + STEP,
        "timezone": clinic.zone,
        "default_duration": 15,
        "status": AppointmentStatus.EXPIRED.value,
        "updated_at": NOW,
    }
    item = of_type | {"appointment_id": 1, "duration": 15, "default_duration": 15}
    hold = of_clinic | {"appointment_id": 1, "expires_at": NOW, "released_at": NOW}
    visitor = {"created_at": NOW, "last_seen_at": NOW}
    patient = of_clinic | {"first_name": "A", "last_name": "B", "last_name_norm": "b"}
    link = of_clinic | {"appointment_id": 1}
    tables: tuple[tuple[type[TableModel], Mapping[str, object], str], ...] = (
        (Appointment, visit, "reference"),
        (AppointmentItem, item, ""),
        (Hold, hold, ""),
        (VisitorSession, visitor, "token_sha256"),
        (Patient, patient | {"updated_at": NOW}, ""),
        (ManageLink, link, "token_sha256"),
    )
    async with transaction() as tx:
        for count, (model, row, unique) in enumerate(tables, start=1):
            rows = [
                row | ({unique: f"X{number}"} if unique else {}) for number in range(count * _APART)
            ]
            await tx.execute(insert(core(model)), rows)


if __name__ == "__main__":
    main()
