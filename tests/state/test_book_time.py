"""Step 3, without a browser: days, times, what others do meanwhile, and the hold."""

import pytest
from sqlalchemy import func, select

from booking_app import routes
from booking_app.db.base import core
from booking_app.db.session import reading
from booking_app.db.tables import Hold
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.dto.booking import ChosenTime
from booking_app.services import booking
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.tiles import tiles_of
from tests.factories import NOW, AClinic, a_clinic, a_visitor
from tests.state.tab import Tab
from tests.state.walks import hold, key_of, times_page

pytestmark = pytest.mark.usefixtures("database", "set_clock")


async def somebody_holds(clinic: AClinic, time: str, *, number: int = 7) -> Visitor:
    somebody = a_visitor(number)
    chosen = ChosenTime(clinic.clinician.slug, clinic.at(time))
    await booking.hold_slot(visitor=somebody, choice=clinic.choice(), chosen=chosen, now=NOW)
    return somebody


async def look_again(tab: Tab, clinic: AClinic) -> None:
    await tab.refresh(live_topics.diary(clinic.clinician.resource_id))


async def holds() -> int:
    async with reading() as rx:
        return (await rx.execute(select(func.count()).select_from(core(Hold)))).scalar_one()


async def test_it_opens_on_the_first_free_day():
    clinic = await a_clinic(weekdays=(2,))
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        state = await tab.state(BookTimeState)
    assert state.times.heading == "Wednesday 4 March"
    assert state.month.heading == "March 2026"
    assert state.soonest == "Wednesday 4 March at 9am"
    assert state.zone_line == "Times are UK time. It is 6:30am in the UK now."


async def test_choosing_a_day_shows_its_times_and_says_how_many():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.choose_day, "2026-03-04")
        state = await tab.state(BookTimeState)
        assert state.times.heading == "Wednesday 4 March"
        assert (await tab.state(FrameState)).say == "16 free on Wednesday 4 March."
        assert "day=2026-03-04" in state.address


async def test_turning_the_month_opens_its_first_free_day():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.turn_to_month, "2026-04")
        state = await tab.state(BookTimeState)
        assert (state.month.heading, state.times.heading) == ("April 2026", "Wednesday 1 April")


@pytest.mark.requirement("S2-3")
async def test_touching_a_time_holds_nothing_going_on_does():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        key = await key_of(tab, "10:30am")
        await tab.send(BookTimeState.choose_time, key)
        assert (await tab.state(BookTimeState)).chosen.sentence == "Monday 2 March, 10:30am"
        assert await holds() == 0
        await tab.send(BookTimeState.go_on, {"day": "2026-03-02", "slot": key})
        assert tab.went_to() == "/book/details?clinic=harbour"
    visitor = Visitor(session_key=tab.session_key)
    held = await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert held is not None
    assert held.starts_at == clinic.at("10:30")


async def test_going_on_without_a_time_asks_for_one():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.go_on, {"day": "2026-03-02"})
        assert (await tab.state(FrameState)).problem == "Choose a time"
        assert tab.went_to() is None


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("key", ["dr-1-0", "nobody", "2026-03-02T03:00:00+00:00", "'; --"])
async def test_a_time_that_was_never_offered_is_refused(key):
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.go_on, {"slot": key})
        problem = (await tab.state(FrameState)).problem
        assert problem == "Someone has just taken that time. Please choose another time."
        assert tab.went_to() is None
    assert await holds() == 0


@pytest.mark.requirement("S2-3")
async def test_a_time_that_somebody_holds_meanwhile_is_struck_out_and_comes_back():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.choose_time, await key_of(tab, "2pm"))
        somebody = await somebody_holds(clinic, "09:30")
        await look_again(tab, clinic)
        state = await tab.state(BookTimeState)
        struck = [tile.time for tile in tiles_of(state.times) if tile.state == "taken"]
        assert struck == ["9:30am"]
        assert (await tab.state(FrameState)).say == "9:30am has just been taken."
        assert state.chosen.time == "2pm"
        assert (await tab.state(FrameState)).problem == ""
        await booking.release_hold(visitor=somebody, clinic_slug=clinic.slug, now=NOW)
        await look_again(tab, clinic)
        state = await tab.state(BookTimeState)
        assert {tile.state for tile in tiles_of(state.times)} == {"free"}
        assert (await tab.state(FrameState)).say == "9:30am is free again."


