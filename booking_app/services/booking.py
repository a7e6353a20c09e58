"""Hold a time while the patient finishes the booking: take it, keep it, give it back.

A claim is one transaction under the lock of the resource whose time it takes, so no two
claims on one diary ever look at it side by side; the database's own guard behind it never
has to speak (docs/mechanisms/claims.md). A hold lapses by the clock at ``expires_at``,
that instant excluded, whether or not any job runs.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.adapters import live_bus
from booking_app.db.failures import is_occupied, retried
from booking_app.db.queries import claims, drafts, holds, records
from booking_app.db.queries.holds import HoldRow
from booking_app.db.session import after_commit, reading, transaction, uninterrupted
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import HoldExpired, HoldLimitReached, NotFound, SlotTaken
from booking_app.domain.lifecycle import HoldRelease
from booking_app.domain.policies import (
    DRAFT_LASTS_AFTER_HOLD,
    HOLD_EXTENSION,
    MAX_EXTENSIONS,
    is_extension_due,
)
from booking_app.domain.timespan import EPOCH
from booking_app.domain.visit_words import format_when, local_day, patient_time
from booking_app.dto.booking import Choice, ChosenTime, Held, HoldCard
from booking_app.services import claiming, clinics
from booking_app.services.claim_line import in_line
from booking_app.services.ending_holds import end_hold, topics_of


@uninterrupted
@retried
async def hold_slot(*, visitor: Visitor, choice: Choice, chosen: ChosenTime, now: datetime) -> Held:
    """Keep a time for a visitor, for as long as the clinic's settings say.

    A visitor has one hold at a time: another choice gives the earlier one back, in the
    same transaction; the same choice again returns the hold that is there.

    Raises:
        SlotTaken: somebody was first, or the time was never offered.
        TooManyHolds: a quota of the address or the person is used up.
        BookingClosed: the clinic has switched online booking off.
        NotFound: there is no such clinic.
    """
    try:
        async with in_line(visitor, choice, chosen, now=now) as line:
            async with reading() as rx:
                target = await claiming.look(rx, visitor, choice, chosen, now=now)
                clinic = await clinics.require_clinic_on(rx, slug=choice.clinic)
            taken = await claiming.claim(
                target,
                clinic=clinic,
                visitor=visitor,
                choice=choice,
                chosen=chosen,
                now=now,
            )
            line.tell(taken.hold)
    except DBAPIError as error:
        if is_occupied(error):
            raise SlotTaken from None
        raise
    await live_bus.publish(*taken.topics)  # whoever stood in line has been told before
    return _held(taken.hold)


async def find_hold(*, visitor: Visitor, clinic_slug: str, now: datetime) -> Held | None:
    """Return the live hold of this browser at a clinic, or None."""
    hold = await _newest(visitor, clinic_slug)
    return _held(hold) if hold is not None and hold.is_live(now) else None


async def find_last_hold(*, visitor: Visitor, clinic_slug: str, now: datetime) -> Held | None:
    """Return the hold that ran out on this browser, for a day after it did.

    None where the last hold is live, became an appointment, or was given back.
    """
    hold = await _newest(visitor, clinic_slug)
    if hold is None or hold.consumed_at is not None or hold.is_live(now):
        return None
    if (
        hold.release_reason == HoldRelease.RELEASED
        or hold.expires_at + DRAFT_LASTS_AFTER_HOLD <= now
    ):
        return None
    return _held(hold)


async def find_booked(*, visitor: Visitor, clinic_slug: str, now: datetime) -> str | None:
    """Return the uid of the appointment that this browser's newest hold became, for a day after.

    So the confirmation is found again by a page that never got the answer.
    """
    hold = await _newest(visitor, clinic_slug)
    if hold is None or hold.consumed_at is None:
        return None
    is_recent = now < hold.consumed_at + DRAFT_LASTS_AFTER_HOLD
    return str(hold.appointment_uid) if is_recent else None


@uninterrupted
@retried
async def extend_hold(*, visitor: Visitor, clinic_slug: str, now: datetime) -> Held:
    """Keep the visitor's live hold five minutes longer, counted from its present end.

    Raises:
        HoldExpired: there is no live hold to extend.
        HoldLimitReached: it was extended ten times already.
    """
    async with transaction() as tx:
        hold = await _lock_live_hold(tx, visitor, clinic_slug, now=now)
        if hold is None:
            raise HoldExpired
        if hold.extensions >= MAX_EXTENSIONS:
            raise HoldLimitReached
        expires_at = hold.expires_at + HOLD_EXTENSION
        if not await holds.extend_hold(tx, hold, expires_at=expires_at, now=now):
            raise HoldExpired
        await claims.touch_resources(tx, (hold.resource_id,))
        if hold.visitor_session_id is not None:
            await drafts.keep_draft(
                tx,
                visitor_session_id=hold.visitor_session_id,
                hold_ends_at=expires_at,
                now=now,
            )
        await _record_extension(tx, hold, expires_at, visitor, now=now)
        after_commit(lambda: live_bus.publish(*topics_of(hold)))
    return _held(replace(hold, expires_at=expires_at, extensions=hold.extensions + 1))


@uninterrupted
@retried
async def release_hold(*, visitor: Visitor, clinic_slug: str, now: datetime) -> None:
    """Give the visitor's hold back at once. Without a live hold nothing happens."""
    async with transaction() as tx:
        hold = await _lock_live_hold(tx, visitor, clinic_slug, now=now)
        if hold is None:
            return
        if await end_hold(tx, hold, reason=HoldRelease.RELEASED, actor=visitor, now=now):
            await claims.touch_resources(tx, (hold.resource_id,))
            after_commit(lambda: live_bus.publish(*topics_of(hold)))


