"""Links that open one appointment each, and what a browser may see because of them."""

import asyncio
import base64
import hashlib
import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking_app.adapters import tokens
from booking_app.adapters.tokens import Purpose
from booking_app.db.queries import access as rights
from booking_app.db.queries import visitor_sessions
from booking_app.db.session import get_engine, reading, transaction
from booking_app.db.tables import AuditEvent, ManageLink, VisitorGrant, VisitorSession
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import BookingRefused, LinkEnded, NotFound, TooManyTries
from booking_app.services import access, cancelling, managing
from booking_app.settings import get_settings
from tests.factories import NOW, a_clinic, a_patient, a_visitor, an_appointment
from tests.services.visit_links import (
    a_link,
    change,
    change_settings,
    counted_statements,
    everything,
    open_link,
    published_topics,
    revoke_links,
    rows,
    session_of,
    the_row,
)

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
MONTH = timedelta(days=30)
GOOD_ENOUGH_BYTES = 128 // 8


async def a_visit(clinic, wall_time="10:00", **values):
    return await an_appointment(clinic, starts_at=clinic.at(wall_time), **values)


async def refusal_of(visitor: Visitor, token: str, *, now=NOW) -> BookingRefused:
    with pytest.raises(BookingRefused) as refused:
        await access.exchange_manage_link(visitor=visitor, token=token, now=now)
    return refused.value


async def may_see(visitor: Visitor, uid: str, *, now=NOW) -> bool:
    async with reading() as rx:
        try:
            await rights.require_grant(
                rx, session_key=visitor.session_key, appointment_uid=uid, now=now
            )
        except NotFound:
            return False
    return True


# --- A link ---------------------------------------------------------------------------


@pytest.mark.requirement("S0-1")
async def test_two_appointments_of_one_patient_have_different_links():
    clinic = await a_clinic()
    patient = await a_patient(clinic)
    first = await a_link(clinic, await a_visit(clinic, "10:00", patient_id=patient))
    second = await a_link(clinic, await a_visit(clinic, "11:00", patient_id=patient))
    assert first != second


@pytest.mark.requirement("S0-1")
async def test_a_token_has_at_least_128_bits():
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    assert len(base64.urlsafe_b64decode(token + "=")) >= GOOD_ENOUGH_BYTES


@pytest.mark.requirement("S0-1")
async def test_only_a_sha_256_of_the_token_is_in_the_database():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    await access.exchange_manage_link(visitor=a_visitor(), token=token, now=NOW)
    found = await everything()
    assert token not in repr(found)
    digest = hashlib.sha256(b"manage-link\0" + token.encode()).hexdigest()
    assert found["manage_link"][0]["token_sha256"] == digest


@pytest.mark.requirement("S0-1")
async def test_a_link_works_in_a_clean_browser():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    visitor = a_visitor()
    assert await session_of(visitor) is None
    assert await access.exchange_manage_link(visitor=visitor, token=token, now=NOW) == visit.uid
    assert await may_see(visitor, visit.uid)


async def test_the_sender_can_make_the_token_again_from_the_links_uid():
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    link = await the_row(ManageLink)
    assert tokens.link_token(get_settings(), Purpose.MANAGE, link["uid"]) == token


async def test_a_second_link_leaves_the_first_valid():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    earlier, later = await a_link(clinic, visit), await a_link(clinic, visit)
    assert earlier != later
    for token in (earlier, later):
        opened = await access.exchange_manage_link(visitor=a_visitor(), token=token, now=NOW)
        assert opened == visit.uid


# --- What does not open ---------------------------------------------------------------


async def spoiled(kind: str, clinic, visit, token: str) -> str:
    """Make the link useless in one way; return what somebody would open then."""
    link = await the_row(ManageLink)
    match kind:
        case "unknown":
            return tokens.link_token(get_settings(), Purpose.MANAGE, uuid4())
        case "truncated":
            return token[:-1]
        case "longer":
            return token + "A"
        case "empty":
            return ""
        case "not a token":
            return "../../etc/passwd\x00\ud800"
        case "endless":
            return token * 2000
        case "another purpose":
            return tokens.link_token(get_settings(), Purpose.BOOKING, link["uid"])
        case "the uid itself":
            return str(visit.uid)
        case "the stored hash":
            return str(link["token_sha256"])
        case "revoked":
            await revoke_links(now=NOW - SECOND)
        case "over":
            await change(ManageLink, link["id"], expires_at=NOW)
        case "switched off":
            await change_settings(clinic, manage_links_enabled=False)
        case "off with the portal":
            await change_settings(clinic, manage_links_follow_portal=True, portal_enabled=False)
    return token


