"""The link in the mail: it opens one visit, tells nobody else, and looking changes nothing."""

import http.client
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from booking_app import routes
from tests.e2e.conftest import People
from tests.support import journeys
from tests.support.browser import DESK, Person
from tests.support.journeys import Visit, heading
from tests.support.mail_server import MailServer
from tests.support.server import LiveServer
from tests.support.tables import Tables

# What may move when somebody only looks: counters, who looked when, and which browser may look.
LOOKING = frozenset(
    {
        "audit_event",
        "rate_counter",
        "visitor_grant",
        "visitor_session",
        "manage_link.last_used_at",
        "manage_link.uses",
    }
)


@pytest.fixture
def mail(shared_mail: MailServer) -> MailServer:
    return shared_mail


@pytest.fixture
def clinic(shared_clinic: LiveServer) -> LiveServer:
    return shared_clinic


@pytest.fixture
def booked(standing_visit: Visit) -> Visit:
    return standing_visit


def _see_link_ended(person: Person, link: str) -> str:
    """Open a link that does not work, and return what the page says."""
    answer = person.page.goto(link)
    assert answer is not None
    assert answer.status == 404
    assert urlsplit(person.page.url).path == routes.LINK_ENDED
    expect(heading(person.page)).to_have_text("This link has ended")
    expect(person.page.get_by_role("main").get_by_role("link")).to_contain_text("01632 960 100")
    return person.page.get_by_role("main").inner_text()


@pytest.mark.requirement("S0-1")
@pytest.mark.requirement("S0-22")
def test_it_opens_the_visit_in_a_clean_browser_without_signing_in(
    people: People, booked: Visit
) -> None:
    page = people().open(booked.link)
    expect(heading(page)).to_have_text("Your appointment")
    visit = page.get_by_role("region", name="Your appointment")
    expect(visit).to_contain_text("Tuesday 14 July 2026")
    assert page.url.endswith(routes.with_query(routes.MANAGE, a=booked.uid))


@pytest.mark.requirement("S0-1")
def test_the_token_is_long_and_only_its_digest_is_stored(booked: Visit, tables: Tables) -> None:
    assert len(booked.token) * 6 >= 128
    assert booked.token not in str(tables.everything())
    (link,) = tables.rows(
        "select token_sha256 from manage_link join appointment on appointment.id = appointment_id"
        " where appointment.uid = ?",
        booked.key,
    )
    assert len(link["token_sha256"]) in {32, 64}


@pytest.mark.requirement("S0-1")
def test_two_visits_have_different_links_which_live_side_by_side_in_one_browser(
    people: People, booked: Visit, mail: MailServer
) -> None:
    other = journeys.book_visit(people(), mail)
    assert other.link != booked.link

    person = people()
    person.open(booked.link)
    person.open(other.link)
    first, second = person.page, person.new_tab()
    first.goto(routes.with_query(routes.MANAGE, a=booked.uid))
    second.goto(routes.with_query(routes.MANAGE, a=other.uid))

    expect(first.get_by_role("region", name="Your appointment")).to_contain_text(booked.time)
    expect(second.get_by_role("region", name="Your appointment")).to_contain_text(other.time)


@pytest.mark.requirement("S0-1")
def test_the_link_of_one_visit_never_opens_another(
    people: People, booked: Visit, mail: MailServer
) -> None:
    other = journeys.book_visit(people(), mail)
    person = people()
    person.open(booked.link)
    instead = {
        routes.MANAGE: "This link has ended",
        routes.MANAGE_CANCEL: "This link has ended",
        routes.MANAGE_CANCELLED: "This link has ended",
        routes.BOOK_DONE: "What do you need?",
    }
    for route, title in instead.items():
        person.open(routes.with_query(route, a=other.uid))
        expect(heading(person.page)).to_have_text(title)
        expect(person.page.get_by_role("main")).not_to_contain_text(other.time)
    refused = person.context.request.get(routes.calendar_file(other.uid))
    assert refused.status == 404


