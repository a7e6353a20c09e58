"""Messages on their way: once in words and deeds, whatever the mail server does."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select, update

from booking_app.db.base import core
from booking_app.db.queries import outbox as queue
from booking_app.db.session import reading, transaction
from booking_app.db.tables import Appointment, CapturedMail, OutboxItem
from booking_app.domain import live_topics
from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.domain.message_events import MessageEvent
from booking_app.services import access, mailbox, outbox
from booking_app.settings import get_settings
from tests.factories import NOW, AClinic, AnAppointment, a_clinic, an_appointment
from tests.services.visit_links import published_topics
from tests.support.mail_server import MailServer, running_mail_server

pytestmark = pytest.mark.usefixtures("database")
ITEM = core(OutboxItem)
ADDRESS = "maya@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[MailServer]:
    """Run a real SMTP server and point the product's settings at it."""
    with running_mail_server() as server:
        monkeypatch.setenv("BOOKING_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("BOOKING_SMTP_PORT", str(server.port))
        monkeypatch.setenv("BOOKING_SMTP_TLS", "none")
        monkeypatch.setenv("BOOKING_MAIL_FROM", "visits@clinic.example")
        get_settings.cache_clear()
        yield server
        get_settings.cache_clear()


async def a_message(
    clinic: AClinic,
    visit: AnAppointment,
    *,
    event: MessageEvent = MessageEvent.CONFIRMED,
    due_at: datetime = NOW,
    not_after: datetime | None = None,
    with_link: bool = False,
    sequence: int = 0,
    key: str = "",
) -> None:
    """Queue one message about a visit, as its transaction would."""
    async with transaction() as tx:
        link_id = None
        if with_link:
            link_id, _ = await access.issue_manage_link(
                tx,
                organization_id=clinic.organization_id,
                appointment_id=visit.id,
                issued_by="system",
                channel="email",
                now=NOW,
            )
        await queue.insert_item(
            tx,
            organization_id=clinic.organization_id,
            event=event,
            appointment_id=visit.id,
            patient_id=visit.patient_id,
            manage_link_id=link_id,
            ics_sequence=sequence,
            starts_at=visit.starts_at,
            recipient=ADDRESS,
            due_at=due_at,
            not_after=not_after,
            dedupe_key=key or f"{event}:{visit.id}:{sequence}",
            now=NOW,
        )


async def a_booked_visit(**clinic_settings: object) -> tuple[AClinic, AnAppointment]:
    clinic = await a_clinic(**clinic_settings)  # pyright: ignore[reportArgumentType]
    return clinic, await an_appointment(
        clinic,
        starts_at=clinic.at("10:00"),
        modality=str(clinic_settings.get("modality", "in_person")),
    )


async def rows() -> list[tuple[str, int, str | None]]:
    async with reading() as rx:
        found = await rx.execute(
            select(ITEM.c.state, ITEM.c.attempts, ITEM.c.suppressed_reason).order_by(ITEM.c.id)
        )
        return [(row[0], row[1], row[2]) for row in found]


async def change_visit(visit: AnAppointment, **values: object) -> None:
    async with transaction() as tx:
        table = core(Appointment)
        await tx.execute(update(table).where(table.c.id == visit.id).values(**values))


@pytest.mark.requirement("K-4")
async def test_a_confirmation_reaches_a_real_mail_server_once(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit, with_link=True)
    await outbox.deliver_due(now=NOW)
    await outbox.deliver_due(now=NOW + MINUTE)
    (mail,) = mail_server.received
    assert mail.recipients == (ADDRESS,)
    assert mail.sender == "visits@clinic.example"
    assert await rows() == [("sent", 1, None)]


@pytest.mark.requirement("K-4")
async def test_pages_of_the_visit_hear_when_its_mail_is_sent_refused_or_dropped(
    mail_server: MailServer,
):
    clinic, visit = await a_booked_visit()
    topic = live_topics.appointment(visit.uid)
    await a_message(clinic, visit, key="sent")
    async with published_topics() as topics:
        await outbox.deliver_due(now=NOW)
    assert topics == [topic]
    mail_server.recipient_answer = "550 5.1.1 no such user"
    await a_message(clinic, visit, key="refused")
    async with published_topics() as topics:
        await outbox.deliver_due(now=NOW)
    assert [row[0] for row in await rows()] == ["sent", "dead"]
    assert topics == [topic]
    await change_visit(
        visit,
        status=AppointmentStatus.CANCELLED.value,
        cancelled_by="patient",
        cancelled_at=NOW,
    )
    await a_message(clinic, visit, key="dropped")
    async with published_topics() as topics:
        await outbox.deliver_due(now=NOW)
    assert topics == [topic]


@pytest.mark.requirement("K-5")
async def test_the_invite_of_a_video_visit_says_when_the_room_opens_and_closes(
    mail_server: MailServer,
):
    clinic, visit = await a_booked_visit(modality="video", duration=20)
    await a_message(clinic, visit)
    await outbox.deliver_due(now=NOW)
    (mail,) = mail_server.received
    (attachment,) = list(mail.message.iter_attachments())
    event = icalendar.Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")[0]
    assert "09:50" in event["DESCRIPTION"]
    assert "11:20" in event["DESCRIPTION"]
    assert "UK time" in event["DESCRIPTION"]


@pytest.mark.requirement("K-5")
async def test_the_invite_of_a_visit_at_the_clinic_has_no_join_window(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    await outbox.deliver_due(now=NOW)
    (attachment,) = list(mail_server.received[0].message.iter_attachments())
    event = icalendar.Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")[0]
    assert "join" not in event["DESCRIPTION"].lower()


@pytest.mark.requirement("K-5")
async def test_the_join_window_follows_the_clinics_own_settings(mail_server: MailServer):
    clinic, visit = await a_booked_visit(
        modality="video", duration=20, join_opens_before=30, join_closes_after=5
    )
    await a_message(clinic, visit)
    await outbox.deliver_due(now=NOW)
    (attachment,) = list(mail_server.received[0].message.iter_attachments())
    event = icalendar.Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")[0]
    assert "09:30" in event["DESCRIPTION"]
    assert "10:25" in event["DESCRIPTION"]


@pytest.mark.requirement("S0-9")
async def test_a_template_with_the_manage_link_puts_a_working_link_in_the_mail(
    mail_server: MailServer,
):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit, with_link=True)
    await outbox.deliver_due(now=NOW)
    body = mail_server.received[0].message.get_body(("plain",))
    assert body is not None
    link = next(word for word in body.get_content().split() if "/m/" in word)
    token = link.rpartition("/m/")[2]
    from tests.factories import a_visitor

    opened = await access.exchange_manage_link(visitor=a_visitor(9), token=token, now=NOW)
    assert opened == visit.uid


@pytest.mark.requirement("S0-9")
async def test_a_template_without_the_field_sends_no_link(mail_server: MailServer):
    from booking_app.services import templates

    clinic, visit = await a_booked_visit()
    await templates.save_template(
        organization_id=clinic.organization_id,
        event=MessageEvent.CONFIRMED,
        subject="Confirmed",
        body="See you soon.",
        now=NOW,
    )
    await a_message(clinic, visit, with_link=True)
    await outbox.deliver_due(now=NOW)
    assert b"/m/" not in mail_server.received[0].raw
    assert "/m/" not in str(mail_server.received[0].message.get_body(("html",)))


async def test_a_mail_that_the_server_puts_off_is_tried_again_with_the_same_identity(
    mail_server: MailServer,
):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    mail_server.data_answer = "451 4.3.0 try later"
    await outbox.deliver_due(now=NOW)
    assert await rows() == [("queued", 1, None)]
    await outbox.deliver_due(now=NOW + MINUTE - timedelta(seconds=1))
    assert await rows() == [("queued", 1, None)]
    mail_server.data_answer = ""
    mail_server.breaks_off_after_data = True  # the server has it, but we never hear so
    await outbox.deliver_due(now=NOW + MINUTE)
    mail_server.breaks_off_after_data = False
    await outbox.deliver_due(now=NOW + 10 * MINUTE)
    first, second = mail_server.received
    assert first.raw == second.raw
    assert await rows() == [("sent", 3, None)]


async def test_an_address_that_does_not_exist_is_not_tried_again(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    mail_server.recipient_answer = "550 5.1.1 no such user"
    await outbox.deliver_due(now=NOW)
    await outbox.deliver_due(now=NOW + timedelta(days=1))
    assert await rows() == [("dead", 1, None)]
    async with reading() as rx:
        error = (await rx.execute(select(ITEM.c.last_error))).scalar_one()
    assert "550" in error
    assert ADDRESS not in error


async def test_a_mail_server_that_is_away_costs_no_message_a_try(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    await a_message(clinic, visit, key="second")
    monkeypatch.setenv("BOOKING_SMTP_PORT", "1")
    get_settings.cache_clear()
    await outbox.deliver_due(now=NOW)
    assert await rows() == [("queued", 0, None), ("queued", 0, None)]
    monkeypatch.setenv("BOOKING_SMTP_PORT", str(mail_server.port))
    get_settings.cache_clear()
    await outbox.deliver_due(now=NOW + 2 * MINUTE)
    assert [state for state, _, _ in await rows()] == ["sent", "sent"]


async def test_nothing_is_confirmed_of_a_visit_that_was_cancelled_meanwhile(
    mail_server: MailServer,
):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    await change_visit(
        visit, status=AppointmentStatus.CANCELLED.value, cancelled_at=NOW, cancelled_by="patient"
    )
    await outbox.deliver_due(now=NOW)
    assert mail_server.received == []
    assert await rows() == [("suppressed", 1, "not_confirmed")]


async def test_a_message_about_a_time_the_visit_no_longer_has_is_dropped(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    await change_visit(
        visit,
        starts_at=visit.starts_at + timedelta(hours=1),
        ends_at=visit.ends_at + timedelta(hours=1),
    )
    await outbox.deliver_due(now=NOW)
    assert mail_server.received == []
    assert await rows() == [("suppressed", 1, "moved")]


async def test_a_message_that_is_of_no_use_any_more_becomes_stale(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit, not_after=NOW + MINUTE)
    await outbox.deliver_due(now=NOW + MINUTE)
    assert mail_server.received == []
    assert await rows() == [("stale", 0, None)]


async def test_a_cancellation_takes_the_event_out_of_the_calendar(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    await change_visit(
        visit,
        status=AppointmentStatus.CANCELLED.value,
        cancelled_at=NOW,
        cancelled_by="patient",
        ics_sequence=1,
    )
    await a_message(clinic, visit, event=MessageEvent.CANCELLED_BY_PATIENT, sequence=1)
    await outbox.deliver_due(now=NOW)
    (attachment,) = list(mail_server.received[0].message.iter_attachments())
    calendar = icalendar.Calendar.from_ical(attachment.get_payload(decode=True))
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1
    assert event["UID"] == f"{visit.uid}@localhost"


@pytest.mark.requirement("K-4")
async def test_two_workers_at_once_send_each_message_once(mail_server: MailServer):
    clinic, visit = await a_booked_visit()
    for number in range(25):
        await a_message(clinic, visit, key=f"message {number}")
    await asyncio.gather(
        *(outbox.deliver_due(now=NOW, worker=f"worker {number}") for number in range(4))
    )
    assert len(mail_server.received) == 25
    assert len({mail.message["Message-ID"] for mail in mail_server.received}) == 25


async def test_a_worker_that_died_leaves_its_message_to_the_next(mail_server: MailServer):
    from booking_app.db.queries import delivery

    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit)
    async with transaction() as tx:
        await delivery.lease_due(tx, worker="dead", limit=10, lease=MINUTE, now=NOW)
    await outbox.deliver_due(now=NOW + MINUTE - timedelta(seconds=1))
    assert mail_server.received == []
    await outbox.deliver_due(now=NOW + MINUTE)
    assert len(mail_server.received) == 1


async def test_without_a_mail_server_mails_are_read_in_the_mailbox():
    clinic, visit = await a_booked_visit()
    await a_message(clinic, visit, with_link=True)
    await outbox.deliver_due(now=NOW)
    (row,) = await mailbox.list_mails(zone=clinic.zone, now=NOW)
    assert row.recipient == ADDRESS
    mail = await mailbox.read_mail(uid=row.uid)
    assert "/m/" in mail.text
    assert "/m/" in mail.html
    assert b"METHOD:REQUEST" in mail.calendar
    async with reading() as rx:
        assert len((await rx.execute(select(core(CapturedMail).c.id))).all()) == 1
