"""What people do on the booking page, in their own words, step by step.

Addresses with `type`, `clinician` and `day` are what a clinic may link to, so a journey may begin
in the middle.
"""

import itertools
import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.support.browser import Person
from tests.support.mail_server import MailServer
from tests.support.mails import wait_for_mail

TOMORROW = "2026-07-14"
VIDEO, BLOOD_TEST = "gp-video", "blood-test"
DR_OSEI, ANYONE = "amara-osei", "any"


@dataclass(frozen=True)
class Typed:
    """All that the details step asks, as somebody types it."""

    first_name: str = "Priya"
    last_name: str = "Raman"
    day: str = "4"
    month: str = "11"
    year: str = "1991"
    email: str = "priya.raman@example.org"
    phone: str = "07700 900142"
    help_with: str = "Headaches for 3 weeks"
    needs: tuple[str, ...] = ("Someone to join the visit with me",)


PRIYA = Typed()
LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "day": "Day",
    "month": "Month",
    "year": "Year",
    "email": "Email address",
    "phone": "Mobile phone number (optional)",
    "help_with": "What would you like help with? (optional)",
}
"""The label of each box, in the order of the page."""


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def say(page: Page) -> Locator:
    """Return the polite region of the page."""
    return page.locator("#say")


def tile(page: Page, name: str) -> Locator:
    """Return the radio of a day, a time or a row by the start of its name."""
    return page.get_by_role("radio", name=re.compile("^" + re.escape(name)))


def free_times(page: Page) -> list[str]:
    """Return the times of the day on the screen that can be chosen, as they read."""
    tiles = page.locator("label.slot:has(input:enabled) > span")
    expect(tiles.first).to_be_visible()
    return tiles.all_inner_texts()


def choose(radio: Locator) -> None:
    """Click what is seen of a radio or a check box: its label."""
    radio.locator("xpath=ancestor::label").click()


def times_address(
    *, kind: str = VIDEO, clinician: str = DR_OSEI, day: str = TOMORROW, clinic: str = SLUG
) -> str:
    """Return the address of the time step with these choices made."""
    return routes.with_query(
        routes.BOOK_TIME, clinic=clinic, type=kind, clinician=clinician, day=day
    )


def open_times(person: Person, **choices: str) -> Page:
    """Look at the times of one day; see times_address."""
    page = person.open(times_address(**choices))
    expect(heading(page)).to_have_text("Choose a day and time")
    expect(page.locator("label.slot > input").first).to_be_attached()
    return page


def hold(person: Person, time: str, **choices: str) -> Page:
    """Choose a time and continue; the page then asks for details."""
    page = open_times(person, **choices)
    hold_tile(page, time)
    return page


def hold_tile(page: Page, time: str) -> None:
    """Continue with a time of the day that is shown."""
    choose(tile(page, time))
    button = page.get_by_role("button", name=re.compile(f"^Continue with .*{re.escape(time)}"))
    button.click()
    expect(heading(page)).to_have_text("Your details")
    expect(strip(page)).to_contain_text("until")


def strip(page: Page) -> Locator:
    """Return the strip that says how long a time is held."""
    return page.get_by_role("region", name="Time held for you")


def box(page: Page, field: str) -> Locator:
    return page.get_by_label(LABELS[field], exact=True)


def fill_details(page: Page, typed: Typed = PRIYA) -> None:
    """Type everything, box by box."""
    for field in LABELS:
        box(page, field).fill(getattr(typed, field))
    for need in typed.needs:
        choose(page.get_by_role("checkbox", name=need))


def typed_on(page: Page) -> Typed:
    """Return what stands in the boxes now."""
    needs = page.locator("input[name=needs]:checked").evaluate_all("all => all.map(x => x.value)")
    return Typed(**{field: box(page, field).input_value() for field in LABELS}, needs=tuple(needs))


def continue_to_check(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(heading(page)).to_have_text("Check and confirm")


def confirm(page: Page) -> str:
    """Press the one button that books, and return the appointment's uid."""
    page.get_by_role("button", name="Confirm appointment").click()
    expect(heading(page)).to_have_text("Your appointment is confirmed")
    expect(page.get_by_role("region", name="Your appointment")).to_contain_text("Reference")
    return appointment_in(page)


def appointment_in(page: Page) -> str:
    """Return the uid of the appointment that the page's address names."""
    return parse_qs(urlsplit(page.url).query)["a"][0]


def book(person: Person, time: str, typed: Typed = PRIYA, **choices: str) -> str:
    """Book a time from the time step to the confirmation, and return the appointment's uid."""
    page = hold(person, time, **choices)
    fill_details(page, typed)
    continue_to_check(page)
    return confirm(page)


@dataclass(frozen=True)
class Visit:
    """An appointment that somebody has booked: when, what they typed, and the link from its mail."""

    uid: str
    time: str
    typed: Typed
    link: str

    @property
    def token(self) -> str:
        return self.link.rpartition("/")[2]

    @property
    def key(self) -> str:
        """Return the uid as SQLite keeps it."""
        return self.uid.replace("-", "")


_numbers = itertools.count(100)


def book_visit(person: Person, mail: MailServer, **choices: str) -> Visit:
    """Book the first free time, as a patient whom the clinic has not seen, and wait for the mail.

    The person's browser may see the visit then; whoever has only the link needs another one.
    """
    time = free_times(open_times(person, **choices))[0]
    number = next(_numbers)
    typed = replace(PRIYA, email=f"patient.{number}@example.org", phone=f"07700 900{number}")
    uid = book(person, time, typed, **choices)
    return Visit(uid, time, typed, wait_for_mail(mail, typed.email).manage_link)


def cancel(page: Page) -> None:
    """Cancel from the page of the appointment: one press to be asked, one to do it."""
    page.get_by_role("link", name="Cancel this appointment").click()
    expect(heading(page)).to_have_text("Do you want to cancel this appointment?")
    page.get_by_role("button", name="Cancel appointment").click()
    expect(heading(page)).to_have_text("Your appointment is cancelled")
