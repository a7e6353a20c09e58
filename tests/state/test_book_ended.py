"""The page after a hold ran out, without a browser."""

from datetime import timedelta

import pytest

from booking_app import routes
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.policies import MAX_UNCONFIRMED_PER_PERSON_AND_DAY
from booking_app.dto.booking import ChosenTime
from booking_app.services import booking
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.book_ended import BookEndedState
from booking_app.state.patient.frame import FrameState
from tests.factories import NOW, AClinic, a_clinic, a_visitor
from tests.state.tab import Tab
from tests.state.walks import TYPED, hold, page

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + timedelta(minutes=16)


async def ended_page(tab: Tab, set_clock, **settings: object) -> AClinic:
    clinic = await a_clinic(**settings)
    await hold(tab, clinic)
    await tab.open(page(routes.BOOK_DETAILS, clinic))
    await tab.send(BookDetailsState.save_fields, TYPED)
    set_clock(LATER)
    await tab.open(page(routes.BOOK_ENDED, clinic))
    return clinic


async def somebody_holds(clinic: AClinic, time: str) -> None:
    await booking.hold_slot(
        visitor=a_visitor(9),
        choice=clinic.choice(),
        chosen=ChosenTime(clinic.clinician.slug, clinic.at(time)),
        now=LATER,
    )


@pytest.mark.requirement("S2-5")
async def test_it_says_what_ended_and_that_the_time_is_still_free(set_clock):
    async with Tab() as tab:
        await ended_page(tab, set_clock)
        card = (await tab.state(BookEndedState)).card
    assert (card.minutes, card.until) == ("15 minutes", "6:45am")
    assert (card.time, card.when) == ("10am", "10am on Monday 2 March")
    assert card.is_still_free
    assert card.others_heading == "Other times on Monday 2 March"
    assert "10am" not in [tile.time for tile in card.others]


@pytest.mark.requirement("S2-4")
async def test_one_press_holds_it_again_with_everything_typed(set_clock):
    async with Tab() as tab:
        clinic = await ended_page(tab, set_clock)
        await tab.send(BookEndedState.hold_again)
        assert tab.went_to() == "/book/details?clinic=harbour"
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert (await tab.state(BookDetailsState)).typed == TYPED
    visitor = Visitor(session_key=tab.session_key)
    held = await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=LATER)
    assert held is not None
    assert held.starts_at == clinic.at("10:00")


@pytest.mark.requirement("S2-5")
async def test_when_somebody_takes_it_the_page_says_so_by_itself(set_clock):
    async with Tab() as tab:
        clinic = await ended_page(tab, set_clock)
        await somebody_holds(clinic, "10:00")
        await tab.refresh(live_topics.diary(clinic.clinician.resource_id))
        card = (await tab.state(BookEndedState)).card
    assert not card.is_still_free
    assert card.nearest == "9:30am"


async def test_who_presses_too_late_is_told_and_can_choose_another(set_clock):
    async with Tab() as tab:
        clinic = await ended_page(tab, set_clock)
        await somebody_holds(clinic, "10:00")
        await tab.send(BookEndedState.hold_again)
        problem = (await tab.state(FrameState)).problem
        assert problem == (
            "Someone has just taken 10am. Please choose another time. The nearest is 9:30am."
        )
        others = (await tab.state(BookEndedState)).card.others
        await tab.send(BookEndedState.hold_other, {"slot": others[0].key})
        assert tab.went_to() == "/book/details?clinic=harbour"


@pytest.mark.requirement("S2-3")
async def test_whose_quota_is_used_up_is_asked_to_call_and_offered_nothing_else(set_clock):
    async with Tab() as tab:
        clinic = await ended_page(tab, set_clock)
        visitor = Visitor(session_key=tab.session_key)
        now = LATER
        for _ in range(MAX_UNCONFIRMED_PER_PERSON_AND_DAY - 1):
            held = await booking.hold_again(visitor=visitor, clinic_slug=clinic.slug, now=now)
            now = held.expires_at
        set_clock(now)
        await tab.open(page(routes.BOOK_ENDED, clinic))
        assert (await tab.state(BookEndedState)).may_hold
        await tab.send(BookEndedState.hold_again)
        assert (await tab.state(FrameState)).problem == (
            "You have tried to book several times today without finishing."
            " Please call 020 7946 0123 and we will book for you."
        )
        assert not (await tab.state(BookEndedState)).may_hold


async def test_holding_another_time_without_choosing_one_asks_for_it(set_clock):
    async with Tab() as tab:
        await ended_page(tab, set_clock)
        await tab.send(BookEndedState.hold_other, {})
        assert (await tab.state(FrameState)).problem == "Choose a time"


async def test_with_a_live_hold_the_page_leads_back_to_the_details(set_clock):
    async with Tab() as tab:
        clinic = await a_clinic()
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_ENDED, clinic))
        assert tab.went_to() == "/book/details?clinic=harbour"
