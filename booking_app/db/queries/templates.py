"""Message templates and their earlier versions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import MessageTemplate, TemplateVersion

TEMPLATE = core(MessageTemplate)
VERSION = core(TemplateVersion)


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    id: int
    event: str
    lang: str
    subject: str
    body: str
    enabled: bool
    version: int


_COLUMNS = tuple(TEMPLATE.c[name] for name in StoredTemplate.__slots__)


async def list_templates(rx: AsyncConnection, *, organization_id: int) -> list[StoredTemplate]:
    """Return a clinic's e-mail templates by event and language."""
    statement = (
        select(*_COLUMNS)
        .where(TEMPLATE.c.organization_id == organization_id, TEMPLATE.c.channel == "email")
        .order_by(TEMPLATE.c.event, TEMPLATE.c.lang)
    )
    return [StoredTemplate(*row) for row in (await rx.execute(statement)).all()]


async def lock_template(
    tx: AsyncConnection, *, organization_id: int, event: str, lang: str
) -> StoredTemplate | None:
    """Return one template, locked until the transaction ends."""
    statement = (
        select(*_COLUMNS)
        .where(
            TEMPLATE.c.organization_id == organization_id,
            TEMPLATE.c.event == event,
            TEMPLATE.c.lang == lang,
            TEMPLATE.c.channel == "email",
        )
        .with_for_update()
    )
    row = (await tx.execute(statement)).first()
    return StoredTemplate(*row) if row else None


async def replace_words(
    tx: AsyncConnection, stored: StoredTemplate, *, subject: str, body: str, now: datetime
) -> None:
    """Keep the words as they were as a version, and write the new ones."""
    await tx.execute(
        insert(VERSION).values(
            message_template_id=stored.id,
            version=stored.version,
            subject=stored.subject,
            body=stored.body,
            saved_at=now,
        )
    )
    await tx.execute(
        update(TEMPLATE)
        .where(TEMPLATE.c.id == stored.id)
        .values(subject=subject, body=body, version=stored.version + 1, updated_at=now)
    )
