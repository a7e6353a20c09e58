"""How much the first booking page weighs on its way to a browser, in kilobytes with gzip.

The page is loaded in a real browser from the real server; what it fetched is compressed with
gzip, whatever the server and the browser agreed on, so that the figure is comparable.
"""

import asyncio
import gzip
import tempfile
from pathlib import Path

from playwright.sync_api import Request, sync_playwright

from bench.databases import empty_database
from bench.report import Report
from booking_app.db import session
from tests.factories import a_clinic
from tests.support import chromium
from tests.support.server import serving

KILOBYTE = 1000
MOST = {"script": ("javascript", 200), "stylesheet": ("css", 15)}
"""By kind of resource: its name in the report and how many kilobytes it may have."""


def main() -> None:
    """Measure once: the weight of a page does not vary."""
    report = Report()
    with empty_database("sqlite") as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(_write_clinic(url))
        with serving(Path(folder), database_url=url) as server:
            fetched = _fetched_by(f"{server.url}/book/harbour")
    for kind, (name, most) in MOST.items():
        bodies = fetched[kind]
        if not bodies:
            msg = f"the page fetched no {name}: this is not the booking page"
            raise RuntimeError(msg)
        size = sum(len(gzip.compress(body, 9)) for body in bodies) / KILOBYTE
        report.figure(f"booking page {name}, kB gz", [size], at_most=most)
    report.finish()


async def _write_clinic(url: str) -> None:
    session.configure(url)
    await a_clinic()
    await session.dispose()


def _fetched_by(address: str) -> dict[str, list[bytes]]:
    """Return the bodies that a fresh browser fetches for a page, by kind of resource."""
    found: dict[str, list[bytes]] = {kind: [] for kind in MOST}

    def keep(request: Request) -> None:
        response = request.response()
        if request.resource_type in found and response is not None and response.ok:
            found[request.resource_type].append(response.body())

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.launch_arguments()
        )
        page = browser.new_page()
        page.on("requestfinished", keep)
        page.goto(address)
        page.get_by_role("radio").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        browser.close()
    return found


if __name__ == "__main__":
    main()
