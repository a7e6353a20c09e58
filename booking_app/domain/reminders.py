"""When a reminder of a visit is due, and until when it is still worth sending.

Reminders are derived from the appointment at every tick of the timetable, never
scheduled: a moved or cancelled visit needs nothing undone. An offset is elapsed time
before the start ("48 hours before" is 48 real hours, also over a clock change).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_OFFSETS_MINUTES = (2880,)
"""48 hours before the start. A clinic, or one appointment type, may set others."""
GRACE = timedelta(hours=3)
"""How late a reminder may be sent after an outage before it is dropped."""
LAST_BEFORE_START = timedelta(minutes=30)
"""Nobody is reminded of a visit that begins in less than this."""
NOT_AFTER_BOOKING = timedelta(hours=1)
"""Nobody is reminded of what they were told less than this ago."""
URGENT = timedelta(hours=24)
"""A text about a visit that starts within this is not held back by quiet hours."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When no text message goes out, in minutes since local midnight, over midnight or not.

    They bind texts only: a mail wakes nobody, so mails have none.
    """

    zone: ZoneInfo
    starts_minute: int = 21 * 60
    ends_minute: int = 8 * 60

    def contains(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        if self.starts_minute <= self.ends_minute:
            return self.starts_minute <= minute < self.ends_minute
        return minute >= self.starts_minute or minute < self.ends_minute

    def next_end(self, at: datetime) -> datetime:
        """Return the first full minute from ``at`` on that is not quiet.

        It walks the wall clock minute by minute, at most a night long, and so is right
        where an hour is skipped or comes twice without a rule for either.
        """
        if at.second or at.microsecond:
            at = at.replace(second=0, microsecond=0) + _MINUTE
        while self.contains(at):
            at += _MINUTE
        return at


@dataclass(frozen=True, slots=True)
class ReminderWindow:
    """One reminder: it goes out iff ``due_at <= now < not_after``."""

    offset_minutes: int
    due_at: datetime
    not_after: datetime

    def is_open(self, now: datetime) -> bool:
        return self.due_at <= now < self.not_after


def reminder_window(
    starts_at: datetime,
    told_at: datetime,
    offset_minutes: int,
    *,
    quiet: QuietHours | None = None,
    grace: timedelta = GRACE,
) -> ReminderWindow | None:
    """Return the window of one reminder, or None where it makes no sense.

    ``told_at`` is when the patient learned of this time: the booking, or the last move.
    A reminder that was due before then, or within the hour after it, is none. Give
    ``quiet`` for texts only; a due time in it moves to its end, unless the visit then
    starts within 24 hours.
    """
    starts_at = starts_at.astimezone(UTC)
    due_at = starts_at - timedelta(minutes=offset_minutes)
    if due_at < told_at + NOT_AFTER_BOOKING:
        return None
    if quiet is not None and starts_at - due_at > URGENT and quiet.contains(due_at):
        due_at = quiet.next_end(due_at)
    not_after = min(due_at + grace, starts_at - LAST_BEFORE_START)
    if due_at >= not_after:
        return None
    return ReminderWindow(offset_minutes, due_at, not_after)


def due_reminder(
    starts_at: datetime,
    told_at: datetime,
    offsets_minutes: Iterable[int],
    *,
    now: datetime,
    quiet: QuietHours | None = None,
) -> ReminderWindow | None:
    """Return the reminder to send at ``now``, if any.

    Where several are open at once, after an outage, only the one nearest to the start
    counts: nobody gets two reminders of the same visit together.
    """
    windows = (
        reminder_window(starts_at, told_at, offset, quiet=quiet) for offset in offsets_minutes
    )
    is_open = [window for window in windows if window is not None and window.is_open(now)]
    return min(is_open, key=lambda window: window.offset_minutes, default=None)
