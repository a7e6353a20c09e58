"""The cookie by which a browser is known."""

import httpx
import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from booking_app.settings import get_settings
from booking_app.web import visitor_cookie
from booking_app.web.visitor_cookie import VisitorCookie


async def site(scope, receive, send) -> None:
    answers: dict[str, Response] = {
        "/": HTMLResponse("page"),
        "/gone": HTMLResponse("gone", 404),
        "/same": Response(status_code=304),
        "/app.js": Response("1", media_type="text/javascript"),
        "/healthz": PlainTextResponse("ok"),
        "/own": HTMLResponse("page", headers={"Set-Cookie": "booking_visitor=own"}),
    }
    await answers[scope["path"]](scope, receive, send)


def browser(base: str = "http://localhost:3000") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(VisitorCookie(site)), base_url=base)


@pytest.mark.parametrize("path", ["/", "/gone", "/same"])
async def test_the_first_page_brings_the_cookie_that_no_script_sees(path):
    async with browser() as client:
        [header] = (await client.get(path)).headers.get_list("set-cookie")
    first, *attributes = header.split("; ")
    name, value = first.split("=")
    assert name == "booking_visitor"
    assert len(value) == 43  # 256 bits
    assert set(attributes) == {"Path=/", "Max-Age=15552000", "HttpOnly", "SameSite=Lax"}


async def test_over_https_the_cookie_is_bound_to_the_host(monkeypatch):
    monkeypatch.setenv("BOOKING_PUBLIC_URL", "https://book.example.org")
    get_settings.cache_clear()
    async with browser("https://book.example.org") as client:
        [header] = (await client.get("/")).headers.get_list("set-cookie")
    get_settings.cache_clear()
    assert header.startswith("__Host-booking_visitor=")
    assert "; Secure" in header
    assert "; Path=/;" in header
    assert "Domain" not in header


async def test_a_browser_that_has_its_cookie_keeps_it():
    async with browser() as client:
        first = await client.get("/")
        again = await client.get("/")
    assert "set-cookie" in first.headers
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("wrong", ["booking_visitor=short", "booking_visitor=", "other=1", ";;;="])
async def test_a_cookie_that_we_never_gave_is_replaced(wrong):
    async with browser() as client:
        answer = await client.get("/", headers={"Cookie": wrong})
    assert "set-cookie" in answer.headers


@pytest.mark.parametrize("path", ["/app.js", "/healthz"])
async def test_only_pages_bring_it(path):
    async with browser() as client:
        assert "set-cookie" not in (await client.get(path)).headers


async def test_looking_without_reading_brings_none():
    async with browser() as client:
        assert "set-cookie" not in (await client.head("/")).headers


async def test_an_answer_that_brings_its_own_is_left_alone():
    async with browser() as client:
        assert (await client.get("/own")).headers.get_list("set-cookie") == ["booking_visitor=own"]


async def test_no_two_browsers_get_the_same():
    async with browser() as one, browser() as other:
        await one.get("/")
        await other.get("/")
        assert one.cookies["booking_visitor"] != other.cookies["booking_visitor"]


def test_the_server_remembers_only_a_hash():
    value = visitor_cookie.new_value()
    assert value not in visitor_cookie.session_key(value)
    assert visitor_cookie.session_key("") == ""