USELESS = [
    "unknown",
    "truncated",
    "longer",
    "empty",
    "not a token",
    "endless",
    "another purpose",
    "the uid itself",
    "the stored hash",
    "revoked",
    "over",
    "switched off",
    "off with the portal",
]


@pytest.mark.requirement("S0-1")
@pytest.mark.parametrize("kind", USELESS)
async def test_a_useless_link_gets_one_answer_that_tells_nothing(kind):
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await spoiled(kind, clinic, visit, await a_link(clinic, visit))
    visitor = a_visitor()
    refused = await refusal_of(visitor, token)
    assert type(refused) is LinkEnded
    assert refused.values == {}
    assert not await may_see(visitor, visit.uid)
    assert await rows(VisitorGrant) == []


@pytest.mark.requirement("S0-1")
async def test_known_and_unknown_useless_links_take_the_same_statements():
    """The same work, so that the time it takes tells nothing either."""
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    seen: list[list[str]] = []
    for number, kind in enumerate(("unknown", "truncated", "over", "revoked", "switched off")):
        useless = await spoiled(kind, clinic, visit, token)
        async with counted_statements() as statements:
            await refusal_of(a_visitor(number), useless)
        seen.append(statements)
    assert seen[0]
    assert all(statements == seen[0] for statements in seen)


async def test_a_link_ends_30_days_after_the_visit_to_the_second():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    ends_at = visit.ends_at + MONTH
    visitor = a_visitor()
    await access.exchange_manage_link(visitor=visitor, token=token, now=ends_at - SECOND)
    assert await may_see(visitor, visit.uid, now=ends_at - SECOND)
    assert not await may_see(visitor, visit.uid, now=ends_at)
    assert type(await refusal_of(a_visitor(2), token, now=ends_at)) is LinkEnded


async def test_a_link_with_an_end_of_its_own_goes_by_that():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    late = visit.ends_at + 2 * MONTH
    await change(ManageLink, (await the_row(ManageLink))["id"], expires_at=late)
    visitor = a_visitor()
    await access.exchange_manage_link(visitor=visitor, token=token, now=late - SECOND)
    assert await may_see(visitor, visit.uid, now=late - SECOND)
    assert not await may_see(visitor, visit.uid, now=late)


# --- Tries are counted ----------------------------------------------------------------


@pytest.mark.requirement("S0-1")
async def test_after_20_failed_tries_in_10_minutes_an_address_has_to_wait():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    visitor = a_visitor()
    for number in range(20):
        moment = NOW + number * SECOND
        assert type(await refusal_of(visitor, f"wrong {number}", now=moment)) is LinkEnded
    just_after = NOW + 20 * SECOND
    refused = await refusal_of(visitor, "wrong again", now=just_after)
    assert type(refused) is TooManyTries
    assert refused.values == {"n": "10"}
    # The neighbour behind the same address is not held up: nobody guesses 256 bits.
    assert await access.exchange_manage_link(visitor=visitor, token=token, now=just_after)


@pytest.mark.requirement("S0-1")
async def test_the_wait_ends_10_minutes_after_the_first_failed_try():
    visitor = a_visitor()
    for number in range(20):
        await refusal_of(visitor, "wrong", now=NOW + number * SECOND)
    first_leaves = NOW + timedelta(minutes=10)
    waiting = await refusal_of(visitor, "wrong", now=first_leaves - SECOND)
    assert type(waiting) is TooManyTries
    assert waiting.values == {"n": "1"}
    # The window slides: one try has left it, so exactly one more may fail.
    assert type(await refusal_of(visitor, "wrong", now=first_leaves)) is LinkEnded
    assert type(await refusal_of(visitor, "wrong", now=first_leaves)) is TooManyTries


async def test_tries_are_counted_for_the_address_and_not_for_the_browser():
    visitor = a_visitor(1, address="192.0.2.1")
    for number in range(20):
        await refusal_of(a_visitor(number, address="192.0.2.1"), "wrong")
    assert type(await refusal_of(visitor, "wrong")) is TooManyTries
    elsewhere = replace(visitor, address_hash=a_visitor(99).address_hash)
    assert type(await refusal_of(elsewhere, "wrong")) is LinkEnded