async def hold_again(*, visitor: Visitor, clinic_slug: str, now: datetime) -> Held:
    """Hold the time that ran out once more, with everything that was chosen.

    Raises:
        NotFound: nothing ran out on this browser.
        SlotTaken, TooManyHolds, BookingClosed: as for ``hold_slot``.
    """
    hold = await _newest(visitor, clinic_slug)
    if hold is None or hold.consumed_at is not None:
        raise NotFound
    choice = Choice(clinic_slug, hold.type_slug, hold.clinician_slug, hold.location_slug)
    chosen = ChosenTime(hold.clinician_slug, hold.starts_at)
    return await hold_slot(visitor=visitor, choice=choice, chosen=chosen, now=now)


def hold_card(held: Held, *, now: datetime) -> HoldCard:
    """Return what the strip over the booking pages shows of a hold at ``now``."""
    zone = ZoneInfo(held.zone)
    left = max(held.expires_at - now, timedelta(0))
    total = held.expires_at - (held.made_at or now)
    return HoldCard(
        is_live=left > timedelta(0),
        when=format_when(held.starts_at, zone),
        until=patient_time(held.expires_at, zone),
        left_ms=_milliseconds(left),
        total_ms=_milliseconds(total),
        may_extend=is_extension_due(held.expires_at, held.extensions, now=now),
        stamp=f"{held.extensions}.{_milliseconds(now - EPOCH)}",
    )


async def _newest(visitor: Visitor, clinic_slug: str) -> HoldRow | None:
    async with reading() as rx:
        return await holds.find_newest_hold(
            rx, session_key=visitor.session_key, clinic_slug=clinic_slug
        )


async def _lock_live_hold(
    tx: AsyncConnection, visitor: Visitor, clinic_slug: str, *, now: datetime
) -> HoldRow | None:
    """Return the visitor's live hold, or None; nobody else can change it until the end of ``tx``."""
    if await drafts.lock_session_id(tx, visitor.session_key) is None:
        return None
    hold = await holds.find_newest_hold(
        tx, session_key=visitor.session_key, clinic_slug=clinic_slug
    )
    if hold is None or not hold.is_live(now):
        return None
    await claims.lock_resources(tx, (hold.resource_id,))
    return hold


async def _record_extension(
    tx: AsyncConnection, hold: HoldRow, expires_at: datetime, visitor: Visitor, *, now: datetime
) -> None:
    await records.append_audit(
        tx,
        organization_id=hold.organization_id,
        actor=visitor,
        action="hold.extended",
        entity="appointment",
        entity_uid=str(hold.appointment_uid),
        before={"expires_at": hold.expires_at.isoformat()},
        after={"expires_at": expires_at.isoformat()},
        reason=None,
        channel="public",
        now=now,
    )


def _held(hold: HoldRow) -> Held:
    return Held(
        hold_uid=str(hold.hold_uid),
        appointment_uid=str(hold.appointment_uid),
        organization_id=hold.organization_id,
        clinic_slug=hold.clinic_slug,
        type_slug=hold.type_slug,
        clinician_slug=hold.clinician_slug,
        location_slug=hold.location_slug,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        zone=hold.zone,
        expires_at=hold.expires_at,
        extensions=hold.extensions,
        held_for=local_day(hold.starts_at, ZoneInfo(hold.zone)),
        made_at=hold.made_at,
    )


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
