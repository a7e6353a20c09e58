"""Nothing typed is ever lost, until it is time to forget it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from booking_app.db.queries import drafts as queries
from booking_app.db.session import transaction
from booking_app.db.tables import Hold, VisitorSession
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import NotFound
from booking_app.dto.booking import Details
from booking_app.services import booking, drafts, housekeeping
from tests.factories import NOW, a_clinic, a_visitor
from tests.services.visit_links import published_topics, rows, the_row

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)


async def type_in(clinic, visitor, *, now=NOW, **fields) -> None:
    await drafts.save_draft(visitor=visitor, clinic_slug=clinic.slug, fields=fields, now=now)


async def read(clinic, visitor, *, now=NOW) -> Details:
    return await drafts.load_draft(visitor=visitor, clinic_slug=clinic.slug, now=now)


async def test_before_anything_is_typed_the_form_is_empty():
    clinic = await a_clinic()
    assert await read(clinic, a_visitor()) == Details()
    assert await rows(VisitorSession) == []


async def test_every_field_comes_back_as_it_was_typed():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(
        clinic,
        visitor,
        first_name=" Zoë ",
        last_name="O'Neil <b>",
        day="31",
        month="02",
        year="19",
        email="not an address",
        phone="ring me",
        help_with="one\n\ttwo\n\n",
        needs=["An interpreter", "British Sign Language"],
        reminders_wanted="",
    )
    assert await read(clinic, visitor) == Details(
        first_name=" Zoë ",
        last_name="O'Neil <b>",
        day="31",
        month="02",
        year="19",
        email="not an address",
        phone="ring me",
        help_with="one\n\ttwo\n\n",
        needs=("An interpreter", "British Sign Language"),
        reminders_wanted=False,
    )


async def test_saving_some_fields_leaves_the_others():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya", email="p@example.org")
    await type_in(clinic, visitor, email="", last_name="Raman")
    assert await read(clinic, visitor) == Details(first_name="Priya", last_name="Raman")


async def test_two_tabs_that_save_at_once_lose_nothing():
    clinic = await a_clinic()
    visitor = a_visitor()
    names = ("first_name", "last_name", "day", "month", "year", "email", "phone", "help_with")
    await asyncio.gather(*(type_in(clinic, visitor, **{name: name}) for name in names))
    typed = await read(clinic, visitor)
    assert {name: getattr(typed, name) for name in names} == {name: name for name in names}


async def test_unknown_fields_are_passed_over():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya", is_admin="yes", draft="x", __class__="y")
    row = await the_row(VisitorSession)
    assert row["draft"] == {str(clinic.organization_id): {"first_name": "Priya"}}
    await type_in(clinic, a_visitor(2), nothing="known")
    assert len(await rows(VisitorSession)) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x1bc\x7f\x85d", "abcd"),
        ("half a pair \ud83d", "half a pair "),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        (
            "\N{ZERO WIDTH JOINER}\N{FAMILY}\N{RIGHT-TO-LEFT MARK}שלום",
            "\N{ZERO WIDTH JOINER}\N{FAMILY}\N{RIGHT-TO-LEFT MARK}שלום",
        ),
        ("'; DROP TABLE patient; --", "'; DROP TABLE patient; --"),
        ("{{manage_link}} {0} %s", "{{manage_link}} {0} %s"),
    ],
)
async def test_only_what_no_database_can_keep_is_taken_out(typed, kept):
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, help_with=typed)
    assert (await read(clinic, visitor)).help_with == kept


async def test_what_is_far_beyond_use_is_cut_off():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(
        clinic, visitor, first_name="a" * 10**6, help_with="b" * 10**6, needs=["c" * 10**6] * 99
    )
    typed = await read(clinic, visitor)
    assert typed.first_name == "a" * 500
    assert typed.help_with == "b" * 5000
    assert typed.needs == ("c" * 500,) * 20


@pytest.mark.parametrize("shape", [None, 7, ["x"], {"a": 1}, b"x", object()])
async def test_a_value_of_another_shape_takes_nothing_away(shape):
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya", reminders_wanted="")
    await type_in(clinic, visitor, first_name=shape, reminders_wanted=[shape], last_name="Raman")
    typed = Details(first_name="Priya", last_name="Raman", reminders_wanted=False)
    assert await read(clinic, visitor) == typed


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [("on", True), ("true", True), (True, True), ("", False), ("off", False), (False, False)],
)
async def test_the_reminder_tick_is_kept_either_way(sent, wanted):
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, reminders_wanted=sent)
    assert (await read(clinic, visitor)).reminders_wanted is wanted


async def test_one_tick_alone_is_a_list_of_one():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, needs="An interpreter")
    assert (await read(clinic, visitor)).needs == ("An interpreter",)
    await type_in(clinic, visitor, needs=[])
    assert (await read(clinic, visitor)).needs == ()


async def test_another_browser_and_another_clinic_have_drafts_of_their_own():
    here, there = await a_clinic(slug="harbour"), await a_clinic(slug="hill")
    visitor = a_visitor()
    await type_in(here, visitor, first_name="Priya")
    assert await read(here, a_visitor(2)) == Details()
    assert await read(there, visitor) == Details()
    await type_in(there, visitor, first_name="Owen")
    assert (await read(here, visitor)).first_name == "Priya"
    assert (await read(there, visitor)).first_name == "Owen"


async def test_start_again_forgets_this_clinics_draft_only():
    here, there = await a_clinic(slug="harbour"), await a_clinic(slug="hill")
    visitor = a_visitor()
    await type_in(here, visitor, first_name="Priya")
    await type_in(there, visitor, first_name="Owen")
    async with published_topics() as topics:
        await drafts.clear_draft(visitor=visitor, clinic_slug=here.slug, now=NOW)
    assert topics == [f"visitor:{visitor.session_key}"]
    assert await read(here, visitor) == Details()
    assert (await read(there, visitor)).first_name == "Owen"
    await drafts.clear_draft(visitor=visitor, clinic_slug=there.slug, now=NOW)
    row = await the_row(VisitorSession)
    assert row["draft"] == {}
    assert row["draft_expires_at"] is None


async def test_starting_again_without_a_draft_writes_nothing():
    clinic = await a_clinic()
    await drafts.clear_draft(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW)
    assert await rows(VisitorSession) == []


async def test_an_unknown_clinic_has_no_drafts():
    visitor = a_visitor()
    for attempt in (
        drafts.save_draft(
            visitor=visitor, clinic_slug="nowhere", fields={"first_name": "x"}, now=NOW
        ),
        drafts.load_draft(visitor=visitor, clinic_slug="nowhere", now=NOW),
        drafts.clear_draft(visitor=visitor, clinic_slug="nowhere", now=NOW),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_visitor_without_a_cookie_only_reads():
    clinic = await a_clinic()
    nobody = Visitor(session_key="")
    assert await read(clinic, nobody) == Details()
    with pytest.raises(ValueError, match="without a cookie"):
        await type_in(clinic, nobody, first_name="x")


async def test_without_a_hold_a_draft_lasts_24_hours_from_the_last_key():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya")
    later = NOW + timedelta(hours=1)
    await type_in(clinic, visitor, last_name="Raman", now=later)
    assert (await read(clinic, visitor, now=later + DAY - SECOND)).first_name == "Priya"
    assert await read(clinic, visitor, now=later + DAY) == Details()


async def test_with_a_hold_a_draft_lasts_until_24_hours_after_the_hold():
    clinic = await a_clinic(hold_minutes=15)
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya")
    held = await booking.hold_slot(
        visitor=visitor, choice=clinic.choice(), chosen=clinic.chosen("10:00"), now=NOW
    )
    await type_in(clinic, visitor, last_name="Raman", now=NOW + timedelta(minutes=1))
    gone_at = held.expires_at + DAY
    assert (await read(clinic, visitor, now=gone_at - SECOND)).first_name == "Priya"
    assert await read(clinic, visitor, now=gone_at) == Details()


async def test_extending_the_hold_keeps_the_draft_as_much_longer():
    clinic = await a_clinic(hold_minutes=15)
    visitor = a_visitor()
    await booking.hold_slot(
        visitor=visitor, choice=clinic.choice(), chosen=clinic.chosen("10:00"), now=NOW
    )
    await type_in(clinic, visitor, first_name="Priya")
    extended = await booking.extend_hold(
        visitor=visitor, clinic_slug=clinic.slug, now=NOW + timedelta(minutes=14)
    )
    assert extended.expires_at == NOW + timedelta(minutes=20)
    gone_at = extended.expires_at + DAY
    assert (await read(clinic, visitor, now=gone_at - SECOND)).first_name == "Priya"
    assert await read(clinic, visitor, now=gone_at) == Details()


async def test_a_draft_that_ran_out_does_not_come_back_with_the_next_key():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya")
    await type_in(clinic, visitor, last_name="Raman", now=NOW + DAY)
    assert await read(clinic, visitor, now=NOW + DAY) == Details(last_name="Raman")


async def test_a_new_hold_does_not_bring_back_a_draft_that_ran_out():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya")
    session_id = (await the_row(VisitorSession))["id"]
    async with transaction() as tx:
        await queries.keep_draft(
            tx, visitor_session_id=session_id, hold_ends_at=NOW + 2 * DAY, now=NOW + DAY
        )
    assert await read(clinic, visitor, now=NOW + DAY) == Details()


async def test_tidying_up_erases_what_ran_out_and_nothing_else():
    clinic = await a_clinic()
    gone, kept = a_visitor(1), a_visitor(2)
    await type_in(clinic, gone, first_name="Priya")
    await type_in(clinic, kept, first_name="Owen", now=NOW + SECOND)
    assert await housekeeping.erase_drafts(now=NOW + DAY) == 1
    assert (await the_row(VisitorSession, token_sha256=gone.session_key))["draft"] == {}
    assert "Priya" not in repr(await rows(VisitorSession))
    assert (await read(clinic, kept, now=NOW + DAY)).first_name == "Owen"


async def test_a_lost_hold_loses_nothing_typed():
    clinic = await a_clinic(hold_minutes=15)
    visitor = a_visitor()
    await booking.hold_slot(
        visitor=visitor, choice=clinic.choice(), chosen=clinic.chosen("10:00"), now=NOW
    )
    typed = Details(first_name="Priya", email="p@example.org")
    await type_in(clinic, visitor, first_name="Priya", email="p@example.org")
    await housekeeping.expire_holds(now=NOW + timedelta(minutes=15))
    assert (await the_row(Hold))["released_at"] is not None
    assert await read(clinic, visitor, now=NOW + timedelta(minutes=15)) == typed


async def test_the_network_address_does_not_matter_for_a_draft():
    clinic = await a_clinic()
    visitor = a_visitor()
    await type_in(clinic, visitor, first_name="Priya")
    moved = replace(visitor, address_hash="another")
    assert (await read(clinic, moved)).first_name == "Priya"
