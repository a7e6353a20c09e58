"""The claim: one transaction that takes a time for a visitor, or finds that it is gone.

No two claims on one resource are ever between their look and their write at the same
time (docs/mechanisms/claims.md).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries import claims, diary, holds, quotas, records, visitor_sessions
from booking_app.db.queries.claims import Claim
from booking_app.db.queries.holds import HoldRow
from booking_app.db.session import transaction
from booking_app.domain.actors import Actor, System, Visitor
from booking_app.domain.busy_masks import Gaps, Occupied
from booking_app.domain.errors import BookingClosed, NotFound, SlotTaken, TooManyHolds
from booking_app.domain.lifecycle import AppointmentStatus, HoldRelease
from booking_app.domain.policies import (
    DRAFT_LASTS_AFTER_HOLD,
    MAX_LIVE_HOLDS_PER_ADDRESS,
    MAX_UNCONFIRMED_PER_PERSON_AND_DAY,
)
from booking_app.domain.timespan import epoch_minute, epoch_minute_up
from booking_app.domain.visit_words import local_day
from booking_app.dto.booking import Choice, ChosenTime
from booking_app.dto.clinic import Clinic
from booking_app.services import availability
from booking_app.services.ending_holds import end_hold, topics_of

_LONGEST_BUFFER = timedelta(hours=1)
_REFERENCE_LENGTH = 9
_REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that read as another


@dataclass(frozen=True, slots=True)
class Target:
    """The time that is wanted: whose diary, from when until when."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A committed hold, and who has to look again because of it."""

    hold: HoldRow
    topics: tuple[str, ...] = ()


async def look(
    rx: AsyncConnection, visitor: Visitor, choice: Choice, chosen: ChosenTime, *, now: datetime
) -> Target:
    """Return what is wanted, unless a glance without any lock says no already.

    In a rush on one time nearly everybody is told here, without waiting for anybody.

    Raises:
        SlotTaken: it is taken as far as one sees, or nobody offers it.
        BookingClosed: the clinic has switched online booking off.
        NotFound: there is no such clinic.
    """
    wanted = await claims.find_wanted(
        rx,
        clinic_slug=choice.clinic,
        type_slug=choice.appointment_type,
        clinician_slug=chosen.clinician,
        session_key=visitor.session_key,
    )
    if wanted is None:
        raise NotFound
    if not wanted.is_booking_open:
        raise BookingClosed
    if wanted.resource_id is None:
        raise SlotTaken
    ends_at = chosen.starts_at + wanted.duration
    neighbours = await diary.list_blocking(
        rx,
        resource_id=wanted.resource_id,
        begins_at=chosen.starts_at - _LONGEST_BUFFER,
        ends_at=ends_at + _LONGEST_BUFFER,
        visitor_session_id=wanted.visitor_session_id,
        now=now,
    )
    if _are_in_the_way(neighbours, chosen.starts_at, ends_at, wanted.gaps):
        raise SlotTaken
    return Target(wanted.resource_id, chosen.starts_at, ends_at)


def _are_in_the_way(
    neighbours: Iterable[Occupied], starts_at: datetime, ends_at: datetime, gaps: Gaps
) -> bool:
    """Tell whether core times or buffers of any of them reach into ``[starts_at, ends_at)``."""
    start, end = epoch_minute(starts_at), epoch_minute_up(ends_at)
    for other in neighbours:
        gap = gaps.widened_for(other.buffer_before, other.buffer_after)
        if other.first < end + gap.after and start < other.stop + gap.before:
            return True
    return False