@pytest.mark.requirement("S2-3")
async def test_when_the_chosen_time_is_taken_it_is_said_with_the_nearest_one():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.choose_time, await key_of(tab, "9:30am"))
        await somebody_holds(clinic, "09:30")
        await look_again(tab, clinic)
        frame = await tab.state(FrameState)
        assert frame.problem == (
            "Someone has just taken 9:30am. Please choose another time. The nearest is 9am."
        )
        assert frame.focus_stamp == 0, "what comes by itself does not move the focus"
        assert (await tab.state(BookTimeState)).chosen.key == ""


async def test_who_comes_second_is_told_and_keeps_the_page():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        key = await key_of(tab, "9:30am")
        await tab.send(BookTimeState.choose_time, key)
        await somebody_holds(clinic, "09:30")
        await tab.send(BookTimeState.go_on, {"slot": key})
        frame = await tab.state(FrameState)
        assert frame.problem == (
            "Someone has just taken 9:30am. Please choose another time. The nearest is 9am."
        )
        assert frame.focus_stamp == 1
        assert tab.went_to() is None


async def test_who_comes_second_is_told_first_and_shown_what_else_went_right_after():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        key = await key_of(tab, "9:30am")
        await tab.send(BookTimeState.choose_time, key)
        await somebody_holds(clinic, "09:30")
        await somebody_holds(clinic, "11:00", number=8)
        await tab.send(BookTimeState.go_on, {"slot": key})
        assert (await tab.state(FrameState)).problem.startswith("Someone has just taken 9:30am.")
        assert "9:30am" in await struck(tab)
        await tab.hub.settled()
        assert await struck(tab) == ["9:30am", "11am"]
        assert (await tab.state(FrameState)).problem.startswith("Someone has just taken 9:30am.")


async def struck(tab: Tab) -> list[str]:
    state = await tab.state(BookTimeState)
    return [tile.time for tile in tiles_of(state.times) if tile.state == "taken"]


@pytest.mark.requirement("S2-3")
async def test_ones_own_held_time_is_there_and_chosen_when_one_goes_back():
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic, "10am")
        await tab.open(times_page(clinic, day="2026-03-02"))
        state = await tab.state(BookTimeState)
        assert [tile.time for tile in tiles_of(state.times) if tile.state == "mine"] == ["10am"]
        assert state.chosen.time == "10am"


@pytest.mark.requirement("S2-3")
async def test_going_on_with_another_time_gives_the_first_one_back():
    clinic = await a_clinic()
    async with Tab() as tab:
        await hold(tab, clinic, "10am")
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.go_on, {"slot": await key_of(tab, "11am")})
        await tab.open(times_page(clinic))
        state = await tab.state(BookTimeState)
        states = {tile.time: tile.state for tile in tiles_of(state.times)}
    assert (states["10am"], states["11am"]) == ("free", "mine")


async def test_the_address_brings_back_day_and_time():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        await tab.send(BookTimeState.choose_day, "2026-03-05")
        await tab.send(BookTimeState.choose_time, await key_of(tab, "11am"))
        address = (await tab.state(BookTimeState)).address
    async with Tab() as other:
        await other.open(address)
        chosen = (await other.state(BookTimeState)).chosen
    assert chosen.sentence == "Thursday 5 March, 11am"


@pytest.mark.requirement("S2-2")
async def test_without_a_known_type_the_page_leads_back_to_the_choice():
    clinic = await a_clinic()
    async with Tab() as tab:
        await tab.open(f"{routes.BOOK_TIME}?clinic={clinic.slug}&type=unknown")
        assert tab.went_to() == f"/book?clinic={clinic.slug}"


async def test_without_any_time_there_is_a_heading_and_a_way_on():
    clinic = await a_clinic(weekdays=())
    async with Tab() as tab:
        await tab.open(times_page(clinic))
        state = await tab.state(BookTimeState)
    assert not state.has_times
    assert "Dr 1" in state.none_heading
    assert state.none_text.startswith("Dr Number 1 has no free")
