"""Cancel a visit (T9): the time goes back to everybody, and everybody concerned is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.adapters import live_bus
from booking_app.db.failures import retried
from booking_app.db.queries import access, cancellations, claims, outbox, records, visits
from booking_app.db.queries.cancellations import Cancellation
from booking_app.db.queries.visits import Visit
from booking_app.db.session import after_commit, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.clean_text import clean_text
from booking_app.domain.eligibility import why_not_cancel
from booking_app.domain.errors import AlreadyCancelled, ChangeRefused, Conflict, DetailsInvalid
from booking_app.domain.lifecycle import AppointmentStatus, CancelledBy, require_move
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.visit_words import clock_time, patient_day
from booking_app.services.policy_words import is_noted_as_late, why_not_cancel_words

BY_LINK = "pat-cpp"
"""HL7's code for a patient who cancelled online and said no more."""
REASON_CODES = frozenset({"pat-fb", "pat", "other", BY_LINK})
"""The answers of the cancel page, as HL7 appointment cancellation reasons."""
MAX_MESSAGE = 1000

_CHANNEL = "manage_link"


@uninterrupted
@retried
async def cancel_by_patient(
    *, visitor: Visitor, appointment_uid: str, reason_code: str, message: str, now: datetime
) -> None:
    """Cancel the patient's visit for good and give its time back.

    ``reason_code`` is empty or one of ``REASON_CODES``; ``message`` is for the clinic. A
    late cancellation goes through and is noted. In one transaction with it the patient's
    receipt and the clinician's notification are queued, and reminders are dropped.

    Raises:
        AlreadyCancelled: it was cancelled before, here or elsewhere.
        ChangeRefused: it may not be cancelled online now; ``why`` is the sentence to say.
        Conflict: somebody changed the visit at the same instant.
        DetailsInvalid: the reason is missing or unknown, or the message is too long.
        NotFound: this browser may not see the appointment.
    """
    async with transaction() as tx:
        granted = await access.require_grant(
            tx, session_key=visitor.session_key, appointment_uid=appointment_uid, now=now
        )
        resource_ids = await cancellations.list_resources(tx, granted.appointment_id)
        await claims.lock_resources(tx, resource_ids)
        visit = await visits.require_visit(tx, granted.appointment_id)
        _require_cancellable(visit, now=now)
        cancellation = _cancellation(visit, reason_code, message, now=now)
        if not await cancellations.cancel(tx, visit, cancellation, now=now):
            raise Conflict
        await cancellations.release_time(tx, appointment_id=visit.appointment_id, now=now)
        await claims.touch_resources(tx, resource_ids)
        await _record(tx, visitor, visit, cancellation, now=now)
        await _tell_patient(tx, visit, granted.manage_link_id, now=now)
        await _tell_clinician(tx, visit, cancellation, now=now)
        topics = [
            *(live_topics.diary(resource_id) for resource_id in resource_ids),
            live_topics.appointment(visit.uid),
            live_topics.clinic(visit.organization_id),
        ]
        after_commit(lambda: live_bus.publish(*topics))


def _require_cancellable(visit: Visit, *, now: datetime) -> None:
    if visit.status is AppointmentStatus.CANCELLED:
        raise AlreadyCancelled
    reason = why_not_cancel(visit.facts, visit.rules, now=now)
    if reason is not None:
        why = why_not_cancel_words(reason, visit)
        raise ChangeRefused(reason.value, why=why, clinic_phone=visit.clinic_phone)
    require_move(visit.status, AppointmentStatus.CANCELLED)


def _cancellation(visit: Visit, reason_code: str, message: str, *, now: datetime) -> Cancellation:
    is_late = is_noted_as_late(visit, now=now)
    if visit.patient_reason == "off":
        return Cancellation(CancelledBy.PATIENT, BY_LINK, None, is_late)
    problems: dict[str, str] = {}
    if reason_code not in REASON_CODES | {""}:
        problems["reason_code"] = "reason"
    elif not reason_code and visit.patient_reason == "required":
        problems["reason_code"] = "reason_empty"
    words = clean_text(message, max_length=len(message))
    if len(words) > MAX_MESSAGE:
        problems["message"] = f"too_long:{MAX_MESSAGE}"
    if problems:
        raise DetailsInvalid(problems)
    return Cancellation(CancelledBy.PATIENT, reason_code or BY_LINK, words or None, is_late)


async def _record(
    tx: AsyncConnection,
    visitor: Visitor,
    visit: Visit,
    cancellation: Cancellation,
    *,
    now: datetime,
) -> None:
    before = {"status": visit.status.value}
    after = {
        "status": AppointmentStatus.CANCELLED.value,
        "is_late_cancel": cancellation.is_late,
        "cancel_reason_code": cancellation.reason_code,
    }
    await records.append_history(
        tx,
        appointment_id=visit.appointment_id,
        change="cancelled",
        before=before,
        after=after,
        actor=visitor,
        actor_id=visit.patient_id,
        channel=_CHANNEL,
        reason=cancellation.reason_text,
        now=now,
    )
    await records.append_audit(
        tx,
        organization_id=visit.organization_id,
        actor=visitor,
        actor_id=visit.patient_id,
        action="appointment.cancelled",
        entity="appointment",
        entity_uid=visit.uid,
        before=before,
        after=after,
        reason=None,
        channel=_CHANNEL,
        now=now,
    )


async def _tell_patient(
    tx: AsyncConnection, visit: Visit, manage_link_id: int | None, *, now: datetime
) -> None:
    """Drop the reminders of the visit and queue the receipt, which takes it out of calendars."""
    await outbox.suppress_items(
        tx,
        appointment_id=visit.appointment_id,
        event=MessageEvent.REMINDER.value,
        reason="cancelled",
    )
    if not visit.patient_email:
        return
    link_id = manage_link_id or await access.find_newest_link_id(tx, visit.appointment_id)
    sequence = visit.ics_sequence + 1
    await outbox.insert_item(
        tx,
        organization_id=visit.organization_id,
        event=MessageEvent.CANCELLED_BY_PATIENT.value,
        appointment_id=visit.appointment_id,
        patient_id=visit.patient_id,
        manage_link_id=link_id,
        ics_sequence=sequence,
        starts_at=visit.starts_at,
        recipient=visit.patient_email,
        due_at=now,
        not_after=visit.ends_at,
        dedupe_key=f"{MessageEvent.CANCELLED_BY_PATIENT.value}:{visit.uid}:{sequence}:email",
        now=now,
    )


async def _tell_clinician(
    tx: AsyncConnection, visit: Visit, cancellation: Cancellation, *, now: datetime
) -> None:
    """Put a line into the clinician's bell: initials only, for bells are read over shoulders."""
    if visit.clinician_user_id is None:
        return
    zone = ZoneInfo(visit.zone)
    event = MessageEvent.CANCELLED_BY_PATIENT.value
    await cancellations.notify_user(
        tx,
        organization_id=visit.organization_id,
        user_id=visit.clinician_user_id,
        event=event,
        appointment_id=visit.appointment_id,
        text_key="mail.staff_cancel",
        values={
            "patient_initials": f"{visit.patient_first_name[:1]}{visit.patient_last_name[:1]}".upper(),
            "date": patient_day(visit.starts_at, zone),
            "time": clock_time(visit.starts_at, zone),
            "is_late": "yes" if cancellation.is_late else "",
            "has_message": "yes" if cancellation.reason_text else "",
        },
        dedupe_key=f"{event}:{visit.uid}:{visit.ics_sequence + 1}:{visit.clinician_user_id}",
        now=now,
    )
