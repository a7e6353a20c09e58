"""Each screen for itself: its words, its structure, its colours, and that everybody can use it."""

import itertools
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from booking_app import pages, routes
from tests.support import looks
from tests.support.browser import DESK, PHONE, Scheme, assert_focus_is_seen, focused
from tests.support.screens import SCREENS, Stage, open_stage

MAIL = "e01-email-confirmed"
ON_THE_SITE = [name for name in SCREENS if name != MAIL]
LOOKS: tuple[tuple[ViewportSize, Scheme], ...] = (
    (PHONE, "light"),
    (PHONE, "dark"),
    (DESK, "light"),
    (DESK, "dark"),
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST: ViewportSize = {"width": 320, "height": 640}
HALF: ViewportSize = {"width": 640, "height": 800}
SPACED = """* {
    line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important;
}
p { margin-bottom: 2em !important; }"""
TARGET = 44
STEP = "Step {} of 5, book an appointment"
CLINIC = " \N{EN DASH} Marlow Street Clinic"
WHEN = "Tuesday 14 July 2026"

TITLES = {
    "p01-type": f"What do you need? {STEP.format(1)}{CLINIC}",
    "p02-clinician": f"Who would you like to see? {STEP.format(2)}{CLINIC}",
    "p03-time": f"Choose a day and time. {STEP.format(3)}{CLINIC}",
    "p04-details": f"Your details. {STEP.format(4)}{CLINIC}",
    "p04e-details-errors": f"Error: Your details. {STEP.format(4)}{CLINIC}",
    "p05-confirm": f"Check and confirm. {STEP.format(5)}{CLINIC}",
    "p06-done": f"Appointment confirmed, {WHEN}{CLINIC}",
    "p07-hold-expired": f"We could not hold your time any longer{CLINIC}",
    "p08-no-times": f"No free times. {STEP.format(3)}{CLINIC}",
    "m03-manage": f"Your appointment, {WHEN}{CLINIC}",
    "m06-cancel": f"Cancel your appointment{CLINIC}",
    "m07-cancelled": f"Your appointment is cancelled{CLINIC}",
    "m08-link-ended": f"This link has ended{CLINIC}",
    "mailbox": f"Mailbox of the demo{CLINIC}",
    "closed": f"Online booking is closed{CLINIC}",
    "help": f"Help with booking{CLINIC}",
    "privacy": f"Privacy{CLINIC}",
    "accessibility": f"Accessibility{CLINIC}",
    "not-found": f"Page not found{CLINIC}",
}
ROUTES = {
    "p01-type": routes.BOOK,
    "p02-clinician": routes.BOOK_WHO,
    "p03-time": routes.BOOK_TIME,
    "p04-details": routes.BOOK_DETAILS,
    "p05-confirm": routes.BOOK_CHECK,
    "p06-done": routes.BOOK_DONE,
    "p07-hold-expired": routes.BOOK_ENDED,
    "m03-manage": routes.MANAGE,
    "m06-cancel": routes.MANAGE_CANCEL,
    "m07-cancelled": routes.MANAGE_CANCELLED,
    "m08-link-ended": routes.LINK_ENDED,
    "mailbox": routes.MAILBOX,
    "help": routes.HELP,
    "privacy": routes.PRIVACY,
    "accessibility": routes.ACCESSIBILITY,
}
BUTTONS: Mapping[str, list[str]] = {
    "p01-type": ["Continue"],
    "p02-clinician": ["Continue"],
    "p03-time": [
        "Previous month, no earlier days",
        "Next month, August 2026",
        "Continue with Tuesday 14 July, 9:20am",
    ],
    "p04-details": ["Continue", "Clear this form and start again"],
    "p04e-details-errors": ["Keep holding", "Continue", "Clear this form and start again"],
    "p05-confirm": ["Confirm appointment", "Do not book this"],
    "p06-done": ["Print"],
    "p07-hold-expired": ["Hold 9:20am again", "Hold this time"],
    "m06-cancel": ["Cancel appointment"],
}
CALL = "Call 01632 960 100\nA person answers from 8am to 6:30pm, Monday to Friday."
MAIN_LINKS: Mapping[str, list[str]] = {
    "p06-done": ["Add to my calendar", "Change or cancel", "01632 960 100"],
    "m06-cancel": ["Back to your appointment", "Keep it"],
    "m07-cancelled": ["Book a new appointment"],
    "m08-link-ended": [CALL],
    "not-found": ["Go to the start", CALL],
}
COLOURS: Mapping[str, tuple[str, str]] = {
    "body": ("backgroundColor", "paper"),
    "h1": ("color", "ink"),
    ".btn--p": ("backgroundColor", "brand"),
    ".btn--d": ("backgroundColor", "danger"),
    ".topbar": ("backgroundColor", "surface"),
    ".hold:not(.hold--low)": ("backgroundColor", "held-tint"),
    ".hold--low": ("backgroundColor", "held-fill"),
    ".err-msg": ("color", "danger"),
    ".slip--ok .slip-stub": ("backgroundColor", "stub"),
}
"""Which token of the design each thing has to show."""


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(browser, tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture(scope="module", params=SCREENS)
def name(request: pytest.FixtureRequest) -> str:
    """Give the name of each screen; all tests of one follow each other."""
    return request.param


@pytest.fixture(scope="module")
def opened(stage: Stage, name: str) -> Page:
    """Open a screen once for all its tests."""
    return SCREENS[name](stage)


@pytest.fixture
def screen(opened: Page, name: str) -> Page:
    """Give a screen at its top, on a phone in daylight."""
    if name in TITLES:
        expect(opened).to_have_title(TITLES[name])  # it may have gone on, as time goes by
    opened.bring_to_front()
    opened.set_viewport_size(PHONE)
    looks.to_the_top(opened)
    looks.light(opened, "light")
    return opened


@pytest.mark.requirement("K-1")
@pytest.mark.parametrize("name", ON_THE_SITE, indirect=True)
def test_it_has_a_title_of_its_own(screen: Page, name: str) -> None:
    expect(screen).to_have_title(TITLES[name])
    others = [title for other, title in TITLES.items() if other != name]
    assert screen.title() not in others


@pytest.mark.requirement("K-1")
@pytest.mark.parametrize("name", ROUTES, indirect=True)
def test_it_is_the_page_of_its_route(screen: Page, name: str) -> None:
    assert urlsplit(screen.url).path == ROUTES[name]


@pytest.mark.requirement("K-1")
def test_every_route_of_the_site_is_among_the_screens() -> None:
    # The root leads on to the only clinic; not found is shown under the address that was asked.
    shown = {*ROUTES.values(), routes.HOME, routes.NOT_FOUND}
    assert {page.route for page in pages.site_map()} == shown


@pytest.mark.requirement("K-1")
def test_the_root_leads_to_the_only_clinic(stage: Stage) -> None:
    page = stage.person(stage.clinic("start")).open(routes.HOME)
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you need?")


def test_it_has_one_first_heading_one_main_part_and_its_language(screen: Page) -> None:
    assert screen.get_by_role("heading", level=1).count() == 1
    assert screen.get_by_role("main").count() == 1
    assert screen.locator("html").get_attribute("lang") == "en-GB"


@pytest.mark.parametrize("name", ON_THE_SITE, indirect=True)
def test_it_has_its_landmarks_its_regions_and_its_headings_in_order(screen: Page) -> None:
    assert screen.get_by_role("banner").count() == 1
    assert screen.get_by_role("contentinfo").count() == 1
    call = screen.get_by_role("banner").get_by_role("link", name="Call 01632 960 100")
    assert call.get_attribute("href") == "tel:+441632960100"
    for region in ("#alerts[role=alert]", "#say[role=status]", "#connection[role=status]"):
        assert screen.locator(region).count() == 1, f"{region} is not there from the start"
    levels = screen.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => +h.tagName[1])")
    steps = [after - before for before, after in itertools.pairwise(levels)]
    assert all(step <= 1 for step in steps), f"a level of headings is left out: {levels}"


def test_its_buttons_and_links_say_what_they_do(screen: Page, name: str) -> None:
    screen.set_viewport_size(DESK)
    buttons = screen.get_by_role("button").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label') ?? one.textContent)"
    )
    assert buttons == BUTTONS.get(name, [])
    links = screen.get_by_role("main").get_by_role("link").all_inner_texts()
    if name in MAIN_LINKS:
        assert links == MAIN_LINKS[name]
    assert not {"here", "click here", "more", ""} & {link.strip().lower() for link in links}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_are_those_of_the_design(screen: Page, scheme: Scheme, name: str) -> None:
    looks.light(screen, scheme)
    token = looks.design_colours(scheme)
    checked = 0
    for selector, (property_, colour) in COLOURS.items():
        shown = screen.locator(selector)
        if shown.count():
            checked += 1
            assert looks.computed(shown.first, property_) == token[colour], selector
    assert checked >= (2 if name == MAIL else 3)


