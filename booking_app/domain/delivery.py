"""What becomes of a message after one try to deliver it.

Delivery is at least once: a try that may have worked is repeated with the same
Message-ID and Date, so that the receiver can tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_TRIES = 12
FIRST_RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
LATER_RETRIES = timedelta(hours=1)
CHANNEL_PAUSE = timedelta(minutes=1)
"""How long to leave a mail server alone that would take no message at all."""


class Outcome(StrEnum):
    """How one try ended.

    ``RETRY`` is about this message and may pass; ``DEAD`` is about this message and will
    not. ``CHANNEL`` is our own side (password, certificate, server away): no message can
    go, so none of them loses a try for it, and staff are told of the channel instead.
    """

    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"
    CHANNEL = "channel"


class OutboxState(StrEnum):
    """Where a message in the outbox stands; the values are those of its column."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
    STALE = "stale"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """One try. ``error`` is short and names no person; it is empty when sent."""

    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to write on the message: its state, the tries used, and when it is due again."""

    state: OutboxState
    tries: int
    due_at: datetime | None = None


def retry_delay(tries: int) -> timedelta:
    """Return how long to wait after try number ``tries`` (the first is 1) has failed."""
    if tries < 1:
        msg = f"tries are counted from 1, not {tries}"
        raise ValueError(msg)
    return FIRST_RETRIES[tries - 1] if tries <= len(FIRST_RETRIES) else LATER_RETRIES


def next_step(
    outcome: Outcome, *, tries: int, now: datetime, not_after: datetime | None
) -> NextStep:
    """Return what becomes of a message whose try number ``tries`` ended in ``outcome``.

    After a failure that may pass it is due again after 1, 5 and 30 minutes, 2 hours, then
    every hour. It is dead, and shown to staff, after 12 tries or where the next one would
    not come before ``not_after`` (None: it never grows stale).
    """
    if outcome is Outcome.SENT:
        return NextStep(OutboxState.SENT, tries)
    if outcome is Outcome.DEAD:
        return NextStep(OutboxState.DEAD, tries)
    if outcome is Outcome.CHANNEL:
        tries_used, due_at = tries - 1, now + CHANNEL_PAUSE
    elif tries >= MAX_TRIES:
        return NextStep(OutboxState.DEAD, tries)
    else:
        tries_used, due_at = tries, now + retry_delay(tries)
    if not_after is not None and due_at >= not_after:
        return NextStep(OutboxState.DEAD, tries_used)
    return NextStep(OutboxState.QUEUED, tries_used, due_at)
