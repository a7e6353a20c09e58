"""The claim of a time: what is wanted, its lock, and the rows that occupy it.

Locks are taken in one order everywhere: address, visitor session, resources by rising
id, then holds, appointments and slots. On SQLite the transaction itself is the lock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from booking_app.db.base import core
from booking_app.db.queries.diary import Offer
from booking_app.db.queries.holds import HoldRow
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
from booking_app.domain.actors import Visitor
from booking_app.domain.busy_masks import Gaps
from booking_app.domain.lifecycle import (
    AppointmentStatus,
    BookedVia,
    HoldPurpose,
    SlotStatus,
)
from booking_app.dto.booking import Choice

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


_LOCK_RESOURCE = (
    select(RESOURCE.c.id).where(RESOURCE.c.id == bindparam("key")).with_for_update(key_share=True)
)
_TOUCH_RESOURCE = (
    update(RESOURCE).where(RESOURCE.c.id == bindparam("key")).values(rev=RESOURCE.c.rev + 1)
)


async def lock_resources(tx: AsyncConnection, resource_ids: Iterable[int]) -> None:
    """Wait until nobody else changes the time of these resources, and keep others waiting.

    ``FOR NO KEY UPDATE``: slots that refer to the resource may still be written elsewhere.
    By rising id, so that two who need the same ones never wait for each other.
    """
    for resource_id in sorted(set(resource_ids)):
        await tx.execute(_LOCK_RESOURCE, {"key": resource_id})


async def touch_resources(tx: AsyncConnection, resource_ids: Iterable[int]) -> None:
    """Say that the time of these resources changed, so that what was computed of it is stale.

    The update locks each row as ``lock_resources`` does. Whoever is certain to change the
    time may begin with it.
    """
    for resource_id in sorted(set(resource_ids)):
        await tx.execute(_TOUCH_RESOURCE, {"key": resource_id})


_INSERT_APPOINTMENT = insert(APPOINTMENT).returning(APPOINTMENT.c.id)
_INSERT_ITEM = insert(ITEM).returning(ITEM.c.id)
_INSERT_HOLD = insert(HOLD).returning(HOLD.c.id)
_INSERT_SLOT = insert(SLOT).inline()  # nobody needs its key


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes an offered time, under which reference, and until when. ``choice`` has all slugs."""

    offer: Offer
    choice: Choice
    visitor: Visitor
    visitor_session_id: int
    reference: str
    made_at: datetime
    expires_at: datetime


async def insert_claim(tx: AsyncConnection, claim: Claim) -> HoldRow:
    """Occupy an offered time: an appointment that is held, its item, the hold, and the slot.

    Raises:
        sqlalchemy.exc.IntegrityError: the database itself knows that the time is taken.
    """
    appointment_uid, hold_uid, offer = uuid4(), uuid4(), claim.offer
    appointment_id = await _insert(
        tx, _INSERT_APPOINTMENT, _held_appointment(claim, appointment_uid)
    )
    item = {
        "appointment_id": appointment_id,
        "appointment_type_id": offer.appointment_type_id,
        "clinician_id": offer.clinician_id,
        "duration": offer.duration,
        "default_duration": offer.default_duration,
    }
    item_id = await _insert(tx, _INSERT_ITEM, item)
    hold = {
        "uid": hold_uid,
        "organization_id": offer.organization_id,
        "appointment_id": appointment_id,
        "visitor_session_id": claim.visitor_session_id,
        "purpose": HoldPurpose.NEW.value,
        "address_hash": claim.visitor.address_hash,
        "expires_at": claim.expires_at,
        "created_at": claim.made_at,
    }
    hold_id = await _insert(tx, _INSERT_HOLD, hold)
    slot = _tentative_slot(claim) | {
        "appointment_id": appointment_id,
        "item_id": item_id,
        "hold_id": hold_id,
    }
    await tx.execute(_INSERT_SLOT, slot)
    return _as_read(claim, hold_id, hold_uid, appointment_id, appointment_uid)


def _held_appointment(claim: Claim, uid: UUID) -> dict[str, object]:
    offer = claim.offer
    return {
        "uid": uid,
        "organization_id": offer.organization_id,
        "reference": claim.reference,
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
        "created_at": claim.made_at,
        "updated_at": claim.made_at,
    }


def _tentative_slot(claim: Claim) -> dict[str, object]:
    offer = claim.offer
    return {
        "organization_id": offer.organization_id,
        "resource_id": offer.resource_id,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "buffer_before": offer.buffer_before,
        "buffer_after": offer.buffer_after,
        "status": SlotStatus.BUSY_TENTATIVE.value,
        "hold_expires_at": claim.expires_at,
        "booked_via": BookedVia.PUBLIC.value,
        "created_at": claim.made_at,
    }


def _as_read(
    claim: Claim, hold_id: int, hold_uid: UUID, appointment_id: int, appointment_uid: UUID
) -> HoldRow:
    """Return the hold as ``db.queries.holds`` would read it back."""
    offer, choice = claim.offer, claim.choice
    return HoldRow(
        hold_id=hold_id,
        hold_uid=hold_uid,
        purpose=HoldPurpose.NEW.value,
        expires_at=claim.expires_at,
        extensions=0,
        consumed_at=None,
        released_at=None,
        release_reason=None,
        made_at=claim.made_at,
        visitor_session_id=claim.visitor_session_id,
        appointment_id=appointment_id,
        appointment_uid=appointment_uid,
        version=1,
        status=AppointmentStatus.HELD.value,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        zone=offer.zone,
        type_id=offer.appointment_type_id,
        resource_id=offer.resource_id,
        organization_id=offer.organization_id,
        clinic_slug=choice.clinic,
        type_slug=choice.appointment_type,
        clinician_slug=choice.clinician,
        location_slug=choice.location,
        session_key=claim.visitor.session_key,
    )


async def _insert(
    tx: AsyncConnection, statement: ReturningInsert[int], values: Mapping[str, object]
) -> int:
    return (await tx.execute(statement, values)).scalar_one()
