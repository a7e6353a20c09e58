"""What every answer carries, whatever it is."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from booking_app.settings import get_settings
from booking_app.web.built_site import SiteNotBuilt, read_built_site
from booking_app.web.security_headers import SecurityHeaders

INLINE = "window.ready = 1"


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    chatty = {"Server": "granian", "Access-Control-Allow-Origin": "https://evil.example"}
    answers: dict[str, Response] = {
        "/": HTMLResponse("page", headers={**chatty, "Vary": "Origin, Accept-Encoding"}),
        "/manage": HTMLResponse("page", headers=chatty),
        "/assets/app-1a2b.js": Response("1", media_type="text/javascript"),
        "/fonts/a.woff2": Response(b"1", media_type="font/woff2"),
        "/calendar/1.ics": PlainTextResponse("ics", headers={"Cache-Control": "no-store"}),
        "/assets/missing.js": PlainTextResponse("no", 404),
        "/mail": HTMLResponse("mail", headers={"Content-Security-Policy": "sandbox"}),
        "/seen-before": Response(status_code=304, headers={"ETag": '"1"'}),
    }
    await answers[scope["path"]](scope, receive, send)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(
        f'<script src="/js/boot.js"></script><script>{INLINE}</script>'
        '<script type="module" async="">import "/assets/app-1a2b.js"</script>'
    )
    return tmp_path


@pytest.fixture
async def browser(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with over(built) as client:
        yield client


def over(built: Path, base: str = "http://localhost:3000") -> httpx.AsyncClient:
    layer = SecurityHeaders(site, read_built_site(built))
    return httpx.AsyncClient(transport=httpx.ASGITransport(layer), base_url=base)


@pytest.fixture
def on_https(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOOKING_PUBLIC_URL", "https://book.example.org")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


PATHS = ("/", "/manage", "/assets/app-1a2b.js", "/fonts/a.woff2", "/calendar/1.ics")


@pytest.mark.parametrize("path", [*PATHS, "/assets/missing.js"])
async def test_every_answer_is_sealed(browser, path):
    answer = await browser.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers.get("server", "") == ""
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "strict-transport-security" not in answer.headers


async def test_a_page_may_run_its_own_scripts_and_no_others(browser):
    policy = (await browser.get("/")).headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert f"'sha256-{digest}'" in rules["script-src"]
    assert rules["script-src"].count("'sha256-") == 2
    assert "unsafe" not in rules["script-src"]
    assert "eval" not in policy
    assert rules == rules | {
        "default-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob: mediastream:",
        "font-src": "'self'",
        "connect-src": "'self' ws://localhost:3000",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }


@pytest.mark.parametrize(
    "host", ["evil.example; script-src *", "a b", "x,y", "'unsafe-inline'", ""]
)
async def test_a_host_that_is_none_is_not_repeated(browser, host):
    answer = await browser.get("/", headers={"Host": host})
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self' ws://localhost:3000;" in policy


async def test_https_is_kept_to(built, on_https):
    async with over(built, "https://book.example.org") as browser:
        answer = await browser.get("/")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "connect-src 'self' wss://book.example.org;" in answer.headers["content-security-policy"]


async def test_nothing_but_a_page_may_run_anything(browser):
    for path in PATHS[2:]:
        policy = (await browser.get(path)).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy


async def test_a_page_that_did_not_change_keeps_the_policy_it_came_with(browser):
    answer = await browser.get("/seen-before")
    assert answer.status_code == 304
    assert "content-security-policy" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_an_answer_with_a_policy_of_its_own_keeps_it(browser):
    policies = (await browser.get("/mail")).headers.get_list("content-security-policy")
    assert policies == ["sandbox"]


async def test_what_may_be_kept_and_for_how_long(browser):
    kept = {path: (await browser.get(path)).headers["cache-control"] for path in PATHS}
    assert kept == {
        "/": "private, no-cache",
        "/manage": "private, no-cache",
        "/assets/app-1a2b.js": "public, max-age=31536000, immutable",
        "/fonts/a.woff2": "public, max-age=604800",
        "/calendar/1.ics": "no-store",
    }
    missing = await browser.get("/assets/missing.js")
    assert missing.headers["cache-control"] == "private, no-cache"


async def test_search_engines_list_only_what_is_everybodys(browser):
    assert "x-robots-tag" not in (await browser.get("/")).headers
    assert "noindex" in (await browser.get("/manage")).headers["x-robots-tag"]


async def test_answers_vary_by_what_they_really_vary_by(browser):
    assert (await browser.get("/")).headers.get_list("vary") == ["Accept-Encoding"]


def test_without_built_pages_there_is_no_start(tmp_path):
    with pytest.raises(SiteNotBuilt, match="build the front end"):
        read_built_site(tmp_path)
    (tmp_path / "index.html").write_text('<script src="/a.js"></script>')
    with pytest.raises(SiteNotBuilt, match="build the front end"):
        read_built_site(tmp_path)
