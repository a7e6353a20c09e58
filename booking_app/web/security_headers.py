"""What every answer tells the browser to allow, and what it must not tell anybody."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking_app import routes
from booking_app.settings import get_settings
from booking_app.web.built_site import BuiltSite

Header = tuple[bytes, bytes]

_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_YEAR_SECONDS = 365 * 24 * 3600
_WEEK_SECONDS = 7 * 24 * 3600

_ALWAYS: tuple[Header, ...] = (
    (b"server", b""),  # said by the application, it keeps the server from naming itself
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(),"
        b" usb=(), interest-cohort=()",
    ),
)
# Anything that is no page: nothing of it may run or load anything, even when opened by itself.
_POLICY_FOR_FILES = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"

# Pages that a search engine may list; all others are somebody's own.
_FINDABLE = frozenset({routes.HOME, routes.BOOK, routes.HELP, routes.PRIVACY, routes.ACCESSIBILITY})
_STATIC = ("/assets/", "/fonts/", "/js/", "/css/")


class SecurityHeaders:
    """Adds the headers, and takes away what Reflex and the server say about themselves."""

    def __init__(self, app: ASGIApp, site: BuiltSite) -> None:
        self._app = app
        settings = get_settings()
        self._is_https = settings.is_https
        self._own_host = urlsplit(settings.base_url).netloc
        self._policy = _page_policy(site.script_hashes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._complete(scope, message)}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _complete(self, scope: Scope, answer: Message) -> list[Header]:
        given = [
            (name.lower(), value)
            for name, value in answer.get("headers", ())
            if not name.lower().startswith((b"access-control-", b"server"))
        ]
        names = {name for name, _ in given}
        headers = [pair for pair in given if pair[0] != b"vary"]
        headers += [pair for pair in _ALWAYS if pair[0] not in names]
        vary = {
            part.strip() for name, value in given if name == b"vary" for part in value.split(b",")
        }
        if varying := vary - {b"Origin", b""}:
            headers.append((b"vary", b", ".join(sorted(varying))))
        # "Not modified" says nothing about what it stands for, and a browser would take a policy
        # from it in place of the page's own.
        if answer["status"] != HTTPStatus.NOT_MODIFIED and b"content-security-policy" not in names:
            headers.append((b"content-security-policy", self._policy_for(scope, given)))
        if self._is_https:
            headers.append(
                (b"strict-transport-security", b"max-age=%d; includeSubDomains" % _YEAR_SECONDS)
            )
        if b"cache-control" not in names:
            headers.append((b"cache-control", _caching(scope["path"], answer["status"])))
        if not scope["path"].startswith(_STATIC) and scope["path"].rstrip("/") not in {
            path.rstrip("/") for path in _FINDABLE
        }:
            headers.append((b"x-robots-tag", b"noindex, nofollow"))
        return headers

    def _policy_for(self, scope: Scope, headers: Iterable[Header]) -> bytes:
        if not any(
            name == b"content-type" and value.startswith(b"text/html") for name, value in headers
        ):
            return _POLICY_FOR_FILES
        asked = next((value for name, value in scope["headers"] if name == b"host"), b"")
        host = asked.decode("latin-1")
        if not _HOST.fullmatch(host):
            host = self._own_host
        return self._policy.replace(
            "HOST", f"{'wss' if self._is_https else 'ws'}://{host}"
        ).encode()


def _page_policy(scripts: Iterable[str]) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' " + " ".join(scripts),
            "style-src 'self' 'unsafe-inline'",  # the style library of Reflex writes style elements
            "img-src 'self' data: blob:",
            "media-src 'self' blob: mediastream:",
            "font-src 'self'",
            "connect-src 'self' HOST",  # older browsers do not take 'self' for a websocket
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )


def _caching(path: str, status: int) -> bytes:
    """Return how long an answer may be kept, where it did not say so itself.

    Built scripts carry a hash of their content in their name. Pages are asked about each time;
    they are the same for everybody, but the answer may set a cookie, so no shared cache keeps it.
    """
    if status in {200, 206, 304}:
        if path.startswith("/assets/"):
            return b"public, max-age=%d, immutable" % _YEAR_SECONDS
        if path.startswith("/fonts/"):
            return b"public, max-age=%d" % _WEEK_SECONDS
    return b"private, no-cache"
