"""Manage links, and what each browser may see because of them.

A link is a secret in an address. It is exchanged once, on its HTTP route, for a right
that belongs to the browser's cookie; every use case about an appointment asks for that
right again (``db.queries.access.require_grant``). See docs/mechanisms/links.md.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.adapters import live_bus, tokens
from booking_app.db.failures import retried
from booking_app.db.queries import access as queries
from booking_app.db.queries import rate_counters, records, visitor_sessions
from booking_app.db.queries.access import LinkRow
from booking_app.db.session import after_commit, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import LinkEnded, TooManyTries
from booking_app.domain.policies import FAILED_LINK_WINDOW, MAX_FAILED_LINK_OPENS
from booking_app.settings import get_settings

_PURPOSE = tokens.Purpose.MANAGE
_FAILED_OPENS = "link_open_failed"


async def issue_manage_link(
    tx: AsyncConnection,
    *,
    organization_id: int,
    appointment_id: int,
    issued_by: str,
    channel: str,
    now: datetime,
) -> tuple[int, str]:
    """Make a new manage link inside a use case; return its row's id and its token.

    Earlier links of the appointment stay valid. Only a hash of the token is stored; it
    can be made again from the link's uid by whoever holds the product's key.
    """
    link_uid = uuid4()
    token = tokens.link_token(get_settings(), _PURPOSE, link_uid)
    link_id = await queries.insert_link(
        tx,
        link_uid=link_uid,
        organization_id=organization_id,
        appointment_id=appointment_id,
        token_sha256=tokens.token_sha256(_PURPOSE, token),
        issued_by=issued_by,
        channel=channel,
        now=now,
    )
    return link_id, token


@uninterrupted
@retried
async def exchange_manage_link(*, visitor: Visitor, token: str, now: datetime) -> str:
    """Give this browser the right that a link carries; return the appointment's uid.

    Changes nothing of the appointment or of the link's validity, so programs that
    follow links in mails do no harm. A browser may hold the rights of several links.
    Failed tries are counted for the network address; successful ones are neither counted
    nor held up, because phones share addresses and nobody guesses 256 bits.

    Raises:
        LinkEnded: the link is unknown, damaged, over, revoked or switched off; which of
            these is not told, and each takes the same work.
        TooManyTries: this address has used up its failed tries for now; ``n`` is the
            minutes to wait.
    """
    token_sha256 = tokens.token_sha256(_PURPOSE, token)
    async with transaction() as tx:
        link = await queries.find_link(tx, token_sha256)
        if link is not None and link.opens_at(now):
            await _open(tx, visitor, link, now=now)
            return link.appointment_uid
        await _refuse_if_tried_out(tx, visitor, now=now)
        is_counted = await rate_counters.spend(
            tx,
            scope=_FAILED_OPENS,
            subject_hash=visitor.address_hash,
            limit=MAX_FAILED_LINK_OPENS,
            window=FAILED_LINK_WINDOW,
            now=now,
        )
    # The failed try has to stay counted, so the refusal comes after the commit.
    if is_counted:
        raise LinkEnded
    raise TooManyTries(n=_minutes(FAILED_LINK_WINDOW))


async def _open(tx: AsyncConnection, visitor: Visitor, link: LinkRow, *, now: datetime) -> None:
    session_id = await visitor_sessions.ensure_session(
        tx, session_key=visitor.session_key, organization_id=link.organization_id, now=now
    )
    await queries.put_link_grant(tx, visitor_session_id=session_id, link=link, now=now)
    await queries.count_link_use(tx, link_id=link.link_id, now=now)
    await records.append_audit(
        tx,
        organization_id=link.organization_id,
        actor=visitor,
        action="manage_link.opened",
        entity="manage_link",
        entity_uid=link.link_uid,
        before={},
        after={"appointment_uid": link.appointment_uid},
        reason=None,
        channel="manage_link",
        now=now,
    )
    after_commit(lambda: live_bus.publish(live_topics.visitor(visitor.session_key)))


async def _refuse_if_tried_out(tx: AsyncConnection, visitor: Visitor, *, now: datetime) -> None:
    wait_until = await rate_counters.find_end_of_wait(
        tx,
        scope=_FAILED_OPENS,
        subject_hash=visitor.address_hash,
        limit=MAX_FAILED_LINK_OPENS,
        window=FAILED_LINK_WINDOW,
        now=now,
    )
    if wait_until is not None:
        raise TooManyTries(n=_minutes(wait_until - now))


def _minutes(wait: timedelta) -> str:
    """Return a wait in whole minutes, rounded up."""
    return str(-(-wait // timedelta(minutes=1)))
