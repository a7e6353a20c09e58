"""What the page of a visit says as its day goes by, which only the clock brings about."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.mail_server import MailServer
from tests.support.server import LiveServer
from tests.support.tables import Tables

SHORTLY = timedelta(seconds=3)
BEFORE_START = timedelta(minutes=10)
AFTER_END = timedelta(minutes=60)


@pytest.mark.requirement("S0-2")
def test_the_page_says_by_itself_that_the_visit_is_open_and_that_it_is_over(
    people: People, clinic: LiveServer, mail: MailServer, tables: Tables
) -> None:
    visit = journeys.book_visit(people(), mail)
    (times,) = tables.rows("select starts_at, ends_at from appointment where uid = ?", visit.key)
    starts_at, ends_at = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in times.values())
    page = people().open(visit.link)
    main = page.get_by_role("main")

    clinic.set_clock(starts_at - BEFORE_START - SHORTLY)
    page.reload()
    expect(main).to_contain_text("Opens on Tuesday at")
    expect(main).to_contain_text("Your video visit is open until")

    clinic.set_clock(ends_at + AFTER_END - SHORTLY)
    page.reload()
    expect(main).to_contain_text("Your video visit is open until")
    expect(main).to_contain_text(
        "This visit has ended. If you missed it, please book again or call 01632 960 100."
    )
    expect(page.get_by_role("region", name="Your appointment")).to_contain_text(
        "Tuesday 14 July 2026"
    )
    expect(page.get_by_role("link", name="Book a new appointment")).to_be_visible()
    expect(page.get_by_role("link", name="Cancel this appointment")).to_have_count(0)
    expect(page.get_by_role("link", name="Add to my calendar")).to_have_count(0)
