"""Spans of time between two instants, and the whole minutes the slot engine counts in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """The time from ``starts_at`` up to, and not including, ``ends_at``.

    Both are aware. Two spans that merely touch do not overlap.

    Raises:
        ValueError: an end without a zone, or an end that is not after the start.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError(f"a span between naive datetimes: {self.starts_at}, {self.ends_at}")
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a span must end after it starts: {self.starts_at}, {self.ends_at}")

    @property
    def duration(self) -> timedelta:
        # Two datetimes of one zone subtract by their wall clocks; in UTC the clock never jumps.
        return self.ends_at.astimezone(UTC) - self.starts_at.astimezone(UTC)

    def contains(self, instant: datetime) -> bool:
        return self.starts_at <= instant < self.ends_at

    def overlaps(self, other: "TimeSpan") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def whole_minutes(self) -> tuple[int, int]:
        """Return the epoch minutes it touches: the first one, and the first one after it."""
        return epoch_minute(self.starts_at), epoch_minute_up(self.ends_at)


def epoch_minute(instant: datetime) -> int:
    """Return the minutes from 1970-01-01 00:00 UTC to ``instant``, rounded down."""
    return (instant.astimezone(UTC) - EPOCH) // ONE_MINUTE


def epoch_minute_up(instant: datetime) -> int:
    """Return the minutes from 1970-01-01 00:00 UTC to ``instant``, rounded up."""
    return -((EPOCH - instant.astimezone(UTC)) // ONE_MINUTE)


def instant_of(minute: int) -> datetime:
    """Return the instant in UTC at which epoch minute ``minute`` begins."""
    return EPOCH + minute * ONE_MINUTE
