"""The whole way: book by keyboard on a phone far away, get the mail, open its link, cancel."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import vobject
from playwright.sync_api import Browser, Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.e2e.conftest import People, mail_settings, people_at
from tests.support import journeys, libical
from tests.support.browser import DESK, PHONE, Keyboard, Person, has_focus
from tests.support.demo_clinic import serving_demo
from tests.support.journeys import PRIYA, heading, tile
from tests.support.mail_server import MailServer
from tests.support.mails import Mail, content, wait_for_mail
from tests.support.server import LiveServer


@pytest.fixture(params=["sqlite", "postgresql"])
def clinic(
    request: pytest.FixtureRequest, tmp_path: Path, mail: MailServer
) -> Iterator[LiveServer]:
    """Serve the demo clinic on each of the two databases."""
    with serving_demo(tmp_path, kind=request.param, settings=mail_settings(mail)) as server:
        yield server


@pytest.fixture
def people(
    browser: Browser, clinic: LiveServer, request: pytest.FixtureRequest
) -> Iterator[People]:
    yield from people_at(browser, clinic, request)


@pytest.mark.requirement("S0-1")
@pytest.mark.requirement("S0-4")
@pytest.mark.requirement("S0-9")
@pytest.mark.requirement("S0-19")
@pytest.mark.requirement("S2-2")
@pytest.mark.requirement("S2-4")
@pytest.mark.requirement("K-1")
@pytest.mark.requirement("K-4")
@pytest.mark.requirement("K-5")
def test_a_patient_books_by_keyboard_gets_the_mail_and_cancels_by_its_link(
    people: People, mail: MailServer
) -> None:
    patient = people(size=PHONE, zone="America/New_York")
    somebody_else = people(size=DESK)
    other = journeys.open_times(somebody_else)

    _book_by_keyboard(patient)
    expect(tile(other, "9:20am, just taken")).to_be_disabled()

    confirmation = wait_for_mail(mail, PRIYA.email)
    _check_confirmation(confirmation, patient.page)

    fresh = people()
    _cancel_by_link(fresh, confirmation.manage_link)
    expect(tile(other, "9:20am")).to_be_enabled()
    expect(journeys.say(other)).to_have_text("9:20am is free again.")

    _check_cancellation(wait_for_mail(mail, PRIYA.email, 2), confirmation)
    for person in (patient, somebody_else, fresh):
        assert person.complaints == []


def _book_by_keyboard(patient: Person) -> None:
    page = patient.open(routes.booking_page(SLUG))
    keys = Keyboard(page)
    expect(heading(page)).to_have_text("What do you need?")
    row = tile(page, "GP video visit")
    expect(row).to_be_visible()
    keys.tab_to(row)
    keys.press("Space")
    expect(row).to_be_checked()
    _continue(page, keys, "Continue")

    _arrive(page, "Who would you like to see?")
    keys.tab_to(tile(page, "Anyone who is free"))
    keys.press("ArrowDown")
    assert has_focus(tile(page, "Dr Amara Osei"))
    expect(tile(page, "Dr Amara Osei")).to_be_checked()
    _continue(page, keys, "Continue")

    _choose_time_by_keyboard(page, keys)
    _type_details_by_keyboard(page, keys)

    _arrive(page, "Check and confirm")
    expect(page.get_by_role("main")).to_contain_text("4 November 1991")
    _continue(page, keys, "Confirm appointment")
    _arrive(page, "Your appointment is confirmed")
    expect(page.get_by_role("main")).to_contain_text(
        f"We have emailed the details to {PRIYA.email}."
    )


def _choose_time_by_keyboard(page: Page, keys: Keyboard) -> None:
    _arrive(page, "Choose a day and time")
    main = page.get_by_role("main")
    first = journeys.free_times(page)[0]
    expect(main).to_contain_text(f"The soonest time is tomorrow, Tuesday 14 July, at {first}.")
    expect(main).to_contain_text(re.compile(r"Times are UK time\. It is 3:4\dpm in the UK now\."))
    in_new_york = first.replace("8:", "3:").replace("9:", "4:")
    expect(main).to_contain_text(
        f"Your device is on New York time. {first} here is {in_new_york} for you."
    )
    keys.tab_to(tile(page, "Tuesday 14 July"))
    keys.press("ArrowRight")
    expect(journeys.say(page)).to_contain_text("free on Wednesday 15 July.")
    assert has_focus(tile(page, "Wednesday 15 July"))
    keys.press("ArrowLeft")
    expect(journeys.say(page)).to_contain_text("free on Tuesday 14 July.")
    free = len(journeys.free_times(page))
    expect(journeys.say(page)).to_have_text(f"{free} free on Tuesday 14 July.")
    keys.tab_to(tile(page, first))
    for _ in range(journeys.free_times(page).index("9:20am")):
        keys.press("ArrowRight")
    assert has_focus(tile(page, "9:20am"))
    expect(tile(page, "9:20am")).to_be_checked()
    _continue(page, keys, "Continue with Tuesday 14 July, 9:20am")


def _type_details_by_keyboard(page: Page, keys: Keyboard) -> None:
    _arrive(page, "Your details")
    for field in journeys.LABELS:
        keys.tab_to(journeys.box(page, field))
        keys.type(getattr(PRIYA, field))
    for need in PRIYA.needs:
        keys.tab_to(page.get_by_role("checkbox", name=need))
        keys.press("Space")
    assert journeys.typed_on(page) == PRIYA
    _continue(page, keys, "Continue")


def _continue(page: Page, keys: Keyboard, name: str) -> None:
    keys.tab_to(page.get_by_role("button", name=name, exact=True))
    keys.press("Enter")


def _arrive(page: Page, title: str) -> None:
    """Wait for a step, and find the focus on its heading, from where the next Tab goes on."""
    expect(heading(page)).to_have_text(title)
    expect(heading(page)).to_be_focused()


def _check_confirmation(confirmation: Mail, page: Page) -> None:
    assert confirmation.subject == "Your appointment on Tuesday 14 July is confirmed"
    assert confirmation.manage_link in confirmation.html
    assert confirmation.invite.get_param("method") == "REQUEST"
    file = content(confirmation.invite)
    verdict = libical.check(file)
    assert verdict.is_allowed, verdict.errors
    assert verdict.errors == ()
    assert "METHOD:REQUEST" in file.decode()

    event = vobject.readOne(file.decode()).vevent
    assert event.uid.value.partition("@")[0] == journeys.appointment_in(page)
    assert event.sequence.value == "0"
    assert event.dtstart.value == datetime(2026, 7, 14, 8, 20, tzinfo=UTC)
    assert event.dtend.value == datetime(2026, 7, 14, 8, 35, tzinfo=UTC)
    # The window is 10 minutes before the start to 60 after the end, said with its zone.
    assert "from 09:10 to 10:35 UK time (Europe/London)" in event.description.value
    assert "/m/" not in file.decode()


def _cancel_by_link(person: Person, link: str) -> None:
    page = person.open(link)
    expect(heading(page)).to_have_text("Your appointment")
    visit = page.get_by_role("region", name="Your appointment")
    for words in ("9:20am to 9:35am", "Tuesday 14 July 2026", "GP video visit", "Dr Amara Osei"):
        expect(visit).to_contain_text(words)
    journeys.cancel(page)
    expect(page.get_by_role("region", name="Cancelled appointment")).to_contain_text(
        "Cancelled today at 3:4"
    )


def _check_cancellation(cancellation: Mail, confirmation: Mail) -> None:
    assert cancellation.subject == "You have cancelled your appointment on Tuesday 14 July"
    assert cancellation.invite.get_param("method") == "CANCEL"
    file = content(cancellation.invite)
    verdict = libical.check(file)
    assert verdict.is_allowed, verdict.errors
    cancelled = vobject.readOne(file.decode()).vevent
    booked = vobject.readOne(content(confirmation.invite).decode()).vevent
    assert cancelled.uid.value == booked.uid.value
    assert cancelled.sequence.value == "1"
    assert cancelled.status.value == "CANCELLED"
