"""Which file an address shows, and with which status."""

from pathlib import Path

import httpx
import pytest
from starlette.staticfiles import StaticFiles

from booking_app.web.built_site import read_built_site
from booking_app.web.pretty_paths import PrettyPaths


@pytest.fixture
async def browser(tmp_path: Path):
    for name in ("index", "404", "book", "book/who", "link-ended", "book/index", "__spa-fallback"):
        file = tmp_path / f"{name}.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"<script>1</script>{name}")
    (tmp_path / "book.html.br").write_bytes(b"br")
    app = PrettyPaths(StaticFiles(directory=tmp_path, html=True), read_built_site(tmp_path))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:3000"
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/", "index"),
        ("/book", "book"),
        ("/book/", "book"),
        ("/book?clinic=marlow", "book"),
        ("/book/who", "book/who"),
    ],
)
async def test_an_address_shows_its_page_at_once(browser, address, page):
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.text.endswith(f">{page}")


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/book/nowhere",
        "/book.html",
        "/404.html",
        "/__spa-fallback.html",
        "/book.html.br",
        "/book//who",
        "//evil.example/book",
        "/book/..%2f..%2fetc/passwd",
        "/%5cevil.example",
        "/" + "x" * 300,
        "/book/" + "%C3%A9" * 120,
    ],
)
async def test_an_unknown_address_shows_the_page_that_says_so(browser, address):
    answer = await browser.get(f"http://localhost:3000{address}")
    assert answer.status_code == 404
    assert answer.text.endswith(">404")


async def test_no_address_is_answered_with_where_the_request_said_it_went(browser):
    for address in ("/book", "/book/", "/nowhere/", "/book/nowhere"):
        answer = await browser.get(address, headers={"Host": "evil.example"})
        assert "location" not in answer.headers
        assert "evil.example" not in answer.text


async def test_the_ended_link_says_that_there_is_nothing_even_to_a_browser_that_asks_again(browser):
    first = await browser.get("/link-ended")
    assert (first.status_code, first.text.endswith(">link-ended")) == (404, True)
    again = await browser.get("/link-ended", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 404
    assert (await browser.head("/link-ended")).status_code == 404


async def test_a_page_that_did_not_change_is_not_sent_again(browser):
    first = await browser.get("/book")
    again = await browser.get("/book", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
