"""The pages about one appointment, without a browser."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from booking_app import routes
from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import OutboxItem
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.services import cancelling
from booking_app.state.patient.book_check import BookCheckState
from booking_app.state.patient.cancel import CancelState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.manage import ManageState
from tests.factories import NOW, a_clinic
from tests.state.tab import Tab
from tests.state.walks import give_details, hold, page

pytestmark = pytest.mark.usefixtures("database")


async def book(tab: Tab, **settings: object) -> str:
    """Book in this tab and return the appointment's uid."""
    clinic = await a_clinic(**settings)
    await hold(tab, clinic)
    await give_details(tab, clinic)
    await tab.open(page(routes.BOOK_CHECK, clinic))
    await tab.send(BookCheckState.confirm, {"reminders": []})
    return (tab.went_to() or "").partition("a=")[2]


def manage(uid: str) -> str:
    return routes.with_query(routes.MANAGE, a=uid)


def cancel(uid: str) -> str:
    return routes.with_query(routes.MANAGE_CANCEL, a=uid)


@pytest.mark.requirement("S0-2")
async def test_the_page_shows_the_appointment_and_what_can_be_done(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(manage(uid))
        card = (await tab.state(ManageState)).card
        frame = await tab.state(FrameState)
    assert card.slip.spoken_date == "Monday 2 March 2026"
    assert card.slip.time == "10am to 10:30am"
    assert card.slip.type_line == "Check-up"
    assert card.slip.with_line == "Dr Number 1"
    assert card.slip.where_line == "Main building, UK time"
    assert card.slip.foot_strong == "Confirmed"
    assert card.can_cancel
    assert card.calendar_path == f"/calendar/{uid}.ics"
    assert frame.clinic.phone == "020 7946 0123"


@pytest.mark.requirement("S0-2")
async def test_what_cannot_be_done_any_more_says_why(set_clock):
    async with Tab() as tab:
        uid = await book(tab, cancel_cutoff=24 * 60, post_booking_grace=0)
        await tab.open(manage(uid))
        card = (await tab.state(ManageState)).card
    assert not card.can_cancel
    assert card.cancel_text == (
        "It is too late to change this online. Changes close 24 hours before."
        " Please call 020 7946 0123."
    )


@pytest.mark.requirement("S0-2")
async def test_a_visit_that_is_over_can_be_looked_at_and_booked_again(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        set_clock(NOW + timedelta(days=1))
        await tab.open(manage(uid))
        card = (await tab.state(ManageState)).card
    assert card.is_over
    assert not card.can_cancel
    assert card.book_again_path.startswith("/book?clinic=harbour&type=check-up")


@pytest.mark.parametrize("uid", ["", "nobody", "00000000-0000-4000-8000-000000000000"])
@pytest.mark.parametrize("route", [routes.MANAGE, routes.MANAGE_CANCEL])
async def test_an_appointment_that_is_not_ones_own_has_ended(set_clock, route, uid):
    await a_clinic()
    async with Tab() as tab:
        await tab.open(routes.with_query(route, a=uid))
        assert tab.went_to() == routes.LINK_ENDED


async def test_a_confirmation_that_is_not_ones_own_leads_to_the_start_of_the_booking(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
    async with Tab() as stranger:
        for named in (uid, "nobody"):
            await stranger.open(routes.with_query(routes.BOOK_DONE, clinic="harbour", a=named))
            assert stranger.went_to() == "/book?clinic=harbour"
            await stranger.open("/book?clinic=harbour")
            assert (await stranger.state(FrameState)).notice == (
                "We cannot show a confirmation here."
                " If you have booked, open the link in your email."
            )
        assert not stranger.was_sent("10am")


async def test_another_browser_sees_nothing_of_it(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
    async with Tab() as stranger:
        for address in (manage(uid), cancel(uid)):
            await stranger.open(address)
            assert stranger.went_to() == routes.LINK_ENDED
        assert not stranger.was_sent("10am")
        assert not stranger.was_sent("Okafor")


@pytest.mark.requirement("S0-17")
async def test_the_cancel_page_shows_the_appointment_and_the_policy_and_changes_nothing(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        card = (await tab.state(CancelState)).card
        assert (card.slip.spoken_date, card.slip.time) == ("Monday 2 March 2026", "10am")
        assert (card.slip.type_line, card.slip.with_line) == ("Check-up", "Dr Number 1")
        assert card.policy == "Tell us a day before."
        await tab.open(manage(uid))
        assert (await tab.state(ManageState)).card.status == "confirmed"


@pytest.mark.requirement("S0-4")
@pytest.mark.requirement("S0-18")
async def test_the_press_on_the_cancel_page_cancels(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        await tab.send(CancelState.cancel, {"reason": "pat-fb", "message": "All well again."})
        address = routes.with_query(routes.MANAGE_CANCELLED, a=uid)
        assert tab.went_to() == address
        await tab.open(address)
        card, frame = (await tab.state(ManageState)).card, await tab.state(FrameState)
    assert card.status == "cancelled"
    assert card.heading == "Your appointment is cancelled"
    assert card.slip.state == "off"
    assert frame.notice == ""


@pytest.mark.requirement("S0-4")
async def test_a_double_press_shows_that_it_is_done_and_nothing_of_a_cancellation_before(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        await tab.send(CancelState.cancel, {})
        await tab.send(CancelState.cancel, {})
        await tab.refresh(live_topics.appointment(uid))
        assert tab.went_to() == routes.with_query(routes.MANAGE_CANCELLED, a=uid)
        await tab.open(tab.went_to() or "")
        assert (await tab.state(FrameState)).notice == ""


@pytest.mark.requirement("S0-4")
async def test_a_page_left_open_past_the_start_refuses_and_leaves_nothing_to_press(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        assert (await tab.state(CancelState)).card.can_cancel
        set_clock(NOW + timedelta(hours=3, minutes=45))  # a quarter past ten
        await tab.send(CancelState.cancel, {"reason": "pat-fb", "message": ""})
        assert (await tab.state(FrameState)).problem == (
            "This visit has started, so you cannot cancel it online. Please call 020 7946 0123."
        )
        assert not (await tab.state(CancelState)).card.can_cancel


@pytest.mark.requirement("S0-4")
async def test_a_press_after_another_tabs_says_that_it_is_cancelled_already(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        async with Tab(cookie=tab.cookie) as other:
            await other.open(cancel(uid))
            await other.send(CancelState.cancel, {})
        await tab.send(CancelState.cancel, {})
        assert tab.went_to() == routes.with_query(routes.MANAGE_CANCELLED, a=uid)
        await tab.open(tab.went_to() or "")
        assert (await tab.state(FrameState)).notice == "This appointment is already cancelled."


@pytest.mark.parametrize(("outcome", "said"), [("sent", "sent"), ("dead", "failed")])
async def test_the_confirmation_follows_what_becomes_of_its_mail(set_clock, outcome, said):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(routes.with_query(routes.BOOK_DONE, clinic="harbour", a=uid))
        card = (await tab.state(ManageState)).card
        assert (card.mail_state, card.sent_to) == ("sending", "maya@example.org")
        async with transaction() as tx:
            await tx.execute(update(core(OutboxItem)).values(state=outcome))
        await tab.refresh(live_topics.appointment(uid))
        assert (await tab.state(ManageState)).card.mail_state == said


@pytest.mark.requirement("S0-2")
async def test_a_cancellation_somewhere_else_shows_at_once(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(manage(uid))
        await cancelling.cancel_by_patient(
            visitor=Visitor(session_key=tab.session_key),
            appointment_uid=uid,
            reason_code="",
            message="",
            now=NOW,
        )
        await tab.refresh(live_topics.appointment(uid))
        assert (await tab.state(ManageState)).card.heading == "Your appointment is cancelled"
        assert (await tab.state(FrameState)).say == "Your appointment is cancelled"


async def test_a_missing_reason_is_asked_for_where_the_clinic_requires_one(set_clock):
    async with Tab() as tab:
        uid = await book(tab, patient_reason="required")
        await tab.open(cancel(uid))
        await tab.send(CancelState.cancel, {})
        problems = (await tab.state(CancelState)).problems
    assert [(each.text, each.href) for each in problems] == [
        ("Choose why you need to cancel", "#reasons")
    ]


async def test_a_message_that_is_too_long_is_said_and_nothing_is_cancelled(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        await tab.send(CancelState.cancel, {"message": "x" * 1001})
        problems = (await tab.state(CancelState)).problems
        assert [each.text for each in problems] == ["Your message must be 1000 characters or fewer"]
        await tab.open(manage(uid))
        assert (await tab.state(ManageState)).card.status == "confirmed"


async def test_the_confirmation_of_what_was_cancelled_since_shows_it_as_it_is(set_clock):
    async with Tab() as tab:
        uid = await book(tab)
        await tab.open(cancel(uid))
        await tab.send(CancelState.cancel, {})
        await tab.open(routes.with_query(routes.BOOK_DONE, clinic="harbour", a=uid))
        assert tab.went_to() == manage(uid)
