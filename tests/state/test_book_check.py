"""Step 5 and what follows from it, without a browser."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking_app import routes
from booking_app.db.base import core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import Appointment, OutboxItem, Settings
from booking_app.state.patient.book_check import BookCheckState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.manage import ManageState
from tests.factories import NOW, AClinic, a_clinic
from tests.state.tab import Tab
from tests.state.walks import give_details, hold, page

pytestmark = pytest.mark.usefixtures("database")


async def check_page(tab: Tab, **settings: object) -> AClinic:
    clinic = await a_clinic(**settings)
    await hold(tab, clinic)
    await give_details(tab, clinic)
    await tab.open(page(routes.BOOK_CHECK, clinic))
    return clinic


async def confirmed() -> int:
    table = core(Appointment)
    async with reading() as rx:
        counted = select(func.count()).select_from(table).where(table.c.status == "confirmed")
        return (await rx.execute(counted)).scalar_one()


async def messages() -> int:
    async with reading() as rx:
        counted = select(func.count()).select_from(core(OutboxItem))
        return (await rx.execute(counted)).scalar_one()


async def test_the_last_look_shows_everything_as_it_will_be_kept(set_clock):
    async with Tab() as tab:
        await check_page(tab)
        card = (await tab.state(BookCheckState)).card
    assert card.when == "Monday 2 March 2026, 10am to 10:30am UK time"
    assert card.what == "Check-up with Dr Number 1"
    assert (card.name, card.date_of_birth) == ("Maya Okafor", "14 July 1985")
    assert (card.email, card.phone) == ("maya@example.org", "020 7946 0999")
    assert (card.help_with, card.needs) == ("A cough\nthat stays.", "An interpreter")
    assert card.policy == "Tell us a day before."
    assert card.reminders_wanted


@pytest.mark.requirement("S2-4")
async def test_confirming_books_and_shows_the_appointment(set_clock):
    async with Tab() as tab:
        await check_page(tab)
        await tab.send(BookCheckState.confirm, {"reminders": []})
        address = tab.went_to() or ""
        assert address.startswith("/book/done?clinic=harbour&a=")
        await tab.open(address)
        card = (await tab.state(ManageState)).card
    assert await confirmed() == 1
    assert card.status == "confirmed"
    assert card.sent_to == "maya@example.org"
    assert (card.slip.time, card.slip.foot_strong) == ("10am to 10:30am", "Confirmed")


@pytest.mark.requirement("S2-4")
async def test_two_presses_book_once_and_write_one_mail(set_clock):
    async with Tab() as tab:
        await check_page(tab)
        await tab.send(BookCheckState.confirm, {"reminders": []})
        first = tab.went_to()
        await tab.send(BookCheckState.confirm, {"reminders": []})
        assert tab.went_to() == first
    assert (await confirmed(), await messages()) == (1, 1)


@pytest.mark.requirement("S2-4")
async def test_a_second_too_late_books_nothing_and_leads_to_where_it_goes_on(set_clock):
    async with Tab() as tab:
        await check_page(tab)
        set_clock(NOW + timedelta(minutes=15))
        await tab.send(BookCheckState.confirm, {"reminders": []})
        assert tab.went_to() == "/book/ended?clinic=harbour"
    assert (await confirmed(), await messages()) == (0, 0)


@pytest.mark.requirement("S2-4")
async def test_a_page_that_never_got_the_answer_finds_the_appointment(set_clock):
    async with Tab() as tab:
        clinic = await check_page(tab)
        await tab.send(BookCheckState.confirm, {"reminders": []})
        done = tab.went_to()
    async with Tab(cookie=tab.cookie) as reloaded:
        await reloaded.open(page(routes.BOOK_CHECK, clinic))
        assert reloaded.went_to() == done


@pytest.mark.requirement("S2-1")
async def test_a_hold_that_runs_may_be_confirmed_after_the_clinic_closed_its_booking(set_clock):
    async with Tab() as tab:
        clinic = await check_page(tab)
        async with transaction() as tx:
            settings = core(Settings)
            await tx.execute(settings.update().values(online_booking_enabled=False))
        await tab.open(page(routes.BOOK_CHECK, clinic))
        await tab.send(BookCheckState.confirm, {"reminders": []})
        assert (tab.went_to() or "").startswith("/book/done")
    assert await confirmed() == 1


async def test_the_same_visit_on_the_same_day_is_not_booked_twice_and_the_page_says_why(set_clock):
    async with Tab() as tab:
        clinic = await check_page(tab)
        await tab.send(BookCheckState.confirm, {"reminders": []})
        await hold(tab, clinic, "2pm")
        await give_details(tab, clinic)
        await tab.open(page(routes.BOOK_CHECK, clinic))
        await tab.send(BookCheckState.confirm, {"reminders": []})
        frame = await tab.state(FrameState)
        assert frame.problem == (
            "You already have this appointment: Monday 2 March at 10am."
            " To change it, use the link in your email or call 020 7946 0123."
        )
        assert frame.focus_stamp == 1
        assert not (await tab.state(BookCheckState)).is_busy
    assert await confirmed() == 1


async def test_details_that_cannot_be_used_lead_back_to_them(set_clock):
    async with Tab() as tab:
        clinic = await a_clinic()
        await hold(tab, clinic)
        await tab.open(page(routes.BOOK_CHECK, clinic))
        assert tab.went_to() == "/book/details?clinic=harbour"
