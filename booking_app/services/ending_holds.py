"""How a hold ends that did not become an appointment: timed out, given back, or replaced."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries import holds, records
from booking_app.db.queries.holds import HoldRow
from booking_app.domain import live_topics
from booking_app.domain.actors import Actor, System
from booking_app.domain.lifecycle import AppointmentStatus, HoldRelease


async def end_hold(
    tx: AsyncConnection, hold: HoldRow, *, reason: HoldRelease, actor: Actor, now: datetime
) -> bool:
    """Let go of a hold and record it; tell whether it was this call that did.

    Several may try at once, a claim that needs the time, the tidying job, the holder:
    one of them does it, and for the others nothing happens. The resource is locked
    already.
    """
    if not await holds.release_hold(tx, hold, reason=reason, now=now):
        return False
    channel = "system" if isinstance(actor, System) else "public"
    if hold.status == AppointmentStatus.HELD:
        await records.append_history(
            tx,
            appointment_id=hold.appointment_id,
            change=AppointmentStatus.EXPIRED.value,
            before={"status": AppointmentStatus.HELD.value},
            after={"status": AppointmentStatus.EXPIRED.value},
            actor=actor,
            channel=channel,
            reason=reason.value,
            now=now,
        )
    await records.append_audit(
        tx,
        organization_id=hold.organization_id,
        actor=actor,
        action="hold.ended",
        entity="appointment",
        entity_uid=str(hold.appointment_uid),
        before={"expires_at": hold.expires_at.isoformat()},
        after={"status": AppointmentStatus.EXPIRED.value},
        reason=reason.value,
        channel=channel,
        now=now,
    )
    return True


def topics_of(hold: HoldRow) -> tuple[str, ...]:
    """Return who has to look again when something about a hold changed."""
    topics = (
        live_topics.diary(hold.resource_id),
        live_topics.clinic(hold.organization_id),
        live_topics.holds(),
    )
    return (*topics, live_topics.visitor(hold.session_key)) if hold.session_key else topics
