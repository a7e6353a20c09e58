"""The audit record as a chain: what is not sealed yet, and where the chain ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import AuditEvent
from booking_app.domain.audit_chain import GENESIS, SealedLine

AUDIT = core(AuditEvent)

_SEALED_CONTENT = (
    *(AUDIT.c.id, AUDIT.c.organization_id, AUDIT.c.at, AUDIT.c.actor_kind, AUDIT.c.actor_id),
    *(AUDIT.c.action, AUDIT.c.entity, AUDIT.c.entity_uid, AUDIT.c.before, AUDIT.c.after),
    *(AUDIT.c.reason, AUDIT.c.channel, AUDIT.c.address_hash),
)
_SET_SEAL = (
    update(AUDIT)
    .where(AUDIT.c.id == bindparam("key"), AUDIT.c.hash.is_(None))
    .values(
        sealed_position=bindparam("position"), prev_hash=bindparam("prev"), hash=bindparam("seal")
    )
)


@dataclass(frozen=True, slots=True)
class Seal:
    """What is written on one line."""

    event_id: int
    position: int
    prev_hash: str
    hash: str


async def lock_chain(tx: AsyncConnection) -> None:
    """Wait until no other process seals. On SQLite the transaction itself keeps others out."""
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit_chain'))"))


async def find_end(connection: AsyncConnection) -> tuple[int, str]:
    """Return position and seal of the line sealed last."""
    statement = (
        select(AUDIT.c.sealed_position, AUDIT.c.hash)
        .where(AUDIT.c.sealed_position.is_not(None))
        .order_by(AUDIT.c.sealed_position.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).first()
    return (row[0], row[1]) if row else (0, GENESIS)


async def list_unsealed(
    tx: AsyncConnection, *, at_most: int
) -> Sequence[tuple[int, Mapping[str, object]]]:
    """Return key and content of lines without a seal, oldest keys first."""
    statement = (
        select(*_SEALED_CONTENT).where(AUDIT.c.hash.is_(None)).order_by(AUDIT.c.id).limit(at_most)
    )
    return [(row[0], _content(row)) for row in await tx.execute(statement)]


async def write_seals(tx: AsyncConnection, seals: Sequence[Seal]) -> None:
    await tx.execute(
        _SET_SEAL,
        [
            {
                "key": seal.event_id,
                "position": seal.position,
                "prev": seal.prev_hash,
                "seal": seal.hash,
            }
            for seal in seals
        ],
    )


async def list_sealed(
    rx: AsyncConnection, *, after_position: int, at_most: int
) -> Sequence[SealedLine]:
    """Return sealed lines in the order of the chain."""
    statement = (
        select(*_SEALED_CONTENT, AUDIT.c.sealed_position, AUDIT.c.prev_hash, AUDIT.c.hash)
        .where(AUDIT.c.sealed_position > after_position)
        .order_by(AUDIT.c.sealed_position)
        .limit(at_most)
    )
    return [
        SealedLine(row.sealed_position, _content(row), row.prev_hash or "", row.hash or "")
        for row in await rx.execute(statement)
    ]


def _content(row: Row[*tuple[object, ...]]) -> dict[str, object]:
    """Return the line in plain JSON values, the same on both databases."""
    values = {column.name: value for column, value in zip(_SEALED_CONTENT, row, strict=False)}
    at = values["at"]
    if isinstance(at, datetime):
        values["at"] = at.isoformat(timespec="microseconds")
    return values
