"""The claim of a time: what is wanted, its lock, and the rows that occupy it.

Locks are taken in one order everywhere: address, visitor session, resources by rising
id, then holds, appointments and slots. On SQLite the transaction itself is the lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from booking_app.db.base import core
from booking_app.db.queries.diary import Offer
from booking_app.db.tables import (
    Appointment,
    AppointmentItem,
    AppointmentType,
    Clinician,
    ClinicianService,
    Hold,
    Organization,
    Resource,
    Settings,
    Slot,
    VisitorSession,
)
from booking_app.domain.busy_masks import Gaps
from booking_app.domain.lifecycle import (
    AppointmentStatus,
    BookedVia,
    HoldPurpose,
    SlotStatus,
)

APPOINTMENT = core(Appointment)
ITEM = core(AppointmentItem)
HOLD = core(Hold)
SLOT = core(Slot)
RESOURCE = core(Resource)
CLINICIAN = core(Clinician)
SERVICE = core(ClinicianService)
TYPE = core(AppointmentType)
ORGANIZATION = core(Organization)
SETTINGS = core(Settings)
SESSION = core(VisitorSession)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor reaches for, as far as it exists: enough for a look without a lock.

    ``gaps`` are those of the type alone.
    """

    is_booking_open: bool
    resource_id: int | None
    duration: timedelta
    gaps: Gaps
    visitor_session_id: int | None


_WANTED = (
    select(
        SETTINGS.c.online_booking_enabled,
        CLINICIAN.c.resource_id,
        case(
            (SERVICE.c.id.is_not(None), func.coalesce(SERVICE.c.duration_override, TYPE.c.duration))
        ),
        TYPE.c.buffer_before,
        TYPE.c.buffer_after,
        select(SESSION.c.id)
        .where(SESSION.c.token_sha256 == bindparam("session_key"))
        .scalar_subquery(),
    )
    .select_from(ORGANIZATION)
    .join(SETTINGS, SETTINGS.c.organization_id == ORGANIZATION.c.id)
    .outerjoin(
        TYPE,
        and_(TYPE.c.organization_id == ORGANIZATION.c.id, TYPE.c.slug == bindparam("type_slug")),
    )
    .outerjoin(
        CLINICIAN,
        and_(
            CLINICIAN.c.organization_id == ORGANIZATION.c.id,
            CLINICIAN.c.slug == bindparam("clinician_slug"),
        ),
    )
    .outerjoin(
        SERVICE,
        and_(SERVICE.c.clinician_id == CLINICIAN.c.id, SERVICE.c.appointment_type_id == TYPE.c.id),
    )
    .where(ORGANIZATION.c.slug == bindparam("clinic_slug"))
)


async def find_wanted(
    rx: AsyncConnection,
    *,
    clinic_slug: str,
    type_slug: str,
    clinician_slug: str,
    session_key: str,
) -> Wanted | None:
    """Return what these names stand for, or None where there is no such clinic.

    ``resource_id`` is None for a clinician who is not there or does not offer the type.
    """
    values = {
        "clinic_slug": clinic_slug,
        "type_slug": type_slug,
        "clinician_slug": clinician_slug,
        "session_key": session_key,
    }
    row = (await rx.execute(_WANTED, values)).first()
    if row is None:
        return None
    is_open, resource_id, minutes, buffer_before, buffer_after, session_id = row
    return Wanted(
        bool(is_open),
        resource_id if minutes is not None else None,
        timedelta(minutes=minutes or 0),
        Gaps(buffer_before or 0, buffer_after or 0),
        session_id,
    )


