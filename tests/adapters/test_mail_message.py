"""The MIME message: its shape, its stability, and headers nobody can add to."""

import dataclasses
import email.utils
import random
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header
from email.policy import compat32, default
from uuid import UUID

import icalendar
import pytest

from booking_app.adapters import mail
from booking_app.adapters.calendar_file import CalendarEvent, invite, invite_method
from booking_app.adapters.mail_message import Invite, Mail, build_message, message_id
from booking_app.domain.clean_text import clean_line
from booking_app.domain.delivery import Outcome
from booking_app.settings import Settings
from tests.support import libical
from tests.support.mail_server import running_mail_server

DATED = datetime(2026, 7, 13, 14, 42, tzinfo=UTC)
UID = UUID("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")
BOOKED = CalendarEvent(
    uid=f"{UID}@book.marlow.example",
    sequence=0,
    starts_at=DATED + timedelta(days=1),
    ends_at=DATED + timedelta(days=1, minutes=20),
    created_at=DATED,
    modified_at=DATED,
    summary="Appointment at Marlow Street Clinic",
    organizer_email="bookings@marlow.example",
    organizer_name="Marlow Street Clinic",
    attendee_email="priya.raman@example.org",
)
CANCELLED = dataclasses.replace(BOOKED, sequence=1, is_cancelled=True)


def letter_about(event: CalendarEvent) -> Mail:
    return Mail(
        message_id=message_id(UID, "bookings@marlow.example"),
        dated_at=DATED,
        from_name="Marlow Street Clinic",
        from_address="bookings@marlow.example",
        to_address="priya.raman@example.org",
        subject="Your appointment on Tuesday 14 July is confirmed",
        text="Dear Priya\n\nSee you – on Tuesday.",
        html="<p>Dear Priya</p>",
        invite=Invite(invite(event, DATED), invite_method(event)),
    )


LETTER = letter_about(BOOKED)


async def test_a_mail_with_an_invite_arrives_as_text_html_calendar_and_attached_file():
    with running_mail_server() as server:
        result = await mail.send(
            build_message(LETTER),
            Settings.model_validate(
                {
                    "smtp_host": "127.0.0.1",
                    "smtp_port": server.port,
                    "smtp_tls": "none",
                    "mail_from": "bookings@marlow.example",
                }
            ),
        )
    assert result.outcome is Outcome.SENT
    (received,) = server.received
    message = received.message
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    _, _, text, html, calendar, attached = message.walk()
    assert text.get_content().splitlines() == ["Dear Priya", "", "See you – on Tuesday."]
    assert html.get_content().strip() == "<p>Dear Priya</p>"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_payload(decode=True) == LETTER.invite.file
    assert attached.get_filename() == "invite.ics"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_payload(decode=True) == LETTER.invite.file
    verdict = libical.check(calendar.get_payload(decode=True))
    assert verdict.is_allowed
    assert verdict.errors == ()
    (event,) = icalendar.Calendar.from_ical(calendar.get_payload(decode=True)).walk("VEVENT")
    assert event["ORGANIZER"] == f"mailto:{message['From'].addresses[0].addr_spec}"
    assert event["ATTENDEE"] == f"mailto:{message['To'].addresses[0].addr_spec}"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_cancellation_says_cancel_in_the_part_and_in_the_file():
    message = build_message(letter_about(CANCELLED))
    calendar = next(part for part in message.walk() if part.get_content_subtype() == "calendar")
    assert calendar.get_param("method") == "CANCEL"
    assert b"METHOD:CANCEL\r\n" in calendar.get_payload(decode=True)


def test_a_method_that_is_not_that_of_the_file_is_a_bug():
    wrong = dataclasses.replace(LETTER, invite=Invite(invite(CANCELLED, DATED), "REQUEST"))
    with pytest.raises(ValueError, match="no REQUEST"):
        build_message(wrong)


def test_a_mail_without_an_invite_is_text_and_html():
    message = build_message(dataclasses.replace(LETTER, invite=None))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_every_try_sends_the_same_bytes_and_another_mail_has_its_own_boundaries():
    assert build_message(LETTER).as_bytes() == build_message(LETTER).as_bytes()
    other = dataclasses.replace(LETTER, message_id=message_id(UUID(int=1), "a@marlow.example"))
    assert build_message(other).get_boundary() != build_message(LETTER).get_boundary()