def test_axe_finds_nothing_at_both_widths_in_light_and_dark(screen: Page) -> None:
    for size, scheme in LOOKS:
        screen.set_viewport_size(size)
        looks.light(screen, scheme)
        found = Axe().run(
            screen,
            options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]},
        )
        assert found.violations_count == 0, f"{size}, {scheme}:\n{found.generate_report()}"


def test_it_fits_320_pixels_and_bears_large_and_spaced_text(screen: Page) -> None:
    screen.set_viewport_size(SMALLEST)
    assert looks.overflow(screen) == [], "at 320 pixels"
    spaced = screen.add_style_tag(content=SPACED)
    assert looks.overflow(screen) == [], "with the text spacing of WCAG 1.4.12"
    spaced.evaluate("one => one.remove()")
    screen.set_viewport_size(HALF)
    large = screen.add_style_tag(content="html { font-size: 200% !important; }")
    assert looks.overflow(screen) == [], "with text of twice the size"
    large.evaluate("one => one.remove()")


@pytest.mark.parametrize("name", ON_THE_SITE, indirect=True)
def test_everything_to_touch_is_large_enough_on_a_phone(screen: Page) -> None:
    assert looks.small_targets(screen, least=TARGET) == []


@pytest.mark.parametrize("name", ON_THE_SITE, indirect=True)
def test_every_stop_of_the_tab_key_shows_a_ring_and_is_not_covered(screen: Page) -> None:
    stops: list[str] = []
    for _ in range(60):
        screen.keyboard.press("Tab")
        here = focused(screen)
        if here.startswith("<body") or (stops and here == stops[0]):
            break
        assert_focus_is_seen(screen)
        assert not looks.is_focus_covered(screen), f"something lies over {here}"
        stops.append(here)
    assert len(stops) >= 5
    assert "Skip to main content" in stops[0]


@pytest.mark.requirement("K-1")
@pytest.mark.parametrize("name", ON_THE_SITE, indirect=True)
def test_it_has_complained_of_nothing(screen: Page, stage: Stage, name: str) -> None:
    """No script failed, no file was missing, and nothing went against the security policy."""
    expect(screen.get_by_role("heading", level=1)).to_be_visible()
    own = {"m08-link-ended", "not-found"}  # the answer to what does not exist is a complaint
    complaints = stage.complaints(screen)
    assert complaints == [] or name in own
    assert all("status of 404" in complaint for complaint in complaints)
