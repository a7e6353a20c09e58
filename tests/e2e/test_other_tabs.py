"""What a person enters reaches no browser but their own, not even inside a message nobody sees."""

from dataclasses import astuple

import pytest
from playwright.sync_api import expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK, Person
from tests.support.journeys import PRIYA, heading, tile
from tests.support.mail_server import MailServer
from tests.support.server import LiveServer
from tests.support.tables import Tables

LISTENING_MS = 3_000


@pytest.mark.requirement("S2-3")
@pytest.mark.requirement("S0-22")
def test_nothing_of_a_booking_is_in_any_frame_that_another_browser_receives(
    people: People, clinic: LiveServer, mail: MailServer, tables: Tables
) -> None:
    strangers = _strangers(people, mail)
    booker = people()
    for stranger in strangers:
        stranger.frames.clear()

    uid = journeys.book(booker, "9:20am")
    expect(tile(strangers[0].page, "9:20am, just taken")).to_be_disabled()
    strangers[0].page.wait_for_timeout(LISTENING_MS)  # how long is listened, not a guess

    personal = [*astuple(PRIYA)[:2], PRIYA.email, PRIYA.phone, "7700900142", PRIYA.help_with]
    (hold,) = tables.rows(
        "select hold.uid, reference from hold join appointment on appointment.id = appointment_id"
        " where appointment.uid = ?",
        uid.replace("-", ""),
    )
    secrets = [*personal, *PRIYA.needs, uid, uid.replace("-", ""), hold["uid"], hold["reference"]]
    own = "".join(booker.frames)
    assert PRIYA.email in own, "the frames are not recorded"
    for stranger in strangers:
        heard = "".join(stranger.frames)
        for secret in secrets:
            assert secret not in heard
    assert "just taken" in "".join(strangers[0].frames), "the frames are not recorded"


def _strangers(people: People, mail: MailServer) -> list[Person]:
    """Put others before every kind of page that stays connected, one before each."""
    watcher, other_clinician, starter, holder, patient = (people(size=DESK) for _ in range(5))
    journeys.open_times(watcher)
    journeys.open_times(other_clinician, clinician=journeys.ANYONE)
    starter.open(routes.with_query(routes.BOOK, clinic=SLUG))
    expect(tile(starter.page, "GP video visit")).to_be_attached()
    journeys.hold(holder, "11:20am")
    visit = journeys.book_visit(people(), mail, kind=journeys.BLOOD_TEST, clinician="any")
    expect(heading(patient.open(visit.link))).to_have_text("Your appointment")
    return [watcher, other_clinician, starter, holder, patient]
