"""How a clinic's booking page is entered: by its address, filled in, switched off, without times."""

import pytest
from playwright.sync_api import Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK
from tests.support.journeys import choose, heading, tile
from tests.support.mail_server import MailServer
from tests.support.server import LiveServer
from tests.support.tables import Tables

BOOKING_PAGE = routes.booking_page(SLUG)
SOMETHING_IGNORED = "The link you followed names something we do not have: {}. Please choose here."


@pytest.fixture
def mail(shared_mail: MailServer) -> MailServer:
    return shared_mail


@pytest.fixture
def clinic(shared_clinic: LiveServer) -> LiveServer:
    return shared_clinic


def _continue(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).click()


@pytest.mark.requirement("S2-2")
def test_a_partner_site_can_link_to_it_with_choices_made(people: People) -> None:
    page = people().open(f"{BOOKING_PAGE}?type=gp-video&clinician=yusuf-demir&location={SLUG}")
    expect(heading(page)).to_have_text("What do you need?")
    expect(tile(page, "GP video visit")).to_be_checked()
    _continue(page)
    expect(heading(page)).to_have_text("Who would you like to see?")
    expect(tile(page, "Dr Yusuf Demir")).to_be_checked()
    _continue(page)
    expect(heading(page)).to_have_text("Choose a day and time")
    choose(tile(page, journeys.free_times(page)[0]))
    expect(page.get_by_role("region", name="Your choice")).to_contain_text("Dr Yusuf Demir")


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("type=dentist", "the kind of appointment"),
        ("type=gp-video&clinician=nobody", "the clinician"),
        ("type=gp-video&location=elsewhere", "the place"),
        ("type=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "the kind of appointment"),
        ("type=x&clinician=y&location=z", "the kind of appointment, the clinician, the place"),
    ],
)
def test_values_that_mean_nothing_are_ignored_with_a_notice(
    people: People, query: str, named: str
) -> None:
    person = people()
    page = person.open(f"{BOOKING_PAGE}?{query}")
    expect(heading(page)).to_have_text("What do you need?")
    expect(page.get_by_role("main")).to_contain_text(SOMETHING_IGNORED.format(named))
    expect(tile(page, "Blood test")).to_be_enabled()
    assert person.complaints == []


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("day", ["2020-01-01", "2026-07-18", "not-a-day", "9999-12-31"])
def test_a_day_without_times_in_the_address_opens_the_first_free_day(
    people: People, day: str
) -> None:
    page = people().open(journeys.times_address(day=day))
    expect(heading(page)).to_have_text("Choose a day and time")
    expect(page.get_by_role("heading", name="Tuesday 14 July")).to_be_visible()
    expect(tile(page, "Tuesday 14 July")).to_be_checked()


@pytest.mark.requirement("S2-2")
@pytest.mark.requirement("K-1")
def test_an_unknown_clinic_and_an_unknown_page_get_the_sites_own_not_found_page(
    people: People,
) -> None:
    page = people().page
    for address in (routes.booking_page("no-such-clinic"), "/no/such/page"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        expect(heading(page)).to_have_text("Page not found")
        expect(page.get_by_role("main")).to_contain_text(
            "We cannot find this page. Check the link, or go to the start."
        )
    page.get_by_role("link", name="Go to the start").click()
    expect(heading(page)).to_have_text("What do you need?")


@pytest.mark.requirement("S2-1")
def test_switched_off_it_says_the_clinics_message_and_shows_no_times(
    people: People, tables: Tables
) -> None:
    waiting = people()
    journeys.open_times(waiting)
    choose(tile(waiting.page, journeys.free_times(waiting.page)[0]))
    holder = people()
    held = journeys.hold(holder, journeys.free_times(journeys.open_times(holder))[1])
    tables.change("update settings set online_booking_enabled = 0")
    try:
        for address in (BOOKING_PAGE, journeys.times_address()):
            person = people()
            page = person.open(address)
            expect(heading(page)).to_have_text("Online booking is closed")
            expect(page.get_by_role("main")).to_contain_text("Online booking is closed for now.")
            expect(page.get_by_role("main")).to_contain_text("01632 960 100")
            assert page.get_by_role("radio").count() == 0
            assert 'starts_at":"2026' not in "".join(person.frames)

        # Whoever has the page open already gets no new time by it,
        waiting.page.get_by_role("button", name="Continue").click()
        expect(waiting.page.get_by_role("main")).to_contain_text("Online booking is closed")
        # and whoever holds one may finish.
        journeys.fill_details(held)
        journeys.continue_to_check(held)
        journeys.confirm(held)
    finally:
        tables.change("update settings set online_booking_enabled = 1")


@pytest.mark.requirement("S2-2")
def test_a_clinician_without_times_is_no_dead_end(people: People, tables: Tables) -> None:
    whose = "clinician_id = (select id from clinician where slug = 'carys-bevan')"
    tables.change(f"update availability_window set is_active = 0 where {whose}")  # noqa: S608  stands above
    tables.change("update resource set rev = rev + 1")
    try:
        page = people(size=DESK).open(journeys.times_address(clinician="carys-bevan", day=""))
        expect(heading(page)).to_have_text("No free times with Dr Bevan")
        ways = page.get_by_role("main").get_by_role("listitem")
        expect(ways.last).to_contain_text("Call 01632 960 100")
        assert ways.count() > 1
        ways.first.get_by_role("link").click()
        expect(heading(page)).to_have_text("Choose a day and time")
        assert journeys.free_times(page)
    finally:
        tables.change(f"update availability_window set is_active = 1 where {whose}")  # noqa: S608  stands above
        tables.change("update resource set rev = rev + 1")


@pytest.mark.requirement("S2-25")
def test_a_window_that_has_ended_offers_nothing_after_its_last_day(
    people: People, tables: Tables
) -> None:
    whose = "clinician_id = (select id from clinician where slug = 'amara-osei')"
    tables.change(f"update availability_window set valid_until = '2026-07-15' where {whose}")  # noqa: S608  stands above
    tables.change("update resource set rev = rev + 1")
    try:
        page = people(size=DESK).open(journeys.times_address())
        expect(tile(page, "Wednesday 15 July")).to_be_enabled()
        expect(tile(page, "Thursday 16 July")).to_have_count(0)
    finally:
        tables.change(f"update availability_window set valid_until = null where {whose}")  # noqa: S608  stands above
        tables.change("update resource set rev = rev + 1")


@pytest.mark.requirement("S2-2")
def test_the_next_month_is_one_press_away_and_opens_on_its_first_free_day(people: People) -> None:
    page = journeys.open_times(people(size=DESK))
    page.get_by_role("button", name="Next month, August 2026").click()
    expect(page.get_by_role("heading", name="August 2026")).to_be_visible()
    expect(page.get_by_role("radio", checked=True).first).to_have_attribute("value", "2026-08-03")
    expect(page.get_by_role("heading", name="Monday 3 August")).to_be_visible()
    page.get_by_role("button", name="Previous month, July 2026").click()
    expect(page.get_by_role("heading", name="July 2026")).to_be_visible()


@pytest.mark.requirement("S2-2")
def test_continue_without_a_choice_says_what_to_choose(people: People) -> None:
    page = people().open(BOOKING_PAGE)
    expect(tile(page, "Blood test")).to_be_attached()
    _continue(page)
    alert = page.get_by_role("alert").first
    expect(alert).to_have_text("Choose what you need")
    expect(alert).to_be_focused()
    page = journeys.open_times(people())
    _continue(page)
    expect(page.get_by_role("alert").first).to_have_text("Choose a time")
