"""The page behind the link: what it shows, what may be done, and that doing it takes two presses."""

import contextlib
import re
from collections.abc import Iterator

import pytest
import vobject
from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import Person
from tests.support.journeys import ANYONE, BLOOD_TEST, PRIYA, Visit
from tests.support.mail_server import MailServer
from tests.support.mails import content, wait_for_mail
from tests.support.server import LiveServer
from tests.support.tables import Tables


@pytest.fixture
def mail(shared_mail: MailServer) -> MailServer:
    return shared_mail


@pytest.fixture
def clinic(shared_clinic: LiveServer) -> LiveServer:
    return shared_clinic


@contextlib.contextmanager
def _settings(tables: Tables, **columns: int) -> Iterator[None]:
    """Change the clinic's settings for the length of a block."""
    (before,) = tables.rows("select * from settings")
    for name, value in columns.items():
        tables.change(f"update settings set {name} = ?", value)  # noqa: S608  a column's name
    try:
        yield
    finally:
        for name in columns:
            tables.change(f"update settings set {name} = ?", before[name])  # noqa: S608  a column's name


@pytest.mark.requirement("S0-2")
def test_it_shows_type_date_time_with_zone_clinician_place_and_status(
    reader: Person, standing_visit: Visit
) -> None:
    slip = reader.page.get_by_role("region", name="Your appointment")
    for words in (
        "GP video visit",
        "Tuesday 14 July 2026",
        f"{standing_visit.time} to ",
        "UK time",
        "Dr Amara Osei",
        "Online",
        "Confirmed",
    ):
        expect(slip).to_contain_text(words)
    main = reader.page.get_by_role("main")
    expect(main).to_contain_text(
        re.compile(
            r"Opens on Tuesday at \S+, 10 minutes before\. This page will change by itself\."
        )
    )
    expect(main).to_contain_text("Add to my calendar")


@pytest.mark.requirement("S0-2")
def test_a_visit_at_the_clinic_says_where_that_is(people: People, mail: MailServer) -> None:
    blood_test = journeys.book_visit(people(), mail, kind=BLOOD_TEST, clinician=ANYONE)
    page = people().open(blood_test.link)
    expect(page.get_by_role("region", name="Your appointment")).to_contain_text(
        "Marlow Street Clinic"
    )
    expect(page.get_by_role("main")).to_contain_text("Two minutes from the bus station.")
    expect(page.get_by_role("main")).not_to_contain_text("video")


@pytest.mark.requirement("S0-22")
def test_it_shows_no_date_of_birth_no_contact_no_notes_and_no_other_visit(
    reader: Person, standing_visit: Visit, people: People, mail: MailServer
) -> None:
    other = journeys.book_visit(people(), mail)
    reader.page.reload()
    slip = reader.page.get_by_role("region", name="Your appointment")
    expect(slip).to_contain_text(standing_visit.time)
    seen = reader.page.content() + "".join(reader.frames)
    personal = (
        "1991",
        "4 November",
        standing_visit.typed.email,
        standing_visit.typed.phone,
        PRIYA.help_with,
        *PRIYA.needs,
    )
    for secret in (*personal, other.time, other.uid):
        assert secret not in seen, f"{secret!r} reaches a browser that has only the link"


@pytest.mark.requirement("S0-2")
def test_when_online_changes_have_closed_it_says_so_and_whom_to_call(
    reader: Person, tables: Tables
) -> None:
    with _settings(tables, cancel_cutoff=1440, post_booking_grace=0):
        reader.page.reload()
        main = reader.page.get_by_role("main")
        expect(main).to_contain_text(
            "It is too late to change this online. Changes close 24 hours before."
            " Please call 01632 960 100."
        )
        expect(main.get_by_role("link", name="Cancel this appointment")).to_have_count(0)


@pytest.mark.requirement("K-5")
def test_add_to_my_calendar_gives_the_event_of_the_mail(
    reader: Person, standing_visit: Visit, mail: MailServer
) -> None:
    page = reader.page
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Add to my calendar").click()
    file = waiting.value.path().read_text()
    assert waiting.value.suggested_filename.endswith(".ics")
    assert "METHOD" not in file
    assert "ATTENDEE" not in file
    own = vobject.readOne(file).vevent
    invite = vobject.readOne(
        content(wait_for_mail(mail, standing_visit.typed.email).invite).decode()
    ).vevent
    assert (own.uid.value, own.sequence.value, own.dtstart.value) == (
        invite.uid.value,
        invite.sequence.value,
        invite.dtstart.value,
    )
