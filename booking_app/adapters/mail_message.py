"""From finished parts to one MIME message that is the same, byte for byte, at every try.

A calendar invite goes in twice: as an alternative of the text, which mail programs turn
into a card with buttons, and as an attached file, which every other calendar can open.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from booking_app.adapters.calendar_file import Method
from booking_app.domain.clean_text import clean_line, clean_text

ATTACHMENT_NAME = "invite.ics"

_MAX_NAME = 100
_MAX_SUBJECT = 150
_FITS_ON_A_LINE = 70
_NEEDS_QUOTES = re.compile(r'[()<>@,:;.\\"\[\]]')
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_MAILBOX = re.compile(r'[^\s<>"@,;:\x00-\x1f\x7f]+@[^\s<>"@,;:\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class Invite:
    """A calendar file and its METHOD, which the MIME part has to repeat."""

    file: bytes
    method: Method


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. ``message_id`` and ``dated_at`` are kept over all tries."""

    message_id: str
    dated_at: datetime
    from_name: str
    from_address: str
    to_address: str
    subject: str
    text: str
    html: str
    reply_to: str = ""
    invite: Invite | None = None


def message_id(uid: UUID, from_address: str) -> str:
    """Return the Message-ID of the outbox item ``uid``: no time, no counter, no person."""
    return f"<{uid}@{from_address.rpartition('@')[2]}>"


def build_message(mail: Mail) -> EmailMessage:
    """Return ``mail`` as a MIME message.

    Raises:
        ValueError: an address, the Message-ID or the invite's METHOD is not what it says.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(mail.from_address, mail.from_name)
    message["To"] = _mailbox(mail.to_address)
    if mail.reply_to:
        message["Reply-To"] = _mailbox(mail.reply_to, mail.from_name)
    message["Subject"] = _header_text(mail.subject, _MAX_SUBJECT)
    message["Date"] = mail.dated_at.astimezone(UTC)
    message["Message-ID"] = _checked_message_id(mail.message_id)
    # Holiday replies to a clinic's mailbox help nobody; bounces do, so they are not suppressed.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(clean_text(mail.text) + "\n", cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.invite is not None:
        _add_invite(message, mail.invite)
    _fix_boundaries(message, mail.message_id)
    return message


def _add_invite(message: EmailMessage, invite: Invite) -> None:
    if f"\r\nMETHOD:{invite.method}\r\n".encode() not in invite.file:
        msg = f"the calendar file is no {invite.method}"
        raise ValueError(msg)
    # Last of the alternatives is the richest: what understands it shows it.
    message.add_alternative(
        invite.file.decode(),
        subtype="calendar",
        params={"method": invite.method},
        cte="base64",
    )
    message.add_attachment(
        invite.file, maintype="application", subtype="ics", filename=ATTACHMENT_NAME
    )


def _fix_boundaries(message: EmailMessage, seed: str) -> None:
    """Give every multipart a boundary that follows from the Message-ID.

    The library draws random ones. ``=_`` occurs in no quoted-printable or base64 text,
    so no content can contain a boundary.
    """
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        digest = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()
        part.set_boundary(f"=_{digest[:40]}")


def _mailbox(address: str, name: str = "") -> Address:
    if _MAILBOX.fullmatch(address) is None:
        msg = "not a plain mailbox address"
        raise ValueError(msg)
    username, _, domain = address.rpartition("@")
    shown = _header_text(name, _MAX_NAME)
    if len(f'Reply-To: "{shown}" <{address}>') > _FITS_ON_A_LINE:
        # The library loses the quotes of a quoted name when it folds the line, and what
        # follows a comma would be an address. A name without these needs no quotes.
        shown = " ".join(_NEEDS_QUOTES.sub(" ", shown).split())
    return Address(shown, username, domain)


def _header_text(text: str, max_length: int) -> str:
    """Return a clean line that the e-mail library takes literally.

    It decodes an encoded word that somebody typed, ``=?utf-8?q?=0D=0ABcc=3A…?=``, and
    writes out the line break in it: a header of its own. A space keeps it from being one.
    """
    return clean_line(text, max_length).replace("=?", "= ?")


def _checked_message_id(value: str) -> str:
    if _MESSAGE_ID.fullmatch(value) is None:
        msg = f"not a Message-ID: {value!r}"
        raise ValueError(msg)
    return value
