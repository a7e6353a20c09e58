"""Sending mail over SMTP, one message a connection, and saying how it went."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from booking_app.domain.delivery import DeliveryResult, Outcome
from booking_app.settings import Settings

_GOODBYE_SECONDS = 5.0
_TOO_BIG = {523, 552}
_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


def is_configured(settings: Settings) -> bool:
    """Tell whether there is a mail server; without one, mails are kept in the mailbox page."""
    return bool(settings.smtp_host)


def longest_send(settings: Settings) -> timedelta:
    """Return how long ``send`` can take. A lease on a message has to last longer."""
    return timedelta(seconds=2 * settings.smtp_timeout_seconds + _GOODBYE_SECONDS)


async def send(message: EmailMessage, settings: Settings) -> DeliveryResult:
    """Hand ``message`` to the mail server and return how that went.

    Sender and recipient of the envelope are those of the headers. Whatever goes wrong
    before the message is offered (connection, certificate, password) is the channel's
    failure; after that it is this message's. The error text has the server's code but
    never its words, which tend to repeat the address.
    """
    client = _client(settings)
    refusal = await _connect(client, settings)
    if refusal is not None:
        return refusal
    try:
        async with asyncio.timeout(settings.smtp_timeout_seconds):
            await client.send_message(
                message,
                sender=_only_address(message, "From"),
                recipients=[_only_address(message, "To")],
            )
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        return _message_failure(error)
    await _say_goodbye(client)
    return DeliveryResult(Outcome.SENT)


async def check_connection(settings: Settings) -> DeliveryResult:
    """Connect and sign in as ``send`` does, but send nothing; SENT says that it works."""
    client = _client(settings)
    refusal = await _connect(client, settings)
    if refusal is not None:
        return refusal
    await _say_goodbye(client)
    return DeliveryResult(Outcome.SENT)


async def _connect(client: SMTP, settings: Settings) -> DeliveryResult | None:
    """Connect, encrypt and sign in as far as the settings ask; return the failure, if any."""
    try:
        async with asyncio.timeout(settings.smtp_timeout_seconds):
            await client.connect()
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        return _channel_failure(error)
    return None


def _client(settings: Settings) -> SMTP:
    has_login = bool(settings.smtp_username)
    return SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username if has_login else None,
        password=settings.smtp_password.get_secret_value() if has_login else None,
        # Asking the system for our own name can block on DNS for seconds.
        local_hostname=settings.mail_from.rpartition("@")[2],
        timeout=settings.smtp_timeout_seconds,
        use_tls=settings.smtp_tls == "tls",
        # True insists on STARTTLS; the library's default would go on without it.
        start_tls=settings.smtp_tls == "starttls",
    )


async def _say_goodbye(client: SMTP) -> None:
    """Close politely. The server has the message: nothing that fails now may undo that."""
    with suppress(SMTPException, OSError):
        async with asyncio.timeout(_GOODBYE_SECONDS):
            await client.quit()
    client.close()


def _only_address(message: EmailMessage, header: str) -> str:
    (address,) = message[header].addresses
    return address.addr_spec


def _channel_failure(error: Exception) -> DeliveryResult:
    if isinstance(error, SMTPAuthenticationError):
        text = "The mail server refused our user name or password"
    elif isinstance(error, SMTPResponseException):
        text = "The mail server does not accept our connection"
    elif isinstance(error, TimeoutError):
        text = "The mail server does not answer"
    else:
        text = "We cannot connect to the mail server"
    return DeliveryResult(Outcome.CHANNEL, text + _code_of(error) + _kind_of(error))


def _message_failure(error: Exception) -> DeliveryResult:
    match error:
        case SMTPRecipientsRefused(recipients=refusals):
            is_final = all(_is_final(refusal) for refusal in refusals)
            outcome = Outcome.DEAD if is_final else Outcome.RETRY
            return DeliveryResult(
                outcome, "The mail server refused the address" + _code_of(refusals[0])
            )
        case SMTPSenderRefused(code=code) if code in _TOO_BIG:
            return DeliveryResult(Outcome.DEAD, "The message is too big" + _code_of(error))
        case SMTPSenderRefused() if _is_final(error):
            text = "The mail server does not let us send from our address"
            return DeliveryResult(Outcome.CHANNEL, text + _code_of(error))
        case SMTPHeloError():
            return _channel_failure(error)
        case SMTPNotSupported() | ValueError():
            return DeliveryResult(Outcome.DEAD, "The mail server cannot write to this address")
        case SMTPDataError() if _is_final(error):
            return DeliveryResult(Outcome.DEAD, "The message was refused" + _code_of(error))
        case SMTPResponseException():
            text = "The mail server asks us to try again later"
        case TimeoutError():
            text = "The mail server did not answer in time"
        case _:
            text = "The connection to the mail server broke"
    return DeliveryResult(Outcome.RETRY, text + _code_of(error))


def _is_final(error: SMTPResponseException) -> bool:
    return 500 <= error.code < 600


def _code_of(error: Exception) -> str:
    """Return the codes of the server's answer, `` (550 5.1.1)``, or nothing without an answer."""
    if not isinstance(error, SMTPResponseException) or error.code < 0:
        return ""
    enhanced = _ENHANCED_CODE.match(error.message.strip())
    return f" ({error.code}{' ' + enhanced.group() if enhanced else ''})"


def _kind_of(error: Exception) -> str:
    """Return what kind of failure a technician should look for, without its words."""
    cause = error.__cause__ or error
    return "" if isinstance(error, SMTPResponseException) else f" ({type(cause).__name__})"
