"""While a time is held: the countdown, its words, more time, and what is left when it ends."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK, Keyboard, has_focus
from tests.support.demo_clinic import ANCHOR
from tests.support.journeys import PRIYA, choose, heading, strip, tile
from tests.support.mail_server import MailServer
from tests.support.server import LiveServer

HOLD = timedelta(minutes=15)
A_MOMENT = timedelta(seconds=1)


def spoken(page: Page) -> Locator:
    return strip(page).get_by_role("status")


@pytest.fixture
def held(people: People, clinic: LiveServer) -> Page:
    """Give the details page of somebody who has just held 9:20am tomorrow, at 3:42pm."""
    page = journeys.open_times(people())
    clinic.set_clock(ANCHOR)
    journeys.hold_tile(page, "9:20am")
    return page


def _go_to(page: Page, clinic: LiveServer, left: timedelta) -> None:
    """Move the clock to where this much is left, and look at the page anew."""
    clinic.set_clock(ANCHOR + HOLD - left)
    page.reload()
    expect(strip(page).get_by_role("timer")).to_be_visible()


@pytest.mark.requirement("S2-3")
def test_a_countdown_runs_in_the_strip_over_the_page(held: Page) -> None:
    expect(strip(held)).to_contain_text("Held for you until 3:57pm.")
    timer = strip(held).get_by_role("timer", name="Time left")
    first = timer.inner_text()
    assert re.fullmatch(r"14:\d\d|15:00", first)
    expect(timer).not_to_have_text(first)
    held.set_viewport_size(DESK)
    expect(strip(held)).to_contain_text(
        "We are holding Tuesday 14 July at 9:20am for you until 3:57pm."
    )


@pytest.mark.requirement("S2-3")
@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (5, "5 minutes left to finish your booking."),
        (2, "2 minutes left. You can ask us to hold this time for longer."),
        (1, "1 minute left."),
    ],
)
def test_the_countdown_speaks_at_five_two_and_one_minutes(
    held: Page, clinic: LiveServer, minutes: int, words: str
) -> None:
    _go_to(held, clinic, timedelta(minutes=minutes, seconds=4))
    expect(spoken(held)).to_have_text("")
    expect(spoken(held)).to_have_text(words)


@pytest.mark.requirement("S2-3")
def test_keep_holding_appears_at_two_minutes_and_gives_five_more(
    held: Page, clinic: LiveServer
) -> None:
    button = strip(held).get_by_role("button", name="Keep holding")
    _go_to(held, clinic, timedelta(minutes=2, seconds=4))
    expect(button).to_have_count(0)
    expect(button).to_be_visible()
    keys = Keyboard(held)
    keys.tab_to(button)

    keys.press("Enter")

    expect(spoken(held)).to_have_text("Done. We are holding it until 4:02pm.")
    expect(strip(held)).to_contain_text("until 4:02pm")
    expect(strip(held).get_by_role("timer")).to_have_text(re.compile(r"0[67]:\d\d"))
    expect(button).to_have_count(0)
    assert has_focus(strip(held)), "the focus fell off the page with the button"


@pytest.mark.requirement("S2-3")
@pytest.mark.requirement("S2-4")
@pytest.mark.requirement("S2-5")
def test_when_the_hold_ends_everything_typed_is_kept_and_one_press_holds_it_again(
    held: Page, clinic: LiveServer
) -> None:
    journeys.fill_details(held)

    clinic.set_clock(ANCHOR + HOLD + A_MOMENT)

    expect(heading(held)).to_have_text("We could not hold your time any longer")
    expect(heading(held)).to_be_focused()
    expect(held.get_by_role("main")).to_contain_text(
        "The 15 minutes ended at 3:57pm, so 9:20am on Tuesday 14 July is free for others to"
        " book. Nothing is booked. We kept everything you typed."
    )
    expect(held.get_by_role("main")).to_contain_text("Good news: 9:20am is still free.")
    held.get_by_role("button", name="Hold 9:20am again").click()
    expect(heading(held)).to_have_text("Your details")
    expect(strip(held)).to_contain_text("until 4:12pm")
    assert journeys.typed_on(held) == PRIYA


@pytest.mark.requirement("S2-3")
@pytest.mark.requirement("S2-4")
def test_when_somebody_else_has_taken_it_meanwhile_another_time_of_that_day_keeps_all(
    held: Page, clinic: LiveServer, people: People
) -> None:
    journeys.fill_details(held)
    clinic.set_clock(ANCHOR + HOLD + A_MOMENT)
    expect(held.get_by_role("main")).to_contain_text("Good news: 9:20am is still free.")

    journeys.hold(people(), "9:20am")

    expect(held.get_by_role("main")).to_contain_text(
        "Someone else has taken 9:20am. The nearest free time is 9:40am."
    )
    expect(held.get_by_role("button", name="Hold 9:20am again")).to_have_count(0)
    choose(tile(held, "9:40am"))
    held.get_by_role("button", name="Hold this time").click()
    expect(heading(held)).to_have_text("Your details")
    assert journeys.typed_on(held) == PRIYA


@pytest.mark.requirement("S2-4")
def test_a_confirm_after_the_end_books_nothing_keeps_what_was_typed_and_can_be_made_good(
    held: Page, clinic: LiveServer, mail: MailServer
) -> None:
    journeys.fill_details(held)
    journeys.continue_to_check(held)

    clinic.set_clock(ANCHOR + HOLD + A_MOMENT)
    # The page may hear of the end before the press; then the button is gone already.
    with suppress(TookTooLong):
        held.get_by_role("button", name="Confirm appointment").click(timeout=2_000)

    expect(heading(held)).to_have_text("We could not hold your time any longer")
    expect(held.get_by_role("main")).to_contain_text("Nothing is booked.")
    # The moved clock may make reminders of the demo's own patients due; hers is what counts.
    assert [one for one in mail.received if PRIYA.email in one.recipients] == []
    held.get_by_role("button", name="Hold 9:20am again").click()
    expect(heading(held)).to_have_text("Your details")
    assert journeys.typed_on(held) == PRIYA
    journeys.continue_to_check(held)
    journeys.confirm(held)


@pytest.mark.requirement("S2-4")
def test_two_presses_on_confirm_book_once(held: Page, mail: MailServer) -> None:
    journeys.fill_details(held)
    journeys.continue_to_check(held)

    held.get_by_role("button", name="Confirm appointment").dblclick()

    expect(heading(held)).to_have_text("Your appointment is confirmed")
    uid = journeys.appointment_in(held)
    held.go_back()
    held.go_forward()
    expect(heading(held)).to_have_text("Your appointment is confirmed")
    assert journeys.appointment_in(held) == uid


@pytest.mark.requirement("S2-3")
def test_a_hold_is_still_there_after_a_restart_of_the_server(
    held: Page, clinic: LiveServer
) -> None:
    clinic.restart()
    held.reload()
    expect(strip(held)).to_contain_text("until 3:57pm")
    expect(heading(held)).to_have_text("Your details")


@pytest.mark.requirement("S2-3")
def test_a_device_whose_clock_is_wrong_counts_right(held: Page, clinic: LiveServer) -> None:
    held.context.clock.set_system_time("2031-01-01T00:00:00Z")
    _go_to(held, clinic, timedelta(minutes=10))
    expect(strip(held).get_by_role("timer")).to_have_text(re.compile(r"09:5\d|10:00"))
