"""The mailbox page of the demo: mails that no server took are read here.

In production there is a mail server and no mailbox; the functions refuse there.
"""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from booking_app import routes
from booking_app.db.queries import delivery
from booking_app.db.session import reading
from booking_app.domain import visit_words
from booking_app.domain.errors import NotFound
from booking_app.dto.mailbox import CaughtMail, MailRow
from booking_app.settings import get_settings

NEWEST = 50


async def list_mails(*, zone: str, now: datetime) -> list[MailRow]:
    """Return the newest caught mails.

    Raises:
        NotFound: this is not the demo.
    """
    _require_demo()
    clinic_zone = ZoneInfo(zone)
    async with reading() as rx:
        rows = await delivery.list_captured(rx, limit=NEWEST)
    return [
        MailRow(
            uid=str(row.uid),
            recipient=row.recipient,
            subject=row.subject,
            caught=visit_words.day_at_time(row.captured_at, now, clinic_zone),
            path=routes.caught_mail(str(row.uid)),
        )
        for row in rows
    ]


async def read_mail(*, uid: str) -> CaughtMail:
    """Return one caught mail.

    Raises:
        NotFound: this is not the demo, or there is no such mail.
    """
    _require_demo()
    try:
        key = UUID(uid)
    except ValueError:
        raise NotFound from None
    async with reading() as rx:
        raw = await delivery.find_captured(rx, key)
    if raw is None:
        raise NotFound
    message = cast("EmailMessage", message_from_bytes(raw, policy=policy.default))
    html = message.get_body(preferencelist=("html",))
    text = message.get_body(preferencelist=("plain",))
    calendar = next(
        (part for part in message.iter_attachments() if part.get_content_subtype() == "ics"), None
    )
    return CaughtMail(
        html=html.get_content() if html else "",
        text=text.get_content() if text else "",
        calendar=bytes(calendar.get_payload(decode=True) or b"") if calendar else b"",
    )


def _require_demo() -> None:
    if get_settings().environment == "production":
        raise NotFound
