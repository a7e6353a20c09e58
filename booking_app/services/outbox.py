"""Send what is due: lease rows, compose, hand over, write down what became of it.

1. A short transaction takes up to a few due rows for this process.
2. Outside of any transaction, each is composed from what is true now, or dropped.
3. It goes to the mail server, or without one into the mailbox page.
4. A second short transaction settles the row, if the lease is still ours.

Exactly once cannot be had over SMTP. A message goes out at least once, and every try
carries the same Message-ID and Date, so that a second copy is recognised.
"""

import asyncio
import logging
import os
import socket
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

from booking_app.adapters import live_bus, mail
from booking_app.db.queries import delivery, message_facts, sent_messages
from booking_app.db.queries.delivery import LeasedItem
from booking_app.db.session import reading, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.default_templates import DEFAULT_TEMPLATES
from booking_app.domain.delivery import DeliveryResult, Outcome, next_step
from booking_app.domain.message_events import MessageEvent
from booking_app.services.composing import Wording, compose, reason_to_drop
from booking_app.settings import get_settings

log = logging.getLogger(__name__)

BATCH = 10
LANGUAGE = "en"
WORKER = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid4().hex[:8]}"


@uninterrupted
async def deliver_due(*, now: datetime, worker: str = WORKER) -> int:
    """Send what is due at ``now``, batch by batch; return how many rows were settled.

    A failure of our own side (password, certificate, server away) ends the turn: no
    message can go, so none of the others loses a try for it.
    """
    settled = 0
    while True:
        async with transaction() as tx:
            items = await delivery.lease_due(
                tx, worker=worker, limit=BATCH, lease=_lease(), now=now
            )
        for position, item in enumerate(items):
            result = await _deliver(item, worker=worker, now=now)
            settled += 1
            if result is not None and result.outcome is Outcome.CHANNEL:
                log.error("mail channel: %s", result.error)
                await _give_back(items[position + 1 :], worker=worker, now=now)
                return settled
        if len(items) < BATCH:
            return settled


@uninterrupted
async def suppress_queued(*, organization_id: int, reason: str, now: datetime) -> int:
    """Drop everything that is queued for one clinic; return how much that was."""
    async with transaction() as tx:
        return await delivery.suppress_queued(tx, organization_id=organization_id, reason=reason)


async def _deliver(item: LeasedItem, *, worker: str, now: datetime) -> DeliveryResult | None:
    """Take one leased row to its next state; return None when it was dropped unsent."""
    try:
        message = await _compose(item, now=now)
    except Exception:
        # One message that cannot be composed must not stop the others.
        log.exception("message %s cannot be composed", item.uid)
        await _settle(item, worker, DeliveryResult(Outcome.RETRY, "cannot be composed"), now=now)
        return None
    if isinstance(message, str):
        async with transaction() as tx:
            await delivery.settle(
                tx, item, worker=worker, state="suppressed", suppressed_reason=message
            )
        await _tell_pages(item)
        return None
    settings = get_settings()
    if not mail.is_configured(settings):
        await _capture(item, message, worker=worker, now=now)
        return DeliveryResult(Outcome.SENT)
    async with reading() as rx:
        if not await delivery.still_leased(rx, item, worker=worker):
            return None
    result = await mail.send(message, settings)
    await _settle(item, worker, result, now=now)
    return result


def _lease() -> timedelta:
    """Return a lease that outlasts a batch whose every message takes as long as it may."""
    return BATCH * mail.longest_send(get_settings())


async def _compose(item: LeasedItem, *, now: datetime) -> EmailMessage | str:
    """Return the mail, or in one word why it is not to be sent."""
    async with reading() as rx:
        facts = await message_facts.find_facts(rx, item.appointment_id)
        reason = reason_to_drop(item, facts, now=now)
        if reason is not None or facts is None:
            return reason or "gone"
        template = await message_facts.find_template(
            rx, organization_id=item.organization_id, event=item.event, lang=LANGUAGE
        )
        link_uid = None
        if facts.manage_links_enabled:
            link_uid = await message_facts.find_link_uid(
                rx, appointment_id=item.appointment_id, manage_link_id=item.manage_link_id
            )
    subject, body = template or _default(MessageEvent(item.event))
    wording = Wording(subject, body, link_uid)
    return await asyncio.to_thread(compose, item, facts, wording, get_settings(), now=now)


def _default(event: MessageEvent) -> tuple[str, str]:
    template = next(template for template in DEFAULT_TEMPLATES if template.event is event)
    return template.subject, template.body


async def _capture(item: LeasedItem, message: EmailMessage, *, worker: str, now: datetime) -> None:
    """Keep the mail for the mailbox page, in the transaction that calls it sent."""
    async with transaction() as tx:
        if await delivery.settle(tx, item, worker=worker, state="sent", sent_at=now):
            await delivery.insert_captured(
                tx, item, subject=str(message["Subject"]), raw=message.as_bytes(), now=now
            )
    await live_bus.publish(live_topics.mailbox(item.organization_id))
    await _tell_pages(item)


async def _settle(item: LeasedItem, worker: str, result: DeliveryResult, *, now: datetime) -> None:
    step = next_step(result.outcome, tries=item.attempts, now=now, not_after=item.not_after)
    async with transaction() as tx:
        await delivery.settle(
            tx,
            item,
            worker=worker,
            state=step.state.value,
            attempts=step.tries,
            due_at=step.due_at or now,
            last_error=result.error or None,
            sent_at=now if result.outcome is Outcome.SENT else None,
        )
    await _tell_pages(item)


async def _tell_pages(item: LeasedItem) -> None:
    """Have the pages of the visit say anew what became of its mail."""
    async with reading() as rx:
        uid = await sent_messages.find_appointment_uid(rx, item.appointment_id)
    if uid is not None:
        await live_bus.publish(live_topics.appointment(uid))


async def _give_back(items: list[LeasedItem], *, worker: str, now: datetime) -> None:
    """Return rows that were taken but not tried, as they were."""
    for item in items:
        async with transaction() as tx:
            await delivery.settle(
                tx, item, worker=worker, state="queued", attempts=item.attempts - 1
            )
