"""Every screen of the patient's side, reached as people reach it, each left open in a browser.

The screens that the design draws have the names of its mockups (design/mockups).
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.support import journeys
from tests.support.browser import DESK, Person
from tests.support.demo_clinic import ANCHOR, serving_demo
from tests.support.journeys import PRIYA, VIDEO, Typed, choose, heading, tile
from tests.support.server import LiveServer
from tests.support.tables import Tables

HOLD = timedelta(minutes=15)
EARLIER = timedelta(minutes=30)
NEARLY_OVER = timedelta(minutes=13, seconds=2)
"""After this much of a hold, "Keep holding" is offered; the screen lasts two minutes from there."""
WITH_ERRORS = Typed(month="", email="priya.raman@example", phone="", help_with="", needs=())


@dataclass
class Stage:
    """Demo clinics, one for each course of events, and the people in front of them."""

    browser: Browser
    folder: Path
    _clinics: dict[str, LiveServer] = field(default_factory=dict)
    _people: list[Person] = field(default_factory=list)
    _booked: Person | None = None
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def clinic(self, name: str) -> LiveServer:
        """Return the clinic of that name, which begins at 3:12pm, half an hour before the pictures."""
        if name not in self._clinics:
            folder = self.folder / name
            folder.mkdir()
            serving = serving_demo(folder, environment="demo", now=ANCHOR - EARLIER)
            self._clinics[name] = self._open.enter_context(serving)
        return self._clinics[name]

    def person(self, clinic: LiveServer) -> Person:
        self._people.append(Person(self.browser, clinic.url, size=DESK))
        return self._people[-1]

    def at_anchor(self, name: str) -> tuple[LiveServer, Person]:
        """Return the clinic at the moment of the pictures, and somebody new before it."""
        clinic = self.clinic(name)
        clinic.set_clock(ANCHOR)
        return clinic, self.person(clinic)

    def booked(self) -> Person:
        """Return somebody who has booked 9:20am tomorrow in the clinic of that name."""
        if self._booked is None:
            self._booked = self.person(self.clinic("booked"))
            journeys.book(self._booked, "9:20am")
        return self._booked

    def complaints(self, page: Page) -> list[str]:
        """Return what the pages of this browser have complained of so far."""
        return next(p.complaints for p in self._people if p.context is page.context)

    def close(self) -> None:
        for person in self._people:
            person.leave()
        self._open.close()


def _type(stage: Stage) -> Page:
    _, person = stage.at_anchor("start")
    page = person.open(routes.booking_page(SLUG))
    choose(tile(page, "GP video visit"))
    expect(_slip(page)).to_contain_text("GP video visit")
    return page


def _clinician(stage: Stage) -> Page:
    _, person = stage.at_anchor("start")
    page = person.open(routes.with_query(routes.BOOK_WHO, clinic=SLUG, type=VIDEO))
    expect(tile(page, "Anyone who is free")).to_be_checked()
    return page


def _time(stage: Stage) -> Page:
    clinic, person = stage.at_anchor("start")
    page = journeys.open_times(person, clinician=journeys.ANYONE)
    choose(tile(page, "9:20am"))
    expect(page.get_by_role("region", name="Your choice")).to_contain_text("9:20am")
    journeys.hold(stage.person(clinic), "10:40am", clinician=journeys.ANYONE)
    expect(tile(page, "10:40am")).to_be_disabled()
    return page


def _details(stage: Stage) -> Page:
    _, person = stage.at_anchor("booking")
    page = journeys.hold(person, "9:20am")
    journeys.fill_details(page, Typed(phone="", help_with="", needs=()))
    return page


def _check(stage: Stage) -> Page:
    _, person = stage.at_anchor("booking")
    page = journeys.hold(person, "9:40am")
    journeys.fill_details(page, Typed(needs=()))
    journeys.continue_to_check(page)
    return page


def _hold_ended(stage: Stage) -> Page:
    clinic, person = stage.at_anchor("ended")
    page = journeys.hold(person, "9:20am")
    clinic.set_clock(ANCHOR + HOLD)
    expect(page.get_by_role("button", name="Hold 9:20am again")).to_be_visible()
    return page


def _details_with_errors(stage: Stage) -> Page:
    clinic, person = stage.at_anchor("late")
    page = journeys.hold(person, "9:20am")
    clinic.set_clock(ANCHOR + NEARLY_OVER)
    page.reload()
    expect(page.get_by_role("button", name="Keep holding")).to_be_visible()
    journeys.fill_details(page, WITH_ERRORS)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    return page


def _no_times(stage: Stage) -> Page:
    clinic, person = stage.at_anchor("booking")
    tables = _tables(clinic)
    tables.change(
        "update availability_window set is_active = 0"
        " where clinician_id = (select id from clinician where slug = 'carys-bevan')"
    )
    tables.change("update resource set rev = rev + 1")
    page = person.open(journeys.times_address(clinician="carys-bevan", day=""))
    expect(heading(page)).to_have_text("No free times with Dr Bevan")
    return page


def _done(stage: Stage) -> Page:
    return stage.booked().page


def _mailbox(stage: Stage) -> Page:
    stage.booked()
    page = stage.person(stage.clinic("booked")).open(routes.MAILBOX)
    expect(page.get_by_role("link", name=PRIYA.email)).to_be_visible(timeout=15_000)
    return page


def _mail(stage: Stage) -> Page:
    page = _mailbox(stage)
    page.get_by_role("link", name=PRIYA.email).click()
    expect(heading(page)).to_have_text("Your appointment is confirmed")
    # The mailbox shows a mail in a sandbox where nothing runs, not even what looks at the page.
    mail = page.context.new_page()
    mail.set_content(page.content())
    return mail


def _manage_link(stage: Stage) -> str:
    return _mail(stage).locator("a[href*='/m/']").first.get_attribute("href") or ""


def _manage(stage: Stage) -> Page:
    link = _manage_link(stage)  # booked before the moment of the pictures, out of its grace then
    _, person = stage.at_anchor("booked")
    page = person.open(link)
    expect(page.get_by_role("link", name="Cancel this appointment")).to_be_visible()
    return page


def _cancel(stage: Stage) -> Page:
    page = _manage(stage)
    page.get_by_role("link", name="Cancel this appointment").click()
    expect(page.get_by_role("main")).to_contain_text("This counts as a late cancellation.")
    choose(tile(page, "I cannot make this time"))
    return page


def _cancelled(stage: Stage) -> Page:
    clinic = stage.clinic("cancelled")
    person = stage.person(clinic)
    journeys.book(person, "9:20am")
    clinic.set_clock(ANCHOR)
    page = person.open(routes.with_query(routes.MANAGE, a=journeys.appointment_in(person.page)))
    journeys.cancel(page)
    expect(page.get_by_role("region", name="Cancelled appointment")).to_be_visible()
    return page


def _link_ended(stage: Stage) -> Page:
    return _plain(stage, "/m/no-such-link", "This link has ended")


def _plain(stage: Stage, address: str, title: str) -> Page:
    _, person = stage.at_anchor("start")
    page = person.open(address)
    expect(heading(page)).to_have_text(title)
    expect(page.get_by_role("banner")).to_contain_text("Marlow Street Clinic")
    return page


def _closed(stage: Stage) -> Page:
    clinic, person = stage.at_anchor("closed")
    _tables(clinic).change("update settings set online_booking_enabled = 0")
    page = person.open(routes.booking_page(SLUG))
    expect(heading(page)).to_have_text("Online booking is closed")
    return page


def _tables(clinic: LiveServer) -> Tables:
    return Tables(Path(clinic.database_url.removeprefix("sqlite+aiosqlite:///")))


def _slip(page: Page) -> Locator:
    return page.get_by_role("region", name="Your appointment so far")


SCREENS: dict[str, Callable[[Stage], Page]] = {
    "p01-type": _type,
    "p02-clinician": _clinician,
    "p03-time": _time,
    "p04-details": _details,
    "p05-confirm": _check,
    "p04e-details-errors": _details_with_errors,
    "p06-done": _done,
    "p07-hold-expired": _hold_ended,
    "p08-no-times": _no_times,
    "e01-email-confirmed": _mail,
    "m03-manage": _manage,
    "m06-cancel": _cancel,
    "m07-cancelled": _cancelled,
    "m08-link-ended": _link_ended,
    "mailbox": _mailbox,
    "closed": _closed,
    "help": lambda stage: _plain(stage, routes.HELP, "Help with booking"),
    "privacy": lambda stage: _plain(stage, routes.PRIVACY, "Privacy"),
    "accessibility": lambda stage: _plain(stage, routes.ACCESSIBILITY, "Accessibility"),
    "not-found": lambda stage: _plain(stage, "/no/such/page", "Page not found"),
}
"""How each screen is reached, in whatever order."""


@contextlib.contextmanager
def open_stage(browser: Browser, folder: Path) -> Iterator[Stage]:
    """Give a stage for the length of a block."""
    stage = Stage(browser, folder)
    try:
        yield stage
    finally:
        stage.close()