_LOCK_RESOURCES = (
    select(RESOURCE.c.id)
    .where(RESOURCE.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(RESOURCE.c.id)
    .with_for_update(key_share=True)
)
_TOUCH_RESOURCES = (
    update(RESOURCE)
    .where(RESOURCE.c.id.in_(bindparam("ids", expanding=True)))
    .values(rev=RESOURCE.c.rev + 1)
)


async def lock_resources(tx: AsyncConnection, resource_ids: Iterable[int]) -> None:
    """Wait until nobody else changes the time of these resources, and keep others waiting.

    ``FOR NO KEY UPDATE``: slots that refer to the resource may still be written elsewhere.
    """
    await tx.execute(_LOCK_RESOURCES, {"ids": sorted(set(resource_ids))})


async def touch_resources(tx: AsyncConnection, resource_ids: Iterable[int]) -> None:
    """Say that the time of these resources changed, so that what was computed of it is stale."""
    await tx.execute(_TOUCH_RESOURCES, {"ids": sorted(set(resource_ids))})


@dataclass(frozen=True, slots=True)
class Claimed:
    appointment_id: int
    appointment_uid: UUID
    hold_id: int
    hold_uid: UUID


_INSERT_APPOINTMENT = insert(APPOINTMENT).returning(APPOINTMENT.c.id)
_INSERT_ITEM = insert(ITEM).returning(ITEM.c.id)
_INSERT_HOLD = insert(HOLD).returning(HOLD.c.id)
_INSERT_SLOT = insert(SLOT)


async def insert_claim(
    tx: AsyncConnection,
    *,
    offer: Offer,
    visitor_session_id: int,
    address_hash: str,
    reference: str,
    expires_at: datetime,
    now: datetime,
) -> Claimed:
    """Occupy an offered time: an appointment that is held, its item, the hold, and the slot.

    Raises:
        sqlalchemy.exc.IntegrityError: the database itself knows that the time is taken.
    """
    appointment_uid, hold_uid = uuid4(), uuid4()
    appointment_id = await _insert(
        tx, _INSERT_APPOINTMENT, **_held_appointment(offer, appointment_uid, reference, now)
    )
    item_id = await _insert(
        tx,
        _INSERT_ITEM,
        appointment_id=appointment_id,
        appointment_type_id=offer.appointment_type_id,
        clinician_id=offer.clinician_id,
        duration=offer.duration,
        default_duration=offer.default_duration,
    )
    hold_id = await _insert(
        tx,
        _INSERT_HOLD,
        uid=hold_uid,
        organization_id=offer.organization_id,
        appointment_id=appointment_id,
        visitor_session_id=visitor_session_id,
        purpose=HoldPurpose.NEW.value,
        address_hash=address_hash,
        expires_at=expires_at,
        created_at=now,
    )
    await tx.execute(
        _INSERT_SLOT,
        {
            "organization_id": offer.organization_id,
            "resource_id": offer.resource_id,
            "appointment_id": appointment_id,
            "item_id": item_id,
            "hold_id": hold_id,
            "starts_at": offer.starts_at,
            "ends_at": offer.ends_at,
            "buffer_before": offer.buffer_before,
            "buffer_after": offer.buffer_after,
            "status": SlotStatus.BUSY_TENTATIVE.value,
            "hold_expires_at": expires_at,
            "booked_via": BookedVia.PUBLIC.value,
            "created_at": now,
        },
    )
    return Claimed(appointment_id, appointment_uid, hold_id, hold_uid)


def _held_appointment(offer: Offer, uid: UUID, reference: str, now: datetime) -> dict[str, object]:
    return {
        "uid": uid,
        "organization_id": offer.organization_id,
        "reference": reference,
        "location_id": offer.location_id,
        "clinician_id": offer.clinician_id,
        "appointment_type_id": offer.appointment_type_id,
        "modality": offer.modality,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "timezone": offer.zone,
        "default_duration": offer.default_duration,
        "status": AppointmentStatus.HELD.value,
        "booked_via": BookedVia.PUBLIC.value,
        "created_at": now,
        "updated_at": now,
    }


async def _insert(tx: AsyncConnection, statement: ReturningInsert[int], **values: object) -> int:
    return (await tx.execute(statement, values)).scalar_one()