async def claim(
    target: Target,
    *,
    clinic: Clinic,
    visitor: Visitor,
    choice: Choice,
    chosen: ChosenTime,
    now: datetime,
) -> Taken:
    """Take the time for the visitor; everything happens, or nothing.

    Raises:
        SlotTaken: it is not offered, now that nobody can change that any more.
        TooManyHolds: a quota is used up.
        sqlalchemy.exc.IntegrityError: the database's own guard refused.
    """
    expires_at = now + timedelta(minutes=clinic.hold_minutes)
    async with transaction() as tx:
        await quotas.lock_address(tx, visitor.address_hash)
        session_id = await visitor_sessions.ensure_session(
            tx,
            session_key=visitor.session_key,
            organization_id=clinic.organization_id,
            now=now,
            keep_draft_until=expires_at + DRAFT_LASTS_AFTER_HOLD,
        )
        own, lapsed = await holds.list_in_the_way(
            tx,
            visitor_session_id=session_id,
            resource_id=target.resource_id,
            starts_at=target.starts_at,
            ends_at=target.ends_at,
            now=now,
        )
        touched = {target.resource_id} | ({own.resource_id} if own else set())
        await claims.lock_resources(tx, touched)
        if own is not None and own.is_live(now) and _is_same(own, target, choice):
            return Taken(own)
        await _require_quota(tx, clinic, visitor, session_id, now=now)
        offer = await availability.require_offered(
            tx, clinic=clinic, choice=choice, chosen=chosen, visitor_session_id=session_id, now=now
        )
        ended = await _make_way(tx, own, lapsed, visitor, now=now)
        hold = await claims.insert_claim(
            tx,
            Claim(
                offer=offer,
                choice=replace(choice, clinician=chosen.clinician, location=offer.location_slug),
                visitor=visitor,
                visitor_session_id=session_id,
                reference=_new_reference(clinic.reference_prefix),
                made_at=now,
                expires_at=expires_at,
            ),
        )
        await claims.touch_resources(tx, touched)
        await _record(tx, hold, visitor, now=now)
    return Taken(hold, tuple(topic for each in (*ended, hold) for topic in topics_of(each)))


def _is_same(own: HoldRow, target: Target, choice: Choice) -> bool:
    return (
        own.resource_id == target.resource_id
        and own.starts_at == target.starts_at
        and own.type_slug == choice.appointment_type
        and choice.location in {"", own.location_slug}
    )


async def _require_quota(
    tx: AsyncConnection, clinic: Clinic, visitor: Visitor, session_id: int, *, now: datetime
) -> None:
    zone = ZoneInfo(clinic.zone)
    midnight = datetime.combine(local_day(now, zone), time.min, zone).astimezone(UTC)
    counts = await quotas.count_holds(
        tx,
        organization_id=clinic.organization_id,
        visitor_session_id=session_id,
        address_hash=visitor.address_hash,
        since=midnight,
        now=now,
    )
    if counts.unconfirmed_of_person >= MAX_UNCONFIRMED_PER_PERSON_AND_DAY:
        raise TooManyHolds(scope="person")
    if counts.live_at_address >= MAX_LIVE_HOLDS_PER_ADDRESS:
        raise TooManyHolds(scope="address")


async def _make_way(
    tx: AsyncConnection,
    own: HoldRow | None,
    lapsed: Sequence[HoldRow],
    visitor: Visitor,
    *,
    now: datetime,
) -> list[HoldRow]:
    """End the visitor's earlier hold, and those of others that lapsed and still stand in the rows."""
    endings: list[tuple[HoldRow, HoldRelease, Actor]] = [
        (hold, HoldRelease.TIMEOUT, System()) for hold in lapsed
    ]
    if own is not None:
        replaced = (own, HoldRelease.SUPERSEDED, visitor)
        endings.append(replaced if own.is_live(now) else (own, HoldRelease.TIMEOUT, System()))
    return [
        hold
        for hold, reason, actor in endings
        if await end_hold(tx, hold, reason=reason, actor=actor, now=now)
    ]


async def _record(tx: AsyncConnection, hold: HoldRow, visitor: Visitor, *, now: datetime) -> None:
    after = {
        "status": AppointmentStatus.HELD.value,
        "starts_at": hold.starts_at.isoformat(),
        "expires_at": hold.expires_at.isoformat(),
    }
    await records.append_history(
        tx,
        appointment_id=hold.appointment_id,
        change=AppointmentStatus.HELD.value,
        before={},
        after=after,
        actor=visitor,
        channel="public",
        reason=None,
        now=now,
    )
    await records.append_audit(
        tx,
        organization_id=hold.organization_id,
        actor=visitor,
        action="hold.made",
        entity="appointment",
        entity_uid=str(hold.appointment_uid),
        before={},
        after=after,
        reason=None,
        channel="public",
        now=now,
    )


def _new_reference(prefix: str) -> str:
    """Return what a patient reads out on the telephone: the clinic's letters, then chance."""
    missing = _REFERENCE_LENGTH - len(prefix)
    return prefix + "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(missing))
