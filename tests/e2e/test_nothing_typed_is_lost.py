"""Whatever happens to the server, the network or the page, what a person entered is still there.

Each test puts one person at every step of the booking, lets the same thing happen to all of
them, compares every field, and lets each go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK, PATIENCE_MS, Person, eventually
from tests.support.journeys import PRIYA, VIDEO, Typed, choose, heading, tile
from tests.support.server import LiveServer

OFFLINE_MS = 40_000
OFFLINE = "You are offline. We will reconnect by ourselves. What you typed is safe on this page."
MORE = replace(PRIYA, help_with="Headaches for 3 weeks, and since yesterday a stiff neck")


@dataclass(frozen=True)
class Step:
    """A step with everything entered; ``then`` is the heading to which its main button leads."""

    enter: Callable[[Person], object]
    read: Callable[[Page], object]
    button: str
    then: str


def _choose_type(person: Person) -> None:
    page = person.open(routes.with_query(routes.BOOK, clinic=SLUG))
    choose(tile(page, "GP visit at the clinic"))
    expect(page.get_by_role("region", name="Your appointment so far")).to_contain_text("GP visit")


def _choose_clinician(person: Person) -> None:
    page = person.open(routes.with_query(routes.BOOK_WHO, clinic=SLUG, type=VIDEO))
    choose(tile(page, "Dr Yusuf Demir"))
    expect(page.get_by_role("region", name="Your appointment so far")).to_contain_text("Demir")


def _choose_time(person: Person) -> None:
    page = journeys.open_times(person)
    choose(tile(page, "Wednesday 15 July"))
    expect(page.get_by_role("heading", name="Wednesday 15 July")).to_be_visible()
    choose(tile(page, journeys.free_times(page)[-1]))
    expect(page.get_by_role("region", name="Your choice")).to_contain_text("Wednesday 15 July")


def _type_details(person: Person) -> None:
    journeys.fill_details(journeys.hold(person, "9:40am"))


def _look_once_more(person: Person) -> None:
    page = journeys.hold(person, "10:20am")
    journeys.fill_details(page)
    journeys.continue_to_check(page)
    choose(page.get_by_role("checkbox", name="Send me reminders by email"))


def _marked(page: Page) -> list[str]:
    """Return the values of all marked radios, once there are any."""
    marked = page.locator("input[type=radio]:checked")
    expect(marked.first).to_be_attached()
    return marked.evaluate_all("all => all.map(one => one.value)")


def _answers(page: Page) -> tuple[list[str], bool]:
    answers = page.locator("dl.sum dd:nth-of-type(1)")
    expect(answers.filter(has_text=PRIYA.email)).to_be_visible()
    wanted = page.get_by_role("checkbox", name="Send me reminders by email")
    return answers.all_inner_texts(), wanted.is_checked()


STEPS = {
    "type": Step(_choose_type, _marked, "Continue", "Who would you like to see?"),
    "clinician": Step(_choose_clinician, _marked, "Continue", "Choose a day and time"),
    "time": Step(_choose_time, _marked, "Continue", "Your details"),
    "details": Step(_type_details, journeys.typed_on, "Continue", "Check and confirm"),
    "check": Step(
        _look_once_more, _answers, "Confirm appointment", "Your appointment is confirmed"
    ),
}

Entered = dict[str, tuple[Person, object]]


@pytest.fixture
def entered(people: People) -> Entered:
    """Give somebody at each step who has entered all there is, and what the page then showed."""
    at: Entered = {}
    for name, step in STEPS.items():
        person = people(size=DESK)
        step.enter(person)
        at[name] = (person, step.read(person.page))
    return at


def _assert_all_is_there(entered: Entered) -> None:
    for name, (person, before) in entered.items():
        _assert_shows(person.page, name, before)


def _assert_shows(page: Page, name: str, before: object) -> None:
    read = STEPS[name].read
    eventually(
        lambda: read(page) == before,
        seconds=PATIENCE_MS / 1_000,
        what=f"all that was entered at the {name} step is there",
    )


def _assert_all_can_go_on(entered: Entered) -> None:
    """Go on everywhere; what the next page says comes from the server, not from the form."""
    for name, (person, before) in entered.items():
        step = STEPS[name]
        person.page.get_by_role("button", name=step.button).click()
        expect(heading(person.page)).to_have_text(step.then)
        if isinstance(before, Typed):
            answers = person.page.locator("dl.sum")
            for words in (before.email, before.phone, before.help_with, *before.needs):
                expect(answers).to_contain_text(words)
            expect(answers).to_contain_text(f"{before.first_name} {before.last_name}")
            expect(answers).to_contain_text("4 November 1991")


@pytest.mark.requirement("S2-4")
def test_a_reload_loses_nothing(entered: Entered) -> None:
    for person, _before in entered.values():
        person.page.reload()
    _assert_all_is_there(entered)
    _assert_all_can_go_on(entered)


@pytest.mark.requirement("S2-4")
def test_a_second_tab_shows_the_same(entered: Entered) -> None:
    for name, (person, before) in entered.items():
        second = person.new_tab()
        second.goto(person.page.url)
        _assert_shows(second, name, before)
    _assert_all_is_there(entered)
    _assert_all_can_go_on(entered)


@pytest.mark.requirement("K-2")
@pytest.mark.requirement("K-3")
def test_a_server_that_dies_takes_nothing_with_it(entered: Entered, clinic: LiveServer) -> None:
    clinic.kill()
    for person, _before in entered.values():
        expect(person.page.locator("#connection")).to_contain_text(OFFLINE)
    details = entered["details"][0]
    expect(details.page.locator("#connection")).to_contain_text("Your time is still held until 3:5")
    journeys.box(details.page, "help_with").fill(MORE.help_with)
    entered["details"] = (details, MORE)

    clinic.start()

    for person, _before in entered.values():
        expect(person.page.locator("#connection")).not_to_contain_text(OFFLINE)
    _assert_all_is_there(entered)
    for person, _before in entered.values():
        person.page.reload()
    _assert_all_is_there(entered)
    _assert_all_can_go_on(entered)


@pytest.mark.requirement("K-2")
def test_forty_seconds_without_a_network_lose_nothing(entered: Entered) -> None:
    for person, _before in entered.values():
        person.context.set_offline(True)
    for person, _before in entered.values():
        expect(person.page.locator("#connection")).to_contain_text(OFFLINE)
    details = entered["details"][0]
    journeys.box(details.page, "help_with").fill(MORE.help_with)
    entered["details"] = (details, MORE)
    details.page.wait_for_timeout(OFFLINE_MS)  # how long the network is away, not a guess

    for person, _before in entered.values():
        person.context.set_offline(False)

    for person, _before in entered.values():
        expect(person.page.locator("#connection")).not_to_contain_text(OFFLINE)
    _assert_all_is_there(entered)
    _assert_all_can_go_on(entered)