async def test_opening_right_links_never_uses_up_tries():
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    for number in range(25):
        shared = a_visitor(number, address="192.0.2.1")
        await access.exchange_manage_link(visitor=shared, token=token, now=NOW)
    assert type(await refusal_of(a_visitor(1, address="192.0.2.1"), "wrong")) is LinkEnded


async def test_40_tries_at_the_same_instant_get_exactly_the_20_that_are_left():
    visitors = [a_visitor(number, address="192.0.2.1") for number in range(40)]
    refused = await asyncio.gather(*(refusal_of(visitor, "wrong") for visitor in visitors))
    assert Counter(type(refusal) for refusal in refused) == {LinkEnded: 20, TooManyTries: 20}


async def test_without_its_counter_no_guess_is_answered():
    """A limiter that is broken refuses, it does not wave through."""
    async with transaction() as tx:
        await tx.execute(text("DROP TABLE rate_counter"))
    with pytest.raises(DBAPIError):
        await access.exchange_manage_link(visitor=a_visitor(), token="wrong", now=NOW)


# --- What opening changes -------------------------------------------------------------

MAY_MOVE = {"visitor_session", "visitor_grant", "audit_event"}
COUNTERS = {"uses", "last_used_at"}


@pytest.mark.requirement("S0-4")
async def test_following_a_link_changes_nothing_but_counters_and_access():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    before = await everything()
    for scanner in range(3):
        await access.exchange_manage_link(visitor=a_visitor(scanner), token=token, now=NOW)
    after = await everything()
    for table in before.keys() - MAY_MOVE - {"manage_link"}:
        assert after[table] == before[table], table
    (link_before,), (link_after,) = before["manage_link"], after["manage_link"]
    changed = {name for name in link_before if link_before[name] != link_after[name]}
    assert changed == COUNTERS
    assert link_after["uses"] == 3
    assert link_after["last_used_at"] == NOW


async def test_opening_a_link_is_audited_without_its_token():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    token = await a_link(clinic, visit)
    visitor = a_visitor()
    await access.exchange_manage_link(visitor=visitor, token=token, now=NOW)
    audited = await the_row(AuditEvent, action="manage_link.opened")
    assert audited["after"] == {"appointment_uid": visit.uid}
    assert audited["address_hash"] == visitor.address_hash
    assert token not in repr(audited)


@pytest.mark.requirement("S0-1")
async def test_the_token_is_never_logged(caplog):
    """Not even where every statement is logged with its parameters."""
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    get_engine().echo = True
    with caplog.at_level(logging.DEBUG):
        await access.exchange_manage_link(visitor=a_visitor(), token=token, now=NOW)
        await refusal_of(a_visitor(), token[:-1])
    assert caplog.records
    assert token[:-1] not in caplog.text


async def test_the_browsers_tabs_are_told_that_it_may_see_more():
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    visitor = a_visitor()
    async with published_topics() as topics:
        await access.exchange_manage_link(visitor=visitor, token=token, now=NOW)
    assert topics == [f"visitor:{visitor.session_key}"]


# --- What a browser may see -----------------------------------------------------------


@pytest.mark.requirement("S0-1")
async def test_the_link_for_one_appointment_never_opens_another():
    clinic = await a_clinic()
    patient = await a_patient(clinic)
    mine = await a_visit(clinic, "10:00", patient_id=patient)
    other = await a_visit(clinic, "11:00", patient_id=patient)
    await a_link(clinic, other)
    visitor = await open_link(clinic, mine)
    assert await may_see(visitor, mine.uid)
    for call in (managing.manage_card, managing.cancel_card, managing.calendar_bytes):
        with pytest.raises(NotFound):
            await call(visitor=visitor, appointment_uid=other.uid, now=NOW)
    with pytest.raises(NotFound):
        await cancelling.cancel_by_patient(
            visitor=visitor, appointment_uid=other.uid, reason_code="", message="", now=NOW
        )
    assert (await the_row(ManageLink, appointment_id=other.id))["uses"] == 0


async def test_several_links_live_side_by_side_in_one_browser():
    clinic = await a_clinic()
    first, second = await a_visit(clinic, "10:00"), await a_visit(clinic, "11:00")
    visitor = a_visitor()
    for visit in (first, second, first):
        await open_link(clinic, visit, visitor)
    for visit in (first, second):
        card = await managing.manage_card(visitor=visitor, appointment_uid=visit.uid, now=NOW)
        assert card.uid == visit.uid
    assert len(await rows(VisitorGrant)) == 2
    assert len(await rows(VisitorSession)) == 1


