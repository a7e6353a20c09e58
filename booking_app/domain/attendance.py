"""When an outcome may be recorded. Source: lifecycle T10, T11; all intervals half-open."""

from datetime import datetime, timedelta

from booking_app.domain.lifecycle import Modality


def may_complete(starts_at: datetime, *, now: datetime) -> bool:
    """Tell whether a visit may be marked completed: from its start on."""
    return now >= starts_at


def no_show_from(ends_at: datetime, modality: Modality, *, join_closes_after: int) -> datetime:
    """Return from when a visit may be marked as missed.

    A video visit can be joined until ``join_closes_after`` minutes after its end, so it
    is missed only then; any other visit is missed once it should have ended.
    """
    if modality is Modality.VIDEO:
        return ends_at + timedelta(minutes=join_closes_after)
    return ends_at


def may_mark_no_show(
    ends_at: datetime, modality: Modality, *, join_closes_after: int, now: datetime
) -> bool:
    """Tell whether a visit may be marked as missed at ``now``."""
    return now >= no_show_from(ends_at, modality, join_closes_after=join_closes_after)
