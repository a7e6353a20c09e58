"""Record how a visit ended: it took place, or nobody came."""

from datetime import datetime
from uuid import UUID

from booking_app.adapters import live_bus
from booking_app.db.queries import attendance as queries
from booking_app.db.queries import records
from booking_app.db.session import after_commit, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.actors import Actor, System
from booking_app.domain.attendance import may_complete, may_mark_no_show
from booking_app.domain.errors import Conflict, InvalidTransition, NotFound
from booking_app.domain.lifecycle import AppointmentStatus, Modality, require_move

_SYSTEM = System()


@uninterrupted
async def mark_completed(*, actor: Actor = _SYSTEM, appointment_uid: str, now: datetime) -> None:
    """Record that the visit took place (T10).

    Raises:
        InvalidTransition: it has not begun yet, or is not confirmed.
        NotFound: there is no such visit.
    """
    await _mark(actor, appointment_uid, AppointmentStatus.COMPLETED, now=now)


@uninterrupted
async def mark_no_show(*, actor: Actor = _SYSTEM, appointment_uid: str, now: datetime) -> None:
    """Record that the patient did not come (T11).

    Raises:
        InvalidTransition: it could still be joined, or is not confirmed.
        NotFound: there is no such visit.
    """
    await _mark(actor, appointment_uid, AppointmentStatus.NO_SHOW, now=now)


async def _mark(
    actor: Actor, appointment_uid: str, outcome: AppointmentStatus, *, now: datetime
) -> None:
    async with transaction() as tx:
        visit = await queries.find_visit(tx, UUID(appointment_uid))
        if visit is None:
            raise NotFound
        require_move(AppointmentStatus(visit.status), outcome)
        if not _is_time(visit, outcome, now=now):
            raise InvalidTransition(current=visit.status, target=outcome)
        if not await queries.set_outcome(tx, visit, outcome, now=now):
            raise Conflict
        await records.append_history(
            tx,
            appointment_id=visit.id,
            change=outcome,
            before={"status": visit.status},
            after={"status": outcome.value},
            actor=actor,
            channel="system",
            reason=None,
            now=now,
        )
        await records.append_audit(
            tx,
            organization_id=visit.organization_id,
            actor=actor,
            action=f"appointment.{outcome.value}",
            entity="appointment",
            entity_uid=appointment_uid,
            before={"status": visit.status},
            after={"status": outcome.value},
            reason=None,
            channel="system",
            now=now,
        )
        after_commit(
            lambda: live_bus.publish(
                live_topics.appointment(appointment_uid), live_topics.clinic(visit.organization_id)
            )
        )


def _is_time(visit: queries.Visit, outcome: AppointmentStatus, *, now: datetime) -> bool:
    if outcome is AppointmentStatus.COMPLETED:
        return may_complete(visit.starts_at, now=now)
    return may_mark_no_show(
        visit.ends_at,
        Modality(visit.modality),
        join_closes_after=visit.join_closes_after,
        now=now,
    )
