"""Somebody who has set their browser's text to twice its size, on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.support.browser import Person
from tests.support.server import LiveServer

_OUTSIDE = """() => [...document.querySelectorAll("main *, .paybar *")]
    .filter((one) => !one.closest(".sr") && one.checkVisibility()
        && one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .map((one) => one.outerHTML.slice(0, 120))"""
_SPILLED = """() => [...document.querySelectorAll(".day > b, .day > span, .day > small, .wd, .slot > *:not(.sr)")]
    .filter((one) => one.checkVisibility())
    .filter((one) => {
        const text = document.createRange();
        text.selectNodeContents(one);
        const inner = text.getBoundingClientRect();
        const cell = (one.closest(".day, .slot") ?? one).getBoundingClientRect();
        return inner.left < cell.left - 1 || inner.right > cell.right + 1;
    })
    .map((one) => one.outerHTML.slice(0, 120))"""


def open_times(person: Person) -> Page:
    page = person.open(
        routes.with_query(routes.BOOK_TIME, clinic=SLUG, type="gp-video", clinician="any")
    )
    expect(page.locator("label.slot").first).to_be_visible()
    page.locator("label.slot").first.click()
    expect(page.locator(".paybar b")).to_contain_text("July")
    return page


@pytest.mark.parametrize("width", [390, 320])
def test_days_times_and_the_bar_fit_a_phone_with_text_of_twice_the_size(
    browser: Browser, shared_clinic: LiveServer, width: int
) -> None:
    person = Person(browser, shared_clinic.url, size={"width": width, "height": 844})
    page = open_times(person)
    page.add_style_tag(content="html { font-size: 200% }")
    assert page.evaluate("document.scrollingElement.scrollWidth") == width
    assert page.evaluate(_OUTSIDE) == []
    assert page.evaluate(_SPILLED) == []
    person.leave()


def test_on_a_phone_with_usual_text_three_times_stand_beside_each_other(
    browser: Browser, shared_clinic: LiveServer
) -> None:
    person = Person(browser, shared_clinic.url, size={"width": 320, "height": 640})
    page = open_times(person)
    tops = page.locator("label.slot").evaluate_all(
        "tiles => tiles.slice(0, 4).map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert tops[0] == tops[1] == tops[2] < tops[3]
    expect(page.locator("label.day span").first).to_be_visible()
    person.leave()
