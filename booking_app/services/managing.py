"""Show a patient their appointment: what it is, what may be done now, and why not the rest.

Nothing here changes anything; the clock and the rows decide what each card says.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking_app import routes
from booking_app.adapters import calendar_file
from booking_app.db.queries import access, message_facts, sent_messages, visits
from booking_app.db.queries.access import GrantedAppointment
from booking_app.db.queries.visits import Visit
from booking_app.db.session import reading
from booking_app.domain.actors import Visitor
from booking_app.domain.eligibility import why_not_cancel
from booking_app.domain.errors import NotFound
from booking_app.domain.lifecycle import AppointmentStatus, Modality
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.policies import JoinWindow, join_window
from booking_app.domain.visit_words import patient_time
from booking_app.dto.booking import SlipCard
from booking_app.dto.clinic import TEXT_LATE_CANCEL_COST, TEXT_POLICY_CANCELLATION, Clinic
from booking_app.dto.manage import CancelCard, ManageCard
from booking_app.services import clinics, manage_words, policy_words
from booking_app.services.calendar_event import calendar_event
from booking_app.services.slip import SlipVisit, cancelled_slip, confirmed_slip, past_slip
from booking_app.settings import get_settings

_LOOK_AGAIN_WITHIN = timedelta(days=1)
_MAIL_STATES = {
    "queued": manage_words.SENDING,
    "leased": manage_words.SENDING,
    "sent": manage_words.SENT,
    "dead": manage_words.FAILED,
    "stale": manage_words.FAILED,
}


async def manage_card(*, visitor: Visitor, appointment_uid: str, now: datetime) -> ManageCard:
    """Return the visitor's appointment as it stands at ``now``.

    Raises:
        NotFound: this browser may not see the appointment, or not any more.
    """
    granted, visit, clinic = await _read(visitor, appointment_uid, now=now)
    mail_state = await _mail_state(visit)
    window = _join_window(visit, clinic)
    is_over = visit.status is not AppointmentStatus.CONFIRMED or now >= _over_at(visit, window)
    refusal = why_not_cancel(visit.facts, visit.rules, now=now)
    return ManageCard(
        uid=visit.uid,
        clinic_slug=visit.clinic_slug,
        heading=manage_words.heading(visit),
        slip=_slip(visit, is_over=is_over, now=now),
        status=visit.status.value,
        is_video=visit.modality == Modality.VIDEO,
        join_text="" if is_over else manage_words.join_text(visit, window, now=now),
        directions="" if is_over else manage_words.directions(visit),
        can_cancel=not is_over and refusal is None,
        cancel_text="" if is_over else manage_words.cancel_text(visit, refusal),
        calendar_path="" if is_over else routes.calendar_file(visit.uid),
        book_again_path=_book_again_path(visit) if is_over else "",
        is_over=is_over,
        notice=manage_words.notice(visit, mail_state) if is_over else "",
        sent_to=visit.patient_email if granted.booked_here else "",
        mail_state=mail_state,
        changes_in_ms=_changes_in_ms(visit, window, now=now),
    )


async def cancel_card(*, visitor: Visitor, appointment_uid: str, now: datetime) -> CancelCard:
    """Return what to read before an appointment is cancelled; reading it changes nothing.

    Raises:
        NotFound: this browser may not see the appointment, or not any more.
    """
    _, visit, clinic = await _read(visitor, appointment_uid, now=now)
    refusal = why_not_cancel(visit.facts, visit.rules, now=now)
    is_late = refusal is None and policy_words.is_noted_as_late(visit, now=now)
    cost = clinic.texts.get(TEXT_LATE_CANCEL_COST, "")
    return CancelCard(
        uid=visit.uid,
        clinic_slug=visit.clinic_slug,
        slip=_short_slip(visit),
        is_late=is_late,
        late_heading=policy_words.late_heading() if is_late else "",
        late_text=policy_words.late_words(visit, cost=cost, now=now) if is_late else "",
        policy=await _policy(visit, clinic),
        can_cancel=refusal is None,
        refusal="" if refusal is None else policy_words.why_not_cancel_words(refusal, visit),
        reason_required=visit.patient_reason == "required",
        reason_asked=visit.patient_reason != "off",
        reasons=manage_words.cancel_reasons(),
    )


async def calendar_bytes(*, visitor: Visitor, appointment_uid: str, now: datetime) -> bytes:
    """Return "Add to my calendar": the event of the invite, as an entry of one's own.

    Raises:
        NotFound: this browser may not see the appointment, or not any more.
    """
    async with reading() as rx:
        granted = await access.require_grant(
            rx, session_key=visitor.session_key, appointment_uid=appointment_uid, now=now
        )
        facts = await message_facts.find_facts(rx, granted.appointment_id)
    if facts is None:
        raise NotFound
    return calendar_file.own_copy(calendar_event(facts, get_settings()), now)


async def _read(
    visitor: Visitor, appointment_uid: str, *, now: datetime
) -> tuple[GrantedAppointment, Visit, Clinic]:
    async with reading() as rx:
        granted = await access.require_grant(
            rx, session_key=visitor.session_key, appointment_uid=appointment_uid, now=now
        )
        visit = await visits.require_visit(rx, granted.appointment_id)
    return granted, visit, await clinics.require_clinic(slug=visit.clinic_slug)


async def _mail_state(visit: Visit) -> str:
    """Return what became of the mail to the patient about the last change of ``visit``.

    One that nobody will send any more, like one that was dropped, is not spoken of.
    """
    is_cancelled = visit.status is AppointmentStatus.CANCELLED
    event = MessageEvent.CANCELLED_BY_PATIENT if is_cancelled else MessageEvent.CONFIRMED
    async with reading() as rx:
        state = await sent_messages.find_newest_state(
            rx, appointment_id=visit.appointment_id, event=event.value
        )
    return _MAIL_STATES.get(state or "", "")


def _join_window(visit: Visit, clinic: Clinic) -> JoinWindow | None:
    if visit.modality != Modality.VIDEO:
        return None
    return join_window(
        visit.starts_at,
        visit.ends_at,
        opens_before=clinic.join_opens_before,
        closes_after=clinic.join_closes_after,
    )


def _over_at(visit: Visit, window: JoinWindow | None) -> datetime:
    """Return when there is nothing left to do with a visit; a video room closes after its end."""
    return visit.ends_at if window is None else max(visit.ends_at, window.closes_at)


def _slip(visit: Visit, *, is_over: bool, now: datetime) -> SlipCard:
    shown = _slip_visit(visit)
    if visit.cancelled_at is not None:
        return cancelled_slip(
            shown, cancelled_at=visit.cancelled_at, is_late=visit.is_late_cancel, now=now
        )
    if is_over:
        return past_slip(
            shown, reference=visit.reference, word=manage_words.outcome_word(visit.status)
        )
    name = f"{visit.patient_first_name} {visit.patient_last_name}"
    return confirmed_slip(shown, reference=visit.reference, patient_name=name)


def _short_slip(visit: Visit) -> SlipCard:
    """Return the slip with only what tells this appointment from another."""
    full = confirmed_slip(_slip_visit(visit), reference="")
    time = patient_time(visit.starts_at, ZoneInfo(visit.zone))
    return replace(full, time=time, where_line="", foot="", foot_strong="")


def _slip_visit(visit: Visit) -> SlipVisit:
    return SlipVisit(
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=visit.zone,
        type_name=visit.type_name,
        modality=visit.modality,
        clinician_name=visit.clinician_name,
        place_name=visit.location_name,
    )


def _book_again_path(visit: Visit) -> str:
    """Return the booking page, filled in with what can still be booked of this visit."""
    if not visit.is_type_online:
        return routes.with_query(routes.BOOK, clinic=visit.clinic_slug)
    return routes.with_query(
        routes.BOOK,
        clinic=visit.clinic_slug,
        type=visit.type_slug,
        clinician=visit.clinician_slug if visit.is_clinician_online else "",
        location=visit.location_slug,
    )


async def _policy(visit: Visit, clinic: Clinic) -> str:
    """Return the cancellation policy that was accepted, else the one in force."""
    if visit.policy_version_accepted is not None:
        async with reading() as rx:
            accepted = await visits.find_policy_text(
                rx,
                organization_id=visit.organization_id,
                version=visit.policy_version_accepted,
                lang=clinic.language,
            )
        if accepted:
            return accepted
    return clinic.texts.get(TEXT_POLICY_CANCELLATION, "")


def _changes_in_ms(visit: Visit, window: JoinWindow | None, *, now: datetime) -> int:
    """Return how long until the clock alone makes this card say something else."""
    if visit.status is not AppointmentStatus.CONFIRMED:
        return 0
    policy = visit.rules.policy
    instants = [visit.starts_at, _over_at(visit, window)]
    if window is not None:
        instants.append(window.opens_at)
    if policy.cancel_cutoff is not None:
        # Exactly the cut-off is in time still, so the card changes just after it.
        instants.append(visit.starts_at - policy.cancel_cutoff + timedelta(milliseconds=1))
    if visit.booked_online_at is not None:
        instants.append(visit.booked_online_at + policy.post_booking_grace)
    ahead = min((at - now for at in instants if at > now), default=_LOOK_AGAIN_WITHIN)
    return -(-ahead // timedelta(milliseconds=1)) if ahead < _LOOK_AGAIN_WITHIN else 0
