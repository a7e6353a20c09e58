"""Turning a held appointment into a confirmed one, by compare-and-set."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.holds import IS_OPEN, HoldRow
from booking_app.db.tables import Appointment, Hold, Slot, VisitorGrant
from booking_app.domain.details import CheckedDetails
from booking_app.domain.lifecycle import AppointmentStatus, SlotStatus

APPOINTMENT = core(Appointment)
HOLD = core(Hold)
SLOT = core(Slot)
GRANT = core(VisitorGrant)

_CONSUME = (
    update(HOLD)
    .where(HOLD.c.id == bindparam("key"), IS_OPEN, HOLD.c.expires_at > bindparam("at"))
    .values(consumed_at=bindparam("at"))
)
_OCCUPY = (
    update(SLOT)
    .where(SLOT.c.hold_id == bindparam("key"), SLOT.c.status == SlotStatus.BUSY_TENTATIVE.value)
    .values(status=SlotStatus.BUSY.value, hold_expires_at=None)
)

_CONFIRM = (
    update(APPOINTMENT)
    .where(
        APPOINTMENT.c.id == bindparam("key"),
        APPOINTMENT.c.status == AppointmentStatus.HELD.value,
        APPOINTMENT.c.version == bindparam("version_read"),
    )
    .values(
        status=AppointmentStatus.CONFIRMED.value,
        patient_id=bindparam("patient"),
        confirmed_at=bindparam("at"),
        booked_online_at=bindparam("at"),
        ics_uid=bindparam("calendar_uid"),
        ics_sequence=0,
        reminders_wanted=bindparam("with_reminders"),
        patient_note=bindparam("note"),
        access_needs=bindparam("needs"),
        policy_version_accepted=bindparam("policy"),
        evidence_ip_hash=bindparam("address"),
        evidence_user_agent=bindparam("agent"),
        version=APPOINTMENT.c.version + 1,
        updated_at=bindparam("at"),
    )
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a confirmed appointment has and a held one has not."""

    patient_id: int
    details: CheckedDetails
    ics_uid: str
    policy_version: int
    address_hash: str
    user_agent: str


async def consume_hold(tx: AsyncConnection, hold: HoldRow, *, now: datetime) -> bool:
    """Use up a live hold and make its time busy; False if it is not live any more.

    Exactly one of a confirmation, a release and a lapse gets a hold, whatever clocks the
    three go by.
    """
    consumed = await tx.execute(_CONSUME, {"key": hold.hold_id, "at": now})
    if consumed.rowcount != 1:
        return False
    occupied = await tx.execute(_OCCUPY, {"key": hold.hold_id})
    return occupied.rowcount > 0


async def confirm_appointment(
    tx: AsyncConnection, hold: HoldRow, confirmation: Confirmation, *, now: datetime
) -> bool:
    """Write the confirmation on a held appointment that nobody has changed meanwhile."""
    details = confirmation.details
    values = {
        "key": hold.appointment_id,
        "version_read": hold.version,
        "at": now,
        "patient": confirmation.patient_id,
        "calendar_uid": confirmation.ics_uid,
        "with_reminders": details.reminders_wanted,
        "note": details.help_with or None,
        "needs": list(details.needs),
        "policy": confirmation.policy_version,
        "address": confirmation.address_hash or None,
        "agent": confirmation.user_agent or None,
    }
    confirmed = await tx.execute(_CONFIRM, values)
    return confirmed.rowcount == 1


@dataclass(frozen=True, slots=True)
class Twin:
    """Another confirmed visit of the same kind; ``is_known_here`` where this browser may see it."""

    starts_at: datetime
    is_known_here: bool


async def list_twins(
    tx: AsyncConnection,
    *,
    patient_id: int,
    type_id: int,
    visitor_session_id: int | None,
    begins_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> list[Twin]:
    """Return the patient's confirmed visits of a type that start in ``[begins_at, ends_at)``."""
    statement = (
        select(APPOINTMENT.c.starts_at, GRANT.c.id)
        .outerjoin(
            GRANT,
            and_(
                GRANT.c.appointment_id == APPOINTMENT.c.id,
                GRANT.c.visitor_session_id == visitor_session_id,
                GRANT.c.expires_at > now,
            ),
        )
        .where(
            APPOINTMENT.c.patient_id == patient_id,
            APPOINTMENT.c.appointment_type_id == type_id,
            APPOINTMENT.c.status == AppointmentStatus.CONFIRMED.value,
            APPOINTMENT.c.starts_at >= begins_at,
            APPOINTMENT.c.starts_at < ends_at,
        )
        .order_by(APPOINTMENT.c.starts_at)
    )
    return [Twin(starts_at, grant is not None) for starts_at, grant in await tx.execute(statement)]
