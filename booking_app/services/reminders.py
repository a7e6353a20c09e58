"""Plan reminders: derived from the visits at every tick, so nothing needs to be undone.

A reminder's key holds the start it speaks of: a moved visit gets a reminder of its new
time, and the old one is dropped when it is about to be sent.
"""

from datetime import datetime, timedelta

from booking_app.db.queries import outbox
from booking_app.db.queries import reminders as queries
from booking_app.db.session import reading, transaction, uninterrupted
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.reminders import LAST_BEFORE_START, ReminderWindow, due_reminder

HORIZON = timedelta(days=8)
"""No reminder is sent earlier than this before the visit."""
_BATCH = 50


@uninterrupted
async def plan_reminders(*, now: datetime) -> int:
    """Queue every reminder that is due at ``now`` and not queued yet; return how many were new."""
    async with reading() as rx:
        visits = await queries.list_upcoming(rx, after=now + LAST_BEFORE_START, until=now + HORIZON)
    due = [(visit, window) for visit in visits if (window := _due(visit, now)) is not None]
    planned = 0
    for first in range(0, len(due), _BATCH):
        async with transaction() as tx:
            for visit, window in due[first : first + _BATCH]:
                planned += await outbox.insert_item(
                    tx,
                    organization_id=visit.organization_id,
                    event=MessageEvent.REMINDER,
                    appointment_id=visit.id,
                    patient_id=visit.patient_id,
                    manage_link_id=None,
                    ics_sequence=None,
                    starts_at=visit.starts_at,
                    recipient=visit.recipient,
                    due_at=window.due_at,
                    not_after=window.not_after,
                    dedupe_key=_key(visit, window),
                    now=now,
                )
    return planned


def _due(visit: queries.UpcomingVisit, now: datetime) -> ReminderWindow | None:
    return due_reminder(visit.starts_at, visit.told_at, visit.reminder_offsets, now=now)


def _key(visit: queries.UpcomingVisit, window: ReminderWindow) -> str:
    start = int(visit.starts_at.timestamp())
    return f"reminder:{visit.id}:{start}:{window.offset_minutes}:email"
