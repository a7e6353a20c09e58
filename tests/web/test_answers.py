"""What every answer of the whole site carries, whichever address is asked and however."""

import re

import httpx
import pytest

from booking_app import routes
from booking_app.booking_app import app
from booking_app.web.layers import ENDPOINTS
from tests.support.server import LiveServer

PAGES = sorted("/" if route == "index" else f"/{route}" for route in app._unevaluated_pages)
ROUTES = sorted(address.replace("{", "").replace("}", "") for address in ENDPOINTS)
OTHERS = ("/nowhere", "/assets/none.js", "/js/boot.js", "/css/ui.css", "/_event", "/ping", "/404")
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "DELETE")


@pytest.fixture
async def browser(server: LiveServer):
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("path", [*PAGES, *ROUTES, *OTHERS])
async def test_every_answer_of_every_address_is_sealed(browser, path: str):
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in METHODS:
        for headers in ({}, evil):
            answer = await browser.request(method, path, headers=headers)
            assert answer.status_code < 500, method
            assert answer.headers["x-content-type-options"] == "nosniff", method
            assert answer.headers["referrer-policy"] == "no-referrer", method
            assert answer.headers["cross-origin-opener-policy"] == "same-origin", method
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], method
            assert "permissions-policy" in answer.headers
            assert "cache-control" in answer.headers
            assert answer.headers.get("server", "") == ""
            assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/404"])
async def test_every_page_is_there_at_once_and_says_what_it_is(browser, path: str):
    answer = await browser.get(path)
    assert answer.status_code == (404 if path == routes.LINK_ENDED else 200)
    assert re.search("<title>[^<]+</title>", answer.text)
    assert '<html lang="en-GB"' in answer.text
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["set-cookie"].startswith("booking_visitor=")


async def test_only_a_site_that_may_be_found_is_found(browser):
    found = {path for path in PAGES if "x-robots-tag" not in (await browser.get(path)).headers}
    public = {routes.HOME, routes.BOOK, routes.HELP, routes.PRIVACY, routes.ACCESSIBILITY}
    assert found == public


async def test_built_scripts_are_kept_and_pages_asked_about(browser):
    page = await browser.get("/book")
    assert page.headers["cache-control"] == "private, no-cache"
    script = re.search(r'"(/assets/[^"]+\.js)"', page.text)
    assert script is not None
    kept = await browser.get(script[1])
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-encoding"] in {"br", "gzip"}
    again = await browser.get("/book", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


async def test_an_unknown_address_shows_the_page_that_says_so(browser):
    for path in ("/nowhere", "/book/nowhere/at/all", "/book.html"):
        answer = await browser.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