@pytest.mark.requirement("S0-1")
def test_unknown_damaged_shortened_and_revoked_links_all_get_the_one_page(
    people: People, mail: MailServer, tables: Tables
) -> None:
    booked = journeys.book_visit(people(), mail)
    person = people()
    swapped = "A" if booked.token[5] != "A" else "B"
    bad = {
        "unknown": booked.link.replace(booked.token, "x" * len(booked.token)),
        "damaged": booked.link.replace(
            booked.token, f"{booked.token[:5]}{swapped}{booked.token[6:]}"
        ),
        "shortened": booked.link[:-3],
        "one letter": booked.link.replace(booked.token, "x"),
        "not a token at all": booked.link.replace(booked.token, "<script>"),
    }
    said = {kind: _see_link_ended(person, link) for kind, link in bad.items()}
    tables.change(
        "update manage_link set revoked_at = created_at where appointment_id ="
        " (select id from appointment where uid = ?)",
        booked.key,
    )
    said["revoked"] = _see_link_ended(person, booked.link)

    assert len(set(said.values())) == 1, said
    words = said["revoked"]
    assert not re.search(r"\b20\d\d\b|July|Raman|Priya", words), "it tells something of the visit"


@pytest.mark.requirement("S0-1")
def test_the_token_is_in_no_address_no_title_no_referer_and_no_log(
    people: People, booked: Visit, clinic: LiveServer
) -> None:
    person = people()
    page = person.open(booked.link)
    expect(heading(page)).to_have_text("Your appointment")
    page.get_by_role("link", name="Cancel this appointment").click()
    expect(heading(page)).to_have_text("Do you want to cancel this appointment?")
    page.get_by_role("link", name="Privacy").click()
    expect(heading(page)).to_have_text("Privacy")

    assert booked.token not in page.url
    assert booked.token not in page.title()
    assert booked.token not in page.content()
    assert page.evaluate("() => document.referrer") == ""
    headers = [request.all_headers() for request in person.requests]
    assert len(headers) > 1
    assert not any("referer" in header for header in headers)
    assert not any(booked.token in frame for frame in person.frames)
    assert booked.token not in clinic.output()
    with_token = [request.url for request in person.requests if booked.token in request.url]
    assert with_token == [booked.link]


def _ask(link: str, method: str, headers: dict[str, str]) -> int:
    """Ask for the link as a program does that is no browser, and follow where it leads."""
    address = urlsplit(link)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 80, timeout=10)
    try:
        connection.request(method, address.path, headers={"Host": address.netloc, **headers})
        answer = connection.getresponse()
        answer.read()
        onward = answer.getheader("Location")
        if onward and method == "GET":
            connection.request("GET", onward, headers={"Host": address.netloc})
            connection.getresponse().read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.requirement("S0-4")
@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Moz": "prefetch"}),
        ("OPTIONS", {}),
    ],
    ids=["get", "head", "prerender", "prefetch", "old prefetch", "options"],
)
def test_programs_that_look_at_the_link_change_nothing(
    booked: Visit, tables: Tables, method: str, headers: dict[str, str]
) -> None:
    before = tables.everything(but=LOOKING)
    for _ in range(3):
        assert _ask(booked.link, method, headers) < 600
    assert tables.everything(but=LOOKING) == before


@pytest.mark.requirement("S0-4")
def test_a_scanner_that_runs_scripts_and_follows_links_but_presses_nothing_changes_nothing(
    people: People, booked: Visit, tables: Tables
) -> None:
    before = tables.everything(but=LOOKING)
    scanner = people(size=DESK)
    page = scanner.open(booked.link)
    expect(heading(page)).to_have_text("Your appointment")
    for address in _own_links(page):
        scanner.open(address)
        expect(heading(page)).to_be_visible()
        page.mouse.move(200, 300)
        page.mouse.wheel(0, 2_000)
    assert tables.everything(but=LOOKING) == before
    (visit,) = tables.rows("select status from appointment where uid = ?", booked.key)
    assert visit["status"] == "confirmed"


def _own_links(page: Page) -> set[str]:
    expect(page.get_by_role("link", name="Cancel this appointment")).to_be_visible()
    links = page.locator("a[href^='/']:not([download])")
    found = set(links.evaluate_all("all => all.map(one => one.getAttribute('href'))"))
    assert any(address.startswith(routes.MANAGE_CANCEL) for address in found)
    return found


@pytest.mark.requirement("S0-1")
def test_a_wrong_link_still_leads_to_a_page_that_is_whole(people: People) -> None:
    person = people()
    _see_link_ended(person, "/m/nothing-at-all")
    assert [line for line in person.complaints if "404" not in line] == []
