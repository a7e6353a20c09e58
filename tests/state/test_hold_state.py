"""The held time on the pages that show it."""

from datetime import timedelta

import pytest

from booking_app import routes
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.policies import MAX_EXTENSIONS
from booking_app.services import booking
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.hold import HoldState
from tests.factories import NOW, a_clinic
from tests.state.tab import Tab
from tests.state.walks import hold, key_of, page, times_page

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.requirement("S2-3")
async def test_the_strip_says_what_is_held_until_when_and_how_long_that_is(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        set_clock(NOW + timedelta(seconds=20))
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        state = await tab.state(HoldState)
    assert (state.hold.when, state.hold.until) == ("Monday 2 March at 10am", "6:45am")
    assert state.hold.left_ms == (15 * 60 - 20) * 1000
    assert (state.slip.state, state.slip.time) == ("held", "10am")


@pytest.mark.requirement("S2-3")
async def test_the_clinic_decides_how_long_a_time_is_held(set_clock):
    clinic = await a_clinic(hold_minutes=5)
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert (await tab.state(HoldState)).hold.left_ms == 5 * 60 * 1000


@pytest.mark.requirement("S2-3")
async def test_one_press_keeps_it_five_minutes_longer_and_says_so(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        set_clock(NOW + timedelta(minutes=13, seconds=30))
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert (await tab.state(HoldState)).hold.may_extend
        await tab.send(HoldState.keep_holding)
        state = await tab.state(HoldState)
    assert state.hold.until == "6:50am"
    assert state.say == "Done. We are holding it until 6:50am."


async def test_after_the_last_extension_it_says_by_when_to_finish(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        for number in range(MAX_EXTENSIONS + 1):
            set_clock(NOW + timedelta(minutes=14 + 5 * number))
            await tab.send(HoldState.look_at_clock)
            await tab.send(HoldState.keep_holding)
        say = (await tab.state(HoldState)).say
    assert say == "We cannot hold it any longer. Please finish by 7:35am."


@pytest.mark.requirement("S2-5")
@pytest.mark.parametrize("press", [HoldState.look_at_clock, HoldState.keep_holding])
async def test_at_its_end_the_page_leads_to_where_it_can_be_held_again(set_clock, press):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        set_clock(NOW + timedelta(minutes=15) - timedelta(seconds=1))
        await tab.send(HoldState.look_at_clock)
        assert tab.went_to() == "/book/details?clinic=harbour", "not before its time"
        set_clock(NOW + timedelta(minutes=15))
        await tab.send(press)
        assert tab.went_to() == "/book/ended?clinic=harbour"


@pytest.mark.requirement("S2-3")
async def test_another_time_in_a_second_tab_is_said_in_the_first(set_clock):
    clinic = await a_clinic()
    async with Tab() as first:
        await hold(first, clinic, "10am")
        await first.open(page(routes.BOOK_DETAILS, clinic))
        async with Tab(cookie=first.cookie) as second:
            await second.open(times_page(clinic))
            await second.send(BookTimeState.go_on, {"slot": await key_of(second, "2pm")})
        await first.send(HoldState.look_at_clock)
        frame, state = await first.state(FrameState), await first.state(HoldState)
    assert frame.problem == (
        "You chose another time in another window, so we let go of the first one."
        " We are now holding Monday 2 March at 2pm."
    )
    assert state.slip.time == "2pm"


@pytest.mark.requirement("S2-3")
async def test_letting_go_frees_the_time_at_once(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_CHECK, clinic))
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        await tab.send(HoldState.let_go)
        await tab.refresh(live_topics.visitor(tab.session_key))
        assert tab.went_to() == "/book?clinic=harbour"
        await tab.open("/book?clinic=harbour")
        notice = (await tab.state(FrameState)).notice
        visitor = Visitor(session_key=tab.session_key)
    assert notice == "Nothing is booked. We have let go of your time."
    assert await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW) is None


@pytest.mark.parametrize("route", [routes.BOOK_DETAILS, routes.BOOK_CHECK, routes.BOOK_ENDED])
async def test_without_a_held_time_the_later_pages_begin_at_the_start(set_clock, route):
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(page(route, clinic))
        assert tab.went_to() == "/book?clinic=harbour"
        await tab.open(tab.went_to() or "")
        assert (await tab.state(FrameState)).notice == (
            "Nothing is held for you any more. Please choose a time again."
        )


@pytest.mark.requirement("S2-3")
async def test_a_held_time_is_nobody_elses(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
    async with Tab() as stranger:
        await stranger.open(page(routes.BOOK_DETAILS, clinic))
        assert stranger.went_to() == "/book?clinic=harbour"
        assert not stranger.was_sent("10am")


async def test_the_tab_follows_what_becomes_of_its_visitors_hold(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        visitor = Visitor(session_key=tab.session_key)
        await booking.release_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
        await tab.refresh(live_topics.visitor(tab.session_key))
        assert tab.went_to() == "/book?clinic=harbour"
