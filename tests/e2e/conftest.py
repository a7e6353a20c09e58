"""People, servers and mail for the browser tests."""

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Unpack

import pytest
from playwright.sync_api import Browser, expect

from tests.support import journeys
from tests.support.browser import PATIENCE_MS, Looks, Person
from tests.support.demo_clinic import serving_demo
from tests.support.journeys import Visit, heading
from tests.support.mail_server import MailServer, running_mail_server
from tests.support.server import LiveServer
from tests.support.tables import Tables

FAILURES = Path(__file__).resolve().parents[2] / "build" / "e2e"

People = Callable[..., Person]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def shared_mail() -> Iterator[MailServer]:
    """Give a real mail server that `shared_clinic` sends to."""
    with running_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def shared_clinic(
    tmp_path_factory: pytest.TempPathFactory, shared_mail: MailServer
) -> Iterator[LiveServer]:
    """Serve the demo clinic for a module whose tests leave its clock and each other's visits alone."""
    folder = tmp_path_factory.mktemp("clinic")
    with serving_demo(folder, settings=mail_settings(shared_mail)) as server:
        yield server


@pytest.fixture(scope="module")
def standing_visit(
    browser: Browser, shared_clinic: LiveServer, shared_mail: MailServer
) -> Iterator[Visit]:
    """Give a video visit tomorrow that somebody has booked, for tests that leave it as it is."""
    person = Person(browser, shared_clinic.url)
    yield journeys.book_visit(person, shared_mail)
    person.leave()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Give a real mail server that this test's clinic sends to."""
    with running_mail_server() as server:
        yield server


@pytest.fixture
def clinic(tmp_path: Path, mail: MailServer) -> Iterator[LiveServer]:
    """Serve the demo clinic for this test alone, so that it may move its clock and kill it."""
    with serving_demo(tmp_path, settings=mail_settings(mail)) as server:
        yield server


@pytest.fixture
def tables(clinic: LiveServer) -> Tables:
    """Give the rows of this test's clinic, which has to be on SQLite."""
    return Tables(Path(clinic.database_url.removeprefix("sqlite+aiosqlite:///")))


@pytest.fixture
def people(
    browser: Browser, clinic: LiveServer, request: pytest.FixtureRequest
) -> Iterator[People]:
    """Give a way to put somebody in front of a browser of their own, with the device's looks."""
    yield from people_at(browser, clinic, request)


def people_at(
    browser: Browser, server: LiveServer, request: pytest.FixtureRequest
) -> Iterator[People]:
    """Give `people` for a server; a failed test leaves a picture of every tab in build/e2e."""
    present: list[Person] = []

    def person(**looks: Unpack[Looks]) -> Person:
        present.append(Person(browser, server.url, **looks))
        return present[-1]

    yield person
    if getattr(request.node, "has_failed", False):
        _keep_pictures(request.node.nodeid, present)
        (FAILURES / "server.log").write_text(server.output())
    for somebody in present:
        somebody.leave()


@pytest.fixture
def visit(people: People, mail: MailServer) -> Visit:
    """Give a video visit tomorrow that somebody has booked."""
    return journeys.book_visit(people(), mail)


@pytest.fixture
def patient(people: People, visit: Visit) -> Person:
    """Give a fresh browser that opened the link of `visit`."""
    person = people()
    expect(heading(person.open(visit.link))).to_have_text("Your appointment")
    return person


@pytest.fixture
def reader(people: People, standing_visit: Visit) -> Person:
    """Give a fresh browser that opened the link of the visit which stays as it is."""
    person = people()
    expect(heading(person.open(standing_visit.link))).to_have_text("Your appointment")
    return person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.has_failed = True  # pyright: ignore[reportAttributeAccessIssue]  read by people_at
    return report


def mail_settings(mail: MailServer) -> dict[str, str]:
    """Return what makes a server send its mail to this one."""
    return {
        "BOOKING_SMTP_HOST": "127.0.0.1",
        "BOOKING_SMTP_PORT": str(mail.port),
        "BOOKING_SMTP_TLS": "none",
        "BOOKING_MAIL_FROM": "clinic@example.org",
    }


def _keep_pictures(test: str, present: list[Person]) -> None:
    FAILURES.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w]+", "-", test.rpartition("::")[2]).strip("-")
    for number, somebody in enumerate(present, 1):
        for tab, page in enumerate(somebody.context.pages, 1):
            page.screenshot(path=FAILURES / f"{name}-{number}.{tab}.png", full_page=True)
