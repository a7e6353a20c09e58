"""Online booking is switched off while pages of it are open."""

from datetime import timedelta

import pytest

from booking_app import routes
from booking_app.domain import live_topics
from booking_app.state.patient.book_check import BookCheckState
from booking_app.state.patient.book_ended import BookEndedState
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.book_type import BookTypeState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.hold import HoldState
from booking_app.state.patient.tiles import tiles_of
from tests.factories import NOW, a_clinic
from tests.services.visit_links import change_settings
from tests.state.tab import Tab
from tests.state.walks import give_details, hold, key_of, page, times_page

pytestmark = [pytest.mark.usefixtures("database", "set_clock"), pytest.mark.requirement("S2-1")]

CLOSED = "Online booking is closed for now. Please call 020 7946 0123."


async def says_closed(tab: Tab) -> bool:
    """Say whether the tab shows the clinic's closed message instead of a step of the booking."""
    clinic = (await tab.state(FrameState)).clinic
    return not clinic.is_open and clinic.closed_message == CLOSED


async def shows_times(tab: Tab) -> bool:
    state = await tab.state(BookTimeState)
    return bool(tiles_of(state.times) or state.month.days or state.chosen.key)


@pytest.mark.parametrize(
    "act",
    [
        (BookTimeState.choose_day, "2026-03-04"),
        (BookTimeState.turn_to_month, "2026-04"),
        (BookTimeState.go_on, {"slot": "of the page"}),
        "another browser takes a time",
    ],
    ids=["choose_day", "turn_to_month", "go_on", "look_again"],
)
async def test_the_times_go_and_the_page_says_that_booking_is_closed(act):
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        key = await key_of(tab, "10am")
        await tab.send(BookTimeState.choose_time, key)
        assert await shows_times(tab)
        await change_settings(clinic, online_booking_enabled=False)
        if isinstance(act, str):
            await tab.refresh(live_topics.diary(clinic.clinician.resource_id))
        else:
            event, argument = act
            await tab.send(event, {"slot": key} if isinstance(argument, dict) else argument)
        assert await says_closed(tab)
        assert not await shows_times(tab)
        assert (await tab.state(FrameState)).problem == CLOSED
        assert tab.went_to() is None


async def test_the_first_step_gives_way_when_going_on():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(page(routes.BOOK, clinic))
        await change_settings(clinic, online_booking_enabled=False)
        await tab.send(BookTypeState.go_on, {"type": clinic.type_slug})
        assert await says_closed(tab)
        assert tab.went_to() is None


@pytest.mark.parametrize("act", [BookEndedState.hold_again, "look again", "open"])
async def test_a_hold_that_ran_out_cannot_be_had_again(set_clock, act):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        set_clock(NOW + timedelta(minutes=16))
        if act != "open":
            await tab.open(page(routes.BOOK_ENDED, clinic))
            assert (await tab.state(BookEndedState)).card.is_still_free
        await change_settings(clinic, online_booking_enabled=False)
        if act == "open":
            await tab.open(page(routes.BOOK_ENDED, clinic))
        elif act == "look again":
            await tab.refresh(live_topics.diary(clinic.clinician.resource_id))
        else:
            await tab.send(act)
        assert await says_closed(tab)
        card = (await tab.state(BookEndedState)).card
        assert not card.is_still_free
        assert card.others == []


async def test_a_live_hold_can_be_finished_and_the_page_says_until_when(set_clock):
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert (await tab.state(HoldState)).closed == ""
        await change_settings(clinic, online_booking_enabled=False)
        await tab.send(HoldState.look_at_clock)
        said = "Online booking has just closed. You can still finish this booking until 6:45am."
        assert (await tab.state(HoldState)).closed == said
        set_clock(NOW + timedelta(minutes=14))
        await tab.send(HoldState.keep_holding)
        assert (await tab.state(HoldState)).closed.endswith("until 6:50am.")
        await give_details(tab, clinic)
        await tab.open(page(routes.BOOK_CHECK, clinic))
        assert (await tab.state(HoldState)).closed.endswith("until 6:50am.")
        await tab.send(BookCheckState.confirm, {"reminders": []})
        assert (tab.went_to() or "").startswith(routes.BOOK_DONE)
