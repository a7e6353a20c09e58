"""Nobody touches anything, only time goes by: the jobs of the running server do what is due."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK, eventually
from tests.support.demo_clinic import ANCHOR
from tests.support.journeys import heading, tile
from tests.support.mail_server import MailServer
from tests.support.mails import PATIENCE_SECONDS, wait_for_mail
from tests.support.server import LiveServer
from tests.support.tables import Tables

FRIDAY = "2026-07-17"
HOLD = timedelta(minutes=15)
REMINDED_BEFORE = timedelta(hours=48)
A_MOMENT = timedelta(seconds=1)


@pytest.mark.requirement("S2-5")
@pytest.mark.requirement("K-4")
def test_a_hold_ends_and_is_pushed_and_invite_and_reminder_are_sent_once(
    people: People, clinic: LiveServer, mail: MailServer, tables: Tables
) -> None:
    visit = journeys.book_visit(people(), mail, day=FRIDAY)
    assert wait_for_mail(mail, visit.typed.email).invite.get_param("method") == "REQUEST"
    watched = journeys.open_times(people(size=DESK))
    holding = journeys.hold(people(), "9:20am")
    expect(tile(watched, "9:20am, just taken")).to_be_disabled()

    clinic.set_clock(clinic.now + HOLD + A_MOMENT)

    expect(tile(watched, "9:20am")).to_be_enabled()
    expect(heading(holding)).to_have_text("We could not hold your time any longer")
    ended = "select release_reason from hold order by id desc limit 1"
    assert tables.rows(ended) == [{"release_reason": "timeout"}]

    (row,) = tables.rows("select starts_at from appointment where uid = ?", visit.key)
    starts_at = datetime.fromisoformat(row["starts_at"]).replace(tzinfo=UTC)
    assert starts_at - REMINDED_BEFORE > ANCHOR
    assert len(_mails_to(visit.typed.email, mail)) == 1
    clinic.set_clock(starts_at - REMINDED_BEFORE)
    reminder = wait_for_mail(mail, visit.typed.email, 2)

    assert reminder.subject == "Your appointment is on Friday 17 July"
    assert reminder.manage_link == visit.link
    eventually(
        lambda: not tables.rows("select id from outbox_item where state in ('queued', 'leased')"),
        seconds=PATIENCE_SECONDS,
        what="all is sent",
    )
    assert len(_mails_to(visit.typed.email, mail)) == 2


def _mails_to(email: str, mail: MailServer) -> list[str]:
    return [str(one.message["Subject"]) for one in mail.received if email in one.recipients]