async def test_another_browser_sees_nothing_of_it():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await open_link(clinic, visit, a_visitor(1))
    assert not await may_see(a_visitor(2), visit.uid)
    assert not await may_see(Visitor(session_key=""), visit.uid)


@pytest.mark.requirement("S0-1")
@pytest.mark.parametrize("kind", ["revoked", "over", "switched off", "off with the portal"])
async def test_every_call_asks_again_whether_the_link_still_holds(kind):
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    assert await may_see(visitor, visit.uid)
    await spoiled(kind, clinic, visit, "")
    for call in (managing.manage_card, managing.cancel_card, managing.calendar_bytes):
        with pytest.raises(NotFound):
            await call(visitor=visitor, appointment_uid=visit.uid, now=NOW)
    with pytest.raises(NotFound):
        await cancelling.cancel_by_patient(
            visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
        )


async def test_opening_another_link_of_the_same_visit_brings_the_right_back():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await revoke_links(now=NOW)
    assert not await may_see(visitor, visit.uid)
    await open_link(clinic, visit, visitor)
    assert await may_see(visitor, visit.uid)


async def test_a_clinic_that_asks_who_holds_a_link_shows_nothing_to_who_was_not_asked():
    clinic = await a_clinic(verify_manage="dob")
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    assert not await may_see(visitor, visit.uid)


@pytest.mark.parametrize("uid", ["", "x", "'; --", "0" * 32, "\x00", "é" * 36])
async def test_a_made_up_uid_is_not_found(uid):
    clinic = await a_clinic()
    visitor = await open_link(clinic, await a_visit(clinic))
    assert not await may_see(visitor, uid)


async def test_a_visitor_without_a_cookie_gets_no_session():
    clinic = await a_clinic()
    token = await a_link(clinic, await a_visit(clinic))
    with pytest.raises(ValueError, match="without a cookie"):
        await access.exchange_manage_link(visitor=Visitor(session_key=""), token=token, now=NOW)
    assert await rows(VisitorSession) == []


# --- The browser that booked ----------------------------------------------------------


async def book_in(visitor: Visitor, clinic, visit) -> None:
    """Give a browser the right of the one in which the visit was booked."""
    async with transaction() as tx:
        session_id = await visitor_sessions.ensure_session(
            tx, session_key=visitor.session_key, organization_id=clinic.organization_id, now=NOW
        )
        await rights.put_booker_grant(
            tx,
            visitor_session_id=session_id,
            appointment_id=visit.id,
            visit_ends_at=visit.ends_at,
            now=NOW,
        )


async def test_the_browser_that_booked_sees_the_visit_as_long_as_a_link_would():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = a_visitor()
    await book_in(visitor, clinic, visit)
    ends_at = visit.ends_at + MONTH
    assert await may_see(visitor, visit.uid, now=ends_at - SECOND)
    assert not await may_see(visitor, visit.uid, now=ends_at)


async def test_the_browser_that_booked_needs_no_link():
    clinic = await a_clinic(manage_links_enabled=False)
    visit = await a_visit(clinic)
    visitor = a_visitor()
    await book_in(visitor, clinic, visit)
    assert await may_see(visitor, visit.uid)


async def test_opening_the_link_in_the_browser_that_booked_takes_nothing_from_it():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = a_visitor()
    await book_in(visitor, clinic, visit)
    await open_link(clinic, visit, visitor)
    await revoke_links(now=NOW)
    assert await may_see(visitor, visit.uid)


async def test_one_session_row_serves_a_browser_for_good():
    clinic = await a_clinic()
    visitor = a_visitor()
    async with transaction() as tx:
        first = await visitor_sessions.ensure_session(
            tx, session_key=visitor.session_key, organization_id=clinic.organization_id, now=NOW
        )
    async with transaction() as tx:
        later = await visitor_sessions.ensure_session(
            tx,
            session_key=visitor.session_key,
            organization_id=clinic.organization_id,
            now=NOW + SECOND,
        )
    assert first == later
    row = await the_row(VisitorSession)
    assert row["created_at"] == NOW
    assert row["last_seen_at"] == NOW + SECOND
