"""Tidy up after time has passed. Nothing here decides anything: the clock did already.

Every function may run late, twice, or in two processes at once. A lapsed hold, for one,
is free to take from the instant it lapses; tidying only makes the rows say so, and tells
the open pages.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from booking_app.adapters import live_bus, tokens
from booking_app.db.failures import retried
from booking_app.db.queries import audit, claims, drafts, holds
from booking_app.db.queries.audit import Seal
from booking_app.db.queries.holds import HoldRow
from booking_app.db.session import after_commit, reading, transaction, uninterrupted
from booking_app.domain.actors import System
from booking_app.domain.audit_chain import GENESIS, first_broken, seal
from booking_app.domain.lifecycle import HoldRelease
from booking_app.services.ending_holds import end_hold, topics_of
from booking_app.settings import get_settings

_BATCH = 200


async def expire_holds(*, now: datetime) -> int:
    """Give back every hold that lapsed by ``now`` and return how many this call gave back."""
    expired = 0
    while True:
        async with reading() as rx:
            lapsed = await holds.list_lapsed(rx, at_most=_BATCH, now=now)
        by_resource = sorted(lapsed, key=attrgetter("resource_id", "hold_id"))
        ended = 0
        for _, together in groupby(by_resource, key=attrgetter("resource_id")):
            ended += await _expire_together(list(together), now=now)
        expired += ended
        # A full batch means that there may be more; one in which nothing was left to do, that
        # somebody else is at it.
        if len(lapsed) < _BATCH or not ended:
            return expired


async def next_hold_expiry(*, now: datetime) -> datetime | None:
    """Return when to look for lapsed holds next, never before ``now``; None while nobody holds."""
    async with reading() as rx:
        at = await holds.find_next_expiry(rx)
    return max(at, now) if at is not None else None


@uninterrupted
@retried
async def erase_drafts(*, now: datetime) -> int:
    """Forget what was typed for holds that ended 24 hours ago; return of how many browsers."""
    async with transaction() as tx:
        return await drafts.erase_ended_drafts(tx, now=now)


async def seal_audit(*, now: datetime) -> int:
    """Seal the audit lines that were added since, and return how many."""
    sealed = 0
    while batch := await _seal_batch():
        sealed += batch
    return sealed


async def find_broken_seal() -> int | None:
    """Return the place in the audit record from which on it cannot be trusted, or None."""
    key = tokens.subkey(get_settings(), tokens.Purpose.AUDIT)
    after = (0, GENESIS)
    while True:
        async with reading() as rx:
            lines = await audit.list_sealed(rx, after_position=after[0], at_most=_BATCH)
        if not lines:
            return None
        broken = first_broken(key, lines, after=after)
        if broken is not None:
            return broken
        after = (lines[-1].position, lines[-1].hash)


@uninterrupted
@retried
async def _expire_together(lapsed: Sequence[HoldRow], *, now: datetime) -> int:
    """Give back lapsed holds of one resource in one transaction."""
    async with transaction() as tx:
        resource_ids = {hold.resource_id for hold in lapsed}
        await claims.lock_resources(tx, resource_ids)
        ended = [
            hold
            for hold in lapsed
            if await end_hold(tx, hold, reason=HoldRelease.TIMEOUT, actor=System(), now=now)
        ]
        if ended:
            await claims.touch_resources(tx, resource_ids)
            topics = [topic for hold in ended for topic in topics_of(hold)]
            after_commit(lambda: live_bus.publish(*topics))
    return len(ended)


@uninterrupted
@retried
async def _seal_batch() -> int:
    key = tokens.subkey(get_settings(), tokens.Purpose.AUDIT)
    async with transaction() as tx:
        await audit.lock_chain(tx)
        position, prev_hash = await audit.find_end(tx)
        seals: list[Seal] = []
        for event_id, content in await audit.list_unsealed(tx, at_most=_BATCH):
            position += 1
            sealed = seal(key, prev_hash, content)
            seals.append(Seal(event_id, position, prev_hash, sealed))
            prev_hash = sealed
        if seals:
            await audit.write_seals(tx, seals)
    return len(seals)
