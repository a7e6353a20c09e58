"""The words of automatic messages, as staff write them."""

from dataclasses import dataclass
from datetime import datetime

from booking_app.db.queries import templates as queries
from booking_app.db.session import reading, transaction, uninterrupted
from booking_app.domain.errors import DetailsInvalid, NotFound
from booking_app.domain.merge_fields import check_template
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.message_text import template_tips

MAX_SUBJECT = 300
MAX_BODY = 20_000


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template as its editor shows it; ``tips`` advise and never forbid."""

    event: str
    lang: str
    subject: str
    body: str
    enabled: bool
    version: int
    tips: tuple[str, ...]


async def list_templates(*, organization_id: int) -> list[TemplateRow]:
    """Return a clinic's templates with the editor's tips, S0-25."""
    async with reading() as rx:
        rows = await queries.list_templates(rx, organization_id=organization_id)
    return [
        TemplateRow(
            row.event,
            row.lang,
            row.subject,
            row.body,
            row.enabled,
            row.version,
            template_tips(MessageEvent(row.event), row.body),
        )
        for row in rows
    ]


@uninterrupted
async def save_template(
    *, organization_id: int, event: str, subject: str, body: str, lang: str = "en", now: datetime
) -> tuple[str, ...]:
    """Save new words and return the tips about them; the old words are kept as a version.

    Raises:
        TemplateInvalid: naming each merge field that does not exist; nothing is saved.
        DetailsInvalid: the subject or the body is empty or too long.
        NotFound: the clinic has no template for this event and language.
    """
    kind = _event(event)
    _require_lengths(subject, body)
    check_template(f"{subject}\n{body}", kind)
    async with transaction() as tx:
        stored = await queries.lock_template(
            tx, organization_id=organization_id, event=event, lang=lang
        )
        if stored is None:
            raise NotFound
        await queries.replace_words(tx, stored, subject=subject.strip(), body=body, now=now)
    return template_tips(kind, body)


def _event(event: str) -> MessageEvent:
    try:
        return MessageEvent(event)
    except ValueError:
        raise NotFound from None


def _require_lengths(subject: str, body: str) -> None:
    problems: dict[str, str] = {}
    for name, text, most in (("subject", subject, MAX_SUBJECT), ("body", body, MAX_BODY)):
        if not text.strip():
            problems[name] = "empty"
        elif len(text) > most:
            problems[name] = "too_long"
    if problems:
        raise DetailsInvalid(problems)
