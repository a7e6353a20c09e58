"""Cancelling by the link: it takes two presses, is said before and noted after, and happens once."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from booking_app import routes
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import Person, eventually
from tests.support.journeys import Visit, heading, tile
from tests.support.mail_server import MailServer
from tests.support.mails import wait_for_mail
from tests.support.server import LiveServer
from tests.support.tables import Tables

AFTER_GRACE = timedelta(minutes=20)


@pytest.fixture
def mail(shared_mail: MailServer) -> MailServer:
    return shared_mail


@pytest.fixture
def clinic(shared_clinic: LiveServer) -> LiveServer:
    return shared_clinic


def _to_cancel_page(page: Page) -> None:
    page.get_by_role("link", name="Cancel this appointment").click()
    expect(heading(page)).to_have_text("Do you want to cancel this appointment?")


def _press_cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel appointment").click()
    expect(heading(page)).to_have_text("Your appointment is cancelled")


@pytest.mark.requirement("S0-4")
@pytest.mark.requirement("S0-17")
@pytest.mark.requirement("S0-18")
@pytest.mark.requirement("S0-21")
def test_the_first_press_only_asks_and_says_what_cancelling_means(
    reader: Person, standing_visit: Visit, tables: Tables
) -> None:
    page = reader.page
    before = tables.rows("select * from appointment") + tables.rows("select * from slot")

    _to_cancel_page(page)

    about = page.get_by_role("region", name="The appointment you are about to cancel")
    for words in ("Tuesday 14 July 2026", standing_visit.time, "GP video visit", "Dr Amara Osei"):
        expect(about).to_contain_text(words)
    main = page.get_by_role("main")
    expect(main).to_contain_text("There is nothing to pay.")
    expect(main).to_contain_text(
        "You cannot undo this. If you change your mind, you will need to book again."
    )
    expect(page.get_by_role("button", name="Cancel appointment")).to_be_visible()
    page.get_by_role("link", name="Keep it").click()
    expect(heading(page)).to_have_text("Your appointment")
    expect(page.get_by_role("region", name="Your appointment")).to_contain_text("Confirmed")
    assert tables.rows("select * from appointment") + tables.rows("select * from slot") == before


@pytest.mark.requirement("S0-20")
def test_a_late_cancellation_is_said_before_and_noted_after(
    patient: Person, visit: Visit, clinic: LiveServer, tables: Tables
) -> None:
    clinic.set_clock(clinic.now + AFTER_GRACE)
    page = patient.page
    _to_cancel_page(page)
    expect(page.get_by_role("main")).to_contain_text(
        re.compile(
            r"This counts as a late cancellation\. It is less than 24 hours before your visit,"
            r" which is in 1\d hours and \d+ minutes\. We note this on your record\."
            r" There is nothing to pay\."
        )
    )

    _press_cancel(page)

    expect(page.get_by_role("region", name="Cancelled appointment")).to_contain_text(
        re.compile(r"Cancelled today at [34]:\d\dpm\. Late cancellation\.")
    )
    noted = tables.rows("select is_late_cancel from appointment where uid = ?", visit.key)
    assert noted == [{"is_late_cancel": 1}]


@pytest.mark.requirement("S0-20")
def test_within_the_grace_after_booking_nothing_is_late(
    patient: Person, visit: Visit, tables: Tables
) -> None:
    page = patient.page
    _to_cancel_page(page)
    expect(page.get_by_role("button", name="Cancel appointment")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("This counts as a late cancellation.")
    _press_cancel(page)
    expect(page.get_by_role("main")).not_to_contain_text("Late cancellation")
    noted = tables.rows("select is_late_cancel from appointment where uid = ?", visit.key)
    assert noted == [{"is_late_cancel": 0}]


@pytest.mark.requirement("S0-4")
@pytest.mark.requirement("S0-19")
def test_two_presses_at_once_cancel_once_and_send_one_mail(
    patient: Person, visit: Visit, tables: Tables, mail: MailServer
) -> None:
    page = patient.page
    _to_cancel_page(page)

    page.get_by_role("button", name="Cancel appointment").dblclick()

    expect(heading(page)).to_have_text("Your appointment is cancelled")
    wait_for_mail(mail, visit.typed.email, 2)
    whose = "appointment_id = (select id from appointment where uid = ?)"
    changes = f"select change from appointment_history where {whose} order by sequence"  # noqa: S608  both parts stand here
    assert [row["change"] for row in tables.rows(changes, visit.key)] == [
        "held",
        "confirmed",
        "cancelled",
    ]
    messages = f"select event, state from outbox_item where {whose} order by id"  # noqa: S608  both parts stand here
    assert [row["event"] for row in tables.rows(messages, visit.key)].count(
        "cancelled_by_patient"
    ) == 1


@pytest.mark.requirement("S0-2")
@pytest.mark.requirement("S0-19")
def test_another_tab_follows_the_cancellation_and_its_own_press_says_already_cancelled(
    patient: Person,
) -> None:
    first = patient.page
    details, asking = patient.new_tab(), patient.new_tab()
    details.goto(first.url)
    asking.goto(first.url)
    _to_cancel_page(asking)
    _to_cancel_page(first)
    expect(heading(details)).to_have_text("Your appointment")

    _press_cancel(first)

    expect(heading(details)).to_have_text("Your appointment is cancelled")
    expect(journeys.say(details)).to_have_text("Your appointment is cancelled")
    expect(details.get_by_role("link", name="Cancel this appointment")).to_have_count(0)
    expect(heading(asking)).to_have_text("Your appointment is cancelled")
    expect(asking.get_by_role("main")).to_contain_text("This appointment is already cancelled.")


@pytest.mark.requirement("S0-19")
def test_the_cancel_page_of_a_cancelled_visit_says_that_it_is_done(patient: Person) -> None:
    page = patient.page
    _to_cancel_page(page)
    asked = page.url
    _press_cancel(page)
    page.goto(asked)
    expect(heading(page)).to_have_text("Your appointment is cancelled")
    expect(page.get_by_role("main")).to_contain_text("This appointment is already cancelled.")


@pytest.mark.requirement("S0-2")
@pytest.mark.requirement("S0-21")
def test_a_cancelled_visit_can_only_be_booked_anew(patient: Person) -> None:
    page = patient.page
    manage = page.url
    _to_cancel_page(page)
    _press_cancel(page)
    page.goto(manage)
    expect(heading(page)).to_have_text("Your appointment is cancelled")
    links = page.get_by_role("main").get_by_role("link")
    expect(links).to_have_text(["Book a new appointment"])
    assert page.get_by_role("main").get_by_role("button").count() == 0

    links.click()

    expect(heading(page)).to_have_text("What do you need?")
    expect(tile(page, "GP video visit")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(heading(page)).to_have_text("Who would you like to see?")
    expect(tile(page, "Dr Amara Osei")).to_be_checked()


@pytest.mark.requirement("S0-4")
def test_a_cancellation_can_say_why_and_the_clinic_keeps_it(
    patient: Person, visit: Visit, tables: Tables
) -> None:
    page = patient.page
    _to_cancel_page(page)
    journeys.choose(tile(page, "I feel better"))
    page.get_by_label("Message to the clinic (optional)").fill("Thank you. The headaches are gone.")
    _press_cancel(page)
    kept = tables.rows(
        "select cancel_reason_code, cancel_reason_text from appointment where uid = ?",
        visit.key,
    )
    assert kept == [
        {
            "cancel_reason_code": "pat-fb",
            "cancel_reason_text": "Thank you. The headaches are gone.",
        }
    ]


@pytest.mark.requirement("S0-19")
def test_two_people_who_want_the_freed_time_get_it_once(
    patient: Person, visit: Visit, people: People
) -> None:
    rivals = [people(), people()]
    for rival in rivals:
        journeys.open_times(rival)
    _to_cancel_page(patient.page)
    _press_cancel(patient.page)
    for rival in rivals:
        journeys.choose(tile(rival.page, visit.time))
    continue_with = re.compile("^Continue with")
    for rival in rivals:
        rival.page.get_by_role("button", name=continue_with).click(no_wait_after=True)

    eventually(
        lambda: sorted(_outcome(rival.page, visit.time) for rival in rivals) == ["held", "taken"],
        seconds=10,
        what="one winner and one loser",
    )


def _outcome(page: Page, time: str) -> str:
    if page.url.partition("?")[0].endswith(routes.BOOK_DETAILS):
        return "held"
    return "taken" if tile(page, f"{time}, just taken").count() else ""
