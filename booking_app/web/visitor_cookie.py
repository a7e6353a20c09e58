"""The cookie by which a browser is known, without an account and without a script seeing it."""

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking_app.settings import get_settings

LIFETIME_SECONDS = 180 * 24 * 3600
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name() -> str:
    """Return the cookie's name; with TLS its prefix binds it to this very host."""
    return "__Host-booking_visitor" if get_settings().is_https else "booking_visitor"


def new_value() -> str:
    """Return a value for a browser that comes for the first time: 256 random bits."""
    return secrets.token_urlsafe(32)


def header_of(value: str) -> str:
    """Return the ``Set-Cookie`` header that gives a browser this value."""
    secure = "; Secure" if get_settings().is_https else ""
    return (
        f"{cookie_name()}={value}; Path=/; Max-Age={LIFETIME_SECONDS};"
        f" HttpOnly; SameSite=Lax{secure}"
    )


def read(header: str) -> str:
    """Return the visitor's cookie value from a ``Cookie`` header, or "" where there is none."""
    try:
        morsel = SimpleCookie(header).get(cookie_name())
    except CookieError:
        return ""
    return morsel.value if morsel is not None and _SHAPE.fullmatch(morsel.value) else ""


def session_key(value: str) -> str:
    """Return what the server remembers of a cookie: its SHA-256, or "" for no cookie."""
    return hashlib.sha256(value.encode()).hexdigest() if value else ""


class VisitorCookie:
    """Gives a browser its cookie with the first page it gets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or read(_cookies(scope)):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                MutableHeaders(scope=message).append("set-cookie", header_of(new_value()))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> str:
    return "; ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"
    )


def _is_page(answer: Message) -> bool:
    """Say whether an answer is a page, or says that the one the browser kept is still right."""
    headers = MutableHeaders(scope=answer)
    if "set-cookie" in headers:
        return False
    return headers.get("content-type", "").startswith("text/html") or answer["status"] == 304
