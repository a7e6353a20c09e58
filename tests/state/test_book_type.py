"""Step 1 and step 2, without a browser."""

import pytest

from booking_app import routes
from booking_app.state.patient.book_type import BookTypeState
from booking_app.state.patient.book_who import BookWhoState
from booking_app.state.patient.frame import FrameState
from tests.factories import a_clinic
from tests.state.tab import Tab

pytestmark = pytest.mark.usefixtures("database", "set_clock")


@pytest.mark.requirement("S2-2")
async def test_the_booking_page_offers_what_the_clinic_offers():
    await a_clinic()
    async with Tab() as tab:
        await tab.open("/book?clinic=harbour")
        state, frame = await tab.state(BookTypeState), await tab.state(FrameState)
    assert [(row.name, row.minutes) for row in state.types] == [("Check-up", "30 minutes")]
    assert (frame.clinic.name, frame.clinic.phone) == ("Harbour Clinic", "020 7946 0123")
    assert state.chosen == ""


async def test_an_address_without_a_clinic_means_the_only_one():
    await a_clinic()
    async with Tab() as tab:
        await tab.open("/book")
        assert (await tab.state(FrameState)).clinic.slug == "harbour"


@pytest.mark.requirement("S2-2")
async def test_an_unknown_clinic_leads_to_the_page_that_says_so():
    await a_clinic()
    async with Tab() as tab:
        await tab.open("/book?clinic=nowhere")
        assert tab.went_to() == routes.NOT_FOUND
        assert (await tab.state(BookTypeState)).types == []


@pytest.mark.requirement("S2-2")
async def test_what_an_address_names_is_chosen_and_what_means_nothing_is_left_out_and_said():
    await a_clinic()
    async with Tab() as tab:
        await tab.open("/book?clinic=harbour&type=check-up&clinician=nobody&location=moon")
        state, frame = await tab.state(BookTypeState), await tab.state(FrameState)
    assert state.chosen == "check-up"
    assert state.slip.type_line == "Check-up, 30 minutes"
    assert frame.notice == (
        "The link you followed names something we do not have: the clinician, the place."
        " Please choose here."
    )
    assert "nobody" not in state.address
    assert "moon" not in state.address


@pytest.mark.requirement("S2-1")
@pytest.mark.parametrize("page", ["/book", "/book/who", "/book/time"])
async def test_a_clinic_that_has_switched_booking_off_shows_its_message_and_no_times(page):
    await a_clinic(online_booking_enabled=False)
    async with Tab() as tab:
        await tab.open(f"{page}?clinic=harbour&type=check-up&clinician=dr-1")
        frame = await tab.state(FrameState)
        assert not frame.clinic.is_open
        assert frame.clinic.closed_message == (
            "Online booking is closed for now. Please call 020 7946 0123."
        )
        assert not tab.was_sent("Check-up")
        assert not tab.was_sent("9am")
        assert tab.went_to() is None


async def test_going_on_without_a_choice_asks_for_one_and_moves_the_focus_there():
    await a_clinic()
    async with Tab() as tab:
        await tab.open("/book?clinic=harbour")
        await tab.send(BookTypeState.go_on, {})
        frame = await tab.state(FrameState)
        assert frame.problem == "Choose what you need"
        assert frame.focus_stamp == 1
        await tab.send(BookTypeState.choose_type, "check-up")
        assert (await tab.state(FrameState)).problem == ""


async def test_with_one_clinician_there_is_nobody_to_choose():
    await a_clinic(clinicians=1)
    async with Tab() as tab:
        await tab.open("/book?clinic=harbour")
        await tab.send(BookTypeState.go_on, {"type": "check-up"})
        assert tab.went_to() == "/book/time?clinic=harbour&type=check-up&clinician=dr-1"
        await tab.open("/book/who?clinic=harbour&type=check-up")
        assert tab.went_to() == "/book/time?clinic=harbour&type=check-up&clinician=dr-1"


async def test_of_several_clinicians_anyone_comes_first_and_is_chosen():
    await a_clinic(clinicians=2)
    async with Tab() as tab:
        await tab.open("/book?clinic=harbour")
        await tab.send(BookTypeState.go_on, {"type": "check-up"})
        assert tab.went_to() == "/book/who?clinic=harbour&type=check-up"
        await tab.open("/book/who?clinic=harbour&type=check-up")
        state = await tab.state(BookWhoState)
        assert [row.name for row in state.people] == [
            "Anyone who is free",
            "Dr Number 1",
            "Dr Number 2",
        ]
        assert state.chosen == "any"
        await tab.send(BookWhoState.go_on, {"who": "dr-2"})
        assert tab.went_to() == "/book/time?clinic=harbour&type=check-up&clinician=dr-2"


@pytest.mark.requirement("S2-2")
async def test_a_link_may_choose_the_clinician_too():
    await a_clinic(clinicians=2)
    async with Tab() as tab:
        await tab.open("/book/who?clinic=harbour&type=check-up&clinician=dr-2")
        state = await tab.state(BookWhoState)
    assert state.chosen == "dr-2"
    assert state.slip.with_line == "Dr Number 2"


async def test_the_second_step_without_a_type_begins_at_the_first():
    await a_clinic(clinicians=2)
    async with Tab() as tab:
        await tab.open("/book/who?clinic=harbour&type=unknown")
        assert tab.went_to() == "/book?clinic=harbour"
        await tab.open("/book?clinic=harbour")
        assert "the kind of appointment" in (await tab.state(FrameState)).notice
