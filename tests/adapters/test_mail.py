"""Sending over a real SMTP server, and what each of its moods is taken for."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from booking_app.adapters import mail
from booking_app.adapters.mail_message import Mail, build_message
from booking_app.domain.delivery import DeliveryResult, Outcome
from booking_app.settings import Settings
from tests.support.mail_server import (
    CERTIFICATE,
    PASSWORD,
    USERNAME,
    MailServer,
    running_mail_server,
)
from tests.support.processes import free_port

PATIENT = "priya.raman@example.org"
LETTER = Mail(
    message_id="<1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed@marlow.example>",
    dated_at=datetime(2026, 7, 13, 14, 42, tzinfo=UTC),
    from_name="Marlow Street Clinic",
    from_address="bookings@marlow.example",
    to_address=PATIENT,
    subject="Your appointment on Tuesday 14 July is confirmed",
    text="Dear Priya",
    html="<p>Dear Priya</p>",
)


def settings(server: MailServer, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "smtp_host": "127.0.0.1",
            "smtp_port": server.port,
            "smtp_tls": "none",
            "smtp_timeout_seconds": 5.0,
            "mail_from": "bookings@marlow.example",
        }
        | more
    )


async def send(server: MailServer, letter: Mail = LETTER, **more: object) -> DeliveryResult:
    result = await mail.send(build_message(letter), settings(server, **more))
    assert PATIENT.partition("@")[0] not in result.error
    assert "@" not in result.error
    return result


async def test_a_mail_arrives_with_its_envelope_and_its_bytes():
    with running_mail_server() as server:
        assert await send(server) == DeliveryResult(Outcome.SENT)
    (received,) = server.received
    assert received.sender == "bookings@marlow.example"
    assert received.recipients == (PATIENT,)
    assert received.raw == build_message(LETTER).as_bytes()
    assert server.sessions[0].host_name == "marlow.example"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (
            "550 5.1.1 <priya.raman@example.org> unknown",
            DeliveryResult(Outcome.DEAD, "The mail server refused the address (550 5.1.1)"),
        ),
        ("553 no", DeliveryResult(Outcome.DEAD, "The mail server refused the address (553)")),
        (
            "450 4.2.1 <priya.raman@example.org> is busy",
            DeliveryResult(Outcome.RETRY, "The mail server refused the address (450 4.2.1)"),
        ),
    ],
)
async def test_an_address_refused_for_good_is_dead_and_for_now_is_tried_again(answer, result):
    with running_mail_server() as server:
        server.recipient_answer = answer
        assert await send(server) == result
    assert server.received == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("554 5.7.1 looks like spam", Outcome.DEAD),
        ("452 4.3.1 no room", Outcome.RETRY),
        ("421 4.3.2 shutting down", Outcome.RETRY),
    ],
)
async def test_a_message_refused_after_data_is_dead_or_tried_again_by_its_code(answer, outcome):
    with running_mail_server() as server:
        server.data_answer = answer
        result = await send(server)
    assert result.outcome is outcome
    assert answer.split(" ")[0] in result.error


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.7.1 sender not yours", Outcome.CHANNEL),
        ("530 5.7.0 authenticate first", Outcome.CHANNEL),
        ("552 5.3.4 too big", Outcome.DEAD),
        ("451 4.7.1 greylisted", Outcome.RETRY),
    ],
)
async def test_a_refused_sender_is_our_own_trouble_unless_it_passes(answer, outcome):
    with running_mail_server() as server:
        server.mail_answer = answer
        assert (await send(server)).outcome is outcome


async def test_a_connection_lost_after_data_is_tried_again_and_arrives_as_the_same_mail():
    with running_mail_server() as server:
        server.breaks_off_after_data = True
        first = await send(server)
        server.breaks_off_after_data = False
        second = await send(server)
    assert first.outcome is Outcome.RETRY
    assert second.outcome is Outcome.SENT
    assert len(server.received) == 2
    assert server.received[0].raw == server.received[1].raw


async def test_a_server_that_does_not_answer_is_left_after_the_time_allowed():
    with running_mail_server() as server:
        server.silent_for_seconds = 30
        async with asyncio.timeout(5):
            result = await send(server, smtp_timeout_seconds=0.3)
    assert result == DeliveryResult(Outcome.RETRY, "The mail server did not answer in time")


async def test_a_server_that_takes_the_connection_and_says_nothing_is_the_channels_trouble():
    hung_up = asyncio.Event()

    async def say_nothing(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with silent:
        server = MailServer(port=silent.sockets[0].getsockname()[1])
        result = await send(server, smtp_timeout_seconds=0.3)
        await asyncio.wait_for(hung_up.wait(), 5)
    assert result.outcome is Outcome.CHANNEL
    assert "does not answer" in result.error


async def test_a_server_that_is_away_is_the_channels_trouble():
    result = await send(MailServer(port=free_port()))
    assert result.outcome is Outcome.CHANNEL
    assert result.error.startswith("We cannot connect to the mail server")


LOGIN = {"smtp_tls": "starttls", "smtp_username": USERNAME, "smtp_password": PASSWORD}


async def test_signing_in_with_the_password_works_and_with_another_is_the_channels_trouble(
    monkeypatch,
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with running_mail_server(needs_login=True) as server:
        right = await send(server, **LOGIN)
        wrong = await send(server, **LOGIN | {"smtp_password": "guess"})
        without = await send(server, smtp_tls="starttls")
    assert right.outcome is Outcome.SENT
    assert wrong.outcome is Outcome.CHANNEL
    assert wrong.error == "The mail server refused our user name or password (535 5.7.8)"
    assert without.outcome is Outcome.CHANNEL
    assert len(server.received) == 1


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_a_server_with_a_certificate_we_trust_gets_the_mail_encrypted(mode, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with running_mail_server(starttls=mode == "starttls", tls=mode == "tls") as server:
        assert (await send(server, smtp_tls=mode)).outcome is Outcome.SENT
    assert len(server.received) == 1


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_a_certificate_we_do_not_trust_stops_everything(mode):
    with running_mail_server(starttls=mode == "starttls", tls=mode == "tls") as server:
        result = await send(server, smtp_tls=mode)
    assert result.outcome is Outcome.CHANNEL
    assert server.received == []


async def test_a_server_without_starttls_gets_nothing_where_encryption_is_asked_for():
    with running_mail_server() as server:
        result = await send(server, smtp_tls="starttls")
    assert result.outcome is Outcome.CHANNEL
    assert server.received == []


async def test_an_address_the_server_cannot_write_is_dead_and_not_the_channels_trouble():
    letter = dataclasses.replace(LETTER, to_address="priya.müller@example.org")
    with running_mail_server() as server:
        result = await send(server, letter)
    assert result == DeliveryResult(Outcome.DEAD, "The mail server cannot write to this address")


async def test_the_connection_can_be_checked_without_sending(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with running_mail_server(needs_login=True) as server:
        right = await mail.check_connection(settings(server, **LOGIN))
        wrong = await mail.check_connection(settings(server, **LOGIN | {"smtp_password": "guess"}))
    assert right.outcome is Outcome.SENT
    assert wrong.outcome is Outcome.CHANNEL
    assert server.received == []


def test_without_a_host_no_mail_server_is_configured():
    assert not mail.is_configured(Settings.model_validate({"smtp_host": ""}))
    assert mail.is_configured(settings(MailServer(port=25)))


def test_the_longest_send_is_known_to_whoever_leases_a_message():
    longest = mail.longest_send(settings(MailServer(port=25), smtp_timeout_seconds=20.0))
    assert longest == timedelta(seconds=45)
