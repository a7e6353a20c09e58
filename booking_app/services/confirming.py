"""Confirm a held time (T2): the patient has an appointment, and everything that follows from it."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.adapters import live_bus
from booking_app.db.failures import retried
from booking_app.db.queries import (
    access as grants,
)
from booking_app.db.queries import (
    claims,
    confirmations,
    holds,
    outbox,
    patients,
    records,
)
from booking_app.db.queries.confirmations import Confirmation, Twin
from booking_app.db.queries.holds import HoldRow
from booking_app.db.session import after_commit, reading, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.details import CheckedDetails
from booking_app.domain.errors import AlreadyBooked, Conflict, HoldExpired, NotFound
from booking_app.domain.lifecycle import AppointmentStatus, HoldPurpose
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.visit_words import format_when, local_day
from booking_app.dto.booking import Details
from booking_app.dto.clinic import Clinic
from booking_app.services import access, clinics
from booking_app.services.details import check_details
from booking_app.services.ending_holds import topics_of
from booking_app.settings import get_settings

_MAX_USER_AGENT = 300


@uninterrupted
@retried
async def confirm_hold(
    *, visitor: Visitor, clinic_slug: str, hold_uid: str, details: Details, now: datetime
) -> str:
    """Turn the visitor's live hold into a confirmed appointment and return its uid.

    Confirming once more returns the same uid and does nothing else, so an answer that
    was lost can be asked for again. A clinic that has switched online booking off still
    honours the holds that run. Whoever comes too late keeps the draft of what was typed.

    The answer is the same whether or not the clinic knew the patient.

    Raises:
        HoldExpired: the hold lapsed at or before ``now``, or was given back.
        DetailsInvalid: something typed cannot be used; the hold goes on.
        AlreadyBooked: this browser booked the same for this person and day before.
        NotFound: there is no such hold for this visitor, or no such clinic.
    """
    async with reading() as rx:
        clinic = await clinics.require_clinic_on(rx, slug=clinic_slug)
        hold = await _require_hold(rx, visitor, clinic, hold_uid)
    if hold.consumed_at is not None:
        return str(hold.appointment_uid)
    if not hold.is_live(now):
        raise HoldExpired
    checked = check_details(details, clinic=clinic, today=local_day(now, ZoneInfo(clinic.zone)))
    async with transaction() as tx:
        await claims.touch_resources(tx, (hold.resource_id,))
        if not await confirmations.consume_hold(tx, hold, now=now):
            hold = await _require_hold(tx, visitor, clinic, hold_uid)
            if hold.consumed_at is None:
                raise HoldExpired
            return str(hold.appointment_uid)
        await _confirm(tx, clinic, visitor, hold, checked, now=now)
        topics = (*topics_of(hold), live_topics.appointment(str(hold.appointment_uid)))
        after_commit(lambda: live_bus.publish(*topics))
    return str(hold.appointment_uid)


async def _require_hold(
    connection: AsyncConnection, visitor: Visitor, clinic: Clinic, hold_uid: str
) -> HoldRow:
    try:
        uid = UUID(hold_uid)
    except ValueError:
        raise NotFound from None
    hold = await holds.find_hold(connection, session_key=visitor.session_key, hold_uid=uid)
    if hold is None or hold.clinic_slug != clinic.slug or hold.purpose != HoldPurpose.NEW:
        raise NotFound
    return hold


async def _confirm(
    tx: AsyncConnection,
    clinic: Clinic,
    visitor: Visitor,
    hold: HoldRow,
    details: CheckedDetails,
    *,
    now: datetime,
) -> None:
    patient_id = await patients.find_only_match(
        tx, organization_id=clinic.organization_id, details=details
    )
    is_known = patient_id is not None
    twins = await _list_twins(tx, hold, patient_id, now=now) if patient_id is not None else []
    if patient_id is None:
        patient_id = await patients.insert_patient(
            tx,
            organization_id=clinic.organization_id,
            details=details,
            language=clinic.language,
            now=now,
        )
    confirmation = Confirmation(
        patient_id=patient_id,
        details=details,
        ics_uid=f"{hold.appointment_uid}@{urlsplit(get_settings().base_url).hostname}",
        policy_version=clinic.policy_version,
        address_hash=visitor.address_hash,
        user_agent=visitor.user_agent[:_MAX_USER_AGENT],
    )
    if not await confirmations.confirm_appointment(tx, hold, confirmation, now=now):
        raise Conflict
    if hold.visitor_session_id is not None:
        await grants.put_booker_grant(
            tx,
            visitor_session_id=hold.visitor_session_id,
            appointment_id=hold.appointment_id,
            visit_ends_at=hold.ends_at,
            now=now,
        )
    await _tell_patient(tx, hold, patient_id, details.email, now=now)
    await _record(tx, hold, visitor, patient_id, is_known=is_known, now=now)
    if twins:
        await _flag_twin(tx, hold, visitor, patient_id, twins, now=now)


async def _list_twins(
    tx: AsyncConnection, hold: HoldRow, patient_id: int, *, now: datetime
) -> list[Twin]:
    """Return the patient's visits of the same kind on the same local day.

    Raises:
        AlreadyBooked: one of them was booked in this browser, so its owner may be told.
            Whoever merely knows a patient's details learns nothing.
    """
    zone = ZoneInfo(hold.zone)
    midnight = datetime.combine(local_day(hold.starts_at, zone), time.min, zone)
    twins = await confirmations.list_twins(
        tx,
        patient_id=patient_id,
        type_id=hold.type_id,
        visitor_session_id=hold.visitor_session_id,
        begins_at=midnight.astimezone(UTC),
        ends_at=(midnight + timedelta(days=1)).astimezone(UTC),
        now=now,
    )
    known = next((twin for twin in twins if twin.is_known_here), None)
    if known is not None:
        raise AlreadyBooked(when=format_when(known.starts_at, zone))
    return twins


async def _tell_patient(
    tx: AsyncConnection, hold: HoldRow, patient_id: int, email: str, *, now: datetime
) -> None:
    link_id, _ = await access.issue_manage_link(
        tx,
        organization_id=hold.organization_id,
        appointment_id=hold.appointment_id,
        issued_by="system",
        channel="email",
        now=now,
    )
    await outbox.insert_item(
        tx,
        organization_id=hold.organization_id,
        event=MessageEvent.CONFIRMED.value,
        appointment_id=hold.appointment_id,
        patient_id=patient_id,
        manage_link_id=link_id,
        ics_sequence=0,
        starts_at=hold.starts_at,
        recipient=email,
        due_at=now,
        not_after=hold.ends_at,
        dedupe_key=f"{MessageEvent.CONFIRMED.value}:{hold.appointment_uid}:0:email",
        now=now,
    )


async def _record(
    tx: AsyncConnection,
    hold: HoldRow,
    visitor: Visitor,
    patient_id: int,
    *,
    is_known: bool,
    now: datetime,
) -> None:
    before = {"status": AppointmentStatus.HELD.value}
    after = {"status": AppointmentStatus.CONFIRMED.value}
    await records.append_history(
        tx,
        appointment_id=hold.appointment_id,
        change=AppointmentStatus.CONFIRMED.value,
        before=before,
        after={**after, "starts_at": hold.starts_at.isoformat()},
        actor=visitor,
        actor_id=patient_id,
        channel="public",
        reason=None,
        now=now,
    )
    await records.append_audit(
        tx,
        organization_id=hold.organization_id,
        actor=visitor,
        actor_id=patient_id,
        action="appointment.confirmed",
        entity="appointment",
        entity_uid=str(hold.appointment_uid),
        before=before,
        after={**after, "patient": "known" if is_known else "new"},
        reason=None,
        channel="public",
        now=now,
    )


async def _flag_twin(
    tx: AsyncConnection,
    hold: HoldRow,
    visitor: Visitor,
    patient_id: int,
    twins: list[Twin],
    *,
    now: datetime,
) -> None:
    """Leave a line for staff: the patient has the same kind of visit that day already."""
    await records.append_audit(
        tx,
        organization_id=hold.organization_id,
        actor=visitor,
        actor_id=patient_id,
        action="appointment.possible_duplicate",
        entity="appointment",
        entity_uid=str(hold.appointment_uid),
        before={},
        after={"others": [twin.starts_at.isoformat() for twin in twins]},
        reason=None,
        channel="public",
        now=now,
    )