def test_message_id_and_date_are_those_given():
    message = build_message(LETTER)
    assert message["Message-ID"] == f"<{UID}@marlow.example>"
    assert message["Date"] == "Mon, 13 Jul 2026 14:42:00 +0000"


def test_answers_go_to_the_clinics_own_mailbox_where_it_has_one():
    message = build_message(dataclasses.replace(LETTER, reply_to="desk@marlow.example"))
    assert message["Reply-To"].addresses[0].addr_spec == "desk@marlow.example"
    assert "Reply-To" not in build_message(LETTER)


SNIPPETS = (
    "\r\nBcc: all@evil.example",
    "\nSubject: other",
    "\r\n\r\n<script>body</script>",
    "\rX-Evil: 1",
    "\u2028Bcc: a@b.example",
    "\x85Bcc: a@b.example",
    "\x0bBcc: a@b.example",
    "\x00",
    "\ud800",
    "=?utf-8?q?=0D=0ABcc=3A_a=40b.example?=",
    "<a@b.example>",
    '"',
    "\\",
    ",",
    ";",
    ":",
    "@",
    "(",
    ")",
    "é",
    "漢字",
    "👩‍⚕️",
    "\u202e",
    "Priya ",
    "a" * 90,
    "ä" * 50,
)
HEADERS = sorted(build_message(LETTER).keys())


def test_400_hostile_texts_in_subject_and_name_add_no_header_and_no_address():
    chance = random.Random(20260714)
    for _ in range(400):
        text = "".join(chance.choices(SNIPPETS, k=chance.randint(1, 6)))
        hostile = dataclasses.replace(LETTER, subject=text + ".", from_name=text + ".")
        raw = build_message(hostile).as_bytes()
        for policy in (default, compat32):
            message = message_from_bytes(raw, policy=policy)
            assert sorted(message.keys()) == HEADERS, text
            senders = email.utils.getaddresses([str(message["From"])])
            assert [address for _, address in senders] == ["bookings@marlow.example"], text
        # Folding may add or take a space; what may not change is everything else.
        subject = _decoded(message_from_bytes(raw)["Subject"])
        assert "".join(subject.split()) == "".join(clean_line(text + ".", 150).split())
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b"")


def _decoded(header: str) -> str:
    unfolded = header.replace("\r\n", "").replace("\n", "")
    return "".join(
        piece.decode(charset or "ascii") if isinstance(piece, bytes) else piece
        for piece, charset in decode_header(unfolded)
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Marlow Street Clinic", "Marlow Street Clinic"),
        ("Smith, Jones & Partners", "Smith, Jones & Partners"),
        ("Praxis Dr. Müller, Köln", "Praxis Dr. Müller, Köln"),
        (
            "The Practice of Smith, Jones, Brown and Partners at St. Mary's",
            "The Practice of Smith Jones Brown and Partners at St Mary's",
        ),
    ],
)
def test_the_clinics_name_stands_before_its_address(name, shown):
    raw = build_message(dataclasses.replace(LETTER, from_name=name)).as_bytes()
    (sender,) = message_from_bytes(raw, policy=default)["From"].addresses
    assert sender.display_name == shown


@pytest.mark.parametrize(
    "address",
    [
        "",
        "priya",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Priya <a@b.example>",
        "a@b@c.example",
        "a b@c.example",
    ],
)
def test_an_address_that_is_no_plain_mailbox_is_a_bug(address):
    with pytest.raises(ValueError, match="plain mailbox"):
        build_message(dataclasses.replace(LETTER, to_address=address))


@pytest.mark.parametrize("value", ["", "abc", "<a b@c>", "<a@b>\r\nX: 1", "<a@b@c>"])
def test_a_message_id_that_is_none_is_a_bug(value):
    with pytest.raises(ValueError, match="not a Message-ID"):
        build_message(dataclasses.replace(LETTER, message_id=value))
