"""Who may open the websocket, how many of them, and how much may come through it.

Every tab holds one. It carries the visitor's cookie whatever page opened it, so only pages of
this very site may: a browser always says where a page is from.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking_app.settings import get_settings
from booking_app.web.client_address import subject
from booking_app.web.frames import Conversation

MAX_FRAME_CHARACTERS = 65_536
"""As large as Reflex's own limit, which serving sets to the same."""

_SOCKET_PATH = "/_event"
# Reflex's own HTTP endpoints: the product has its health page, and nothing else asks for them.
_CLOSED_PATHS = ("/_event", "/ping", "/_health", "/_all_routes", "/_upload", "/auth-codespace")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TAB_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SUBPROTOCOL = re.compile(r"[0-9A-Za-z.]{1,20}")
# What Reflex keeps of a request goes into the tab's state and back to the browser; this is all
# that anything of ours reads, beside what makes a websocket.
_KEPT_HEADERS = frozenset(
    {b"host", b"origin", b"cookie", b"user-agent", b"accept-language", b"connection", b"upgrade"}
)
_MAX_HEADER_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is enough for people, with room: a clinic's 200 tabs share one address.

    ``connects`` and ``frames`` are buckets: so many at once, then so many a second.
    """

    open_per_address: int = 400
    open_in_all: int = 5_000
    connects_at_once: int = 300
    connects_per_second: float = 5.0
    frames_at_once: int = 80
    frames_per_second: float = 20.0


@dataclass(slots=True)
class Bucket:
    """Holds ``size`` tokens and refills steadily; empty means too much, too fast."""

    size: float
    per_second: float
    _left: float = field(init=False)
    _filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.size
        self._filled_at = time.monotonic()

    def take(self) -> bool:
        """Take one token and say whether there was one."""
        now = time.monotonic()
        self._left = min(self.size, self._left + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def is_full(self) -> bool:
        """Say whether nothing was taken for long enough that the bucket can be forgotten."""
        return self._left + (time.monotonic() - self._filled_at) * self.per_second >= self.size


class SocketDoor:
    """Refuses a websocket from elsewhere or one too many, and cuts one that floods."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._open: Counter[str] = Counter()
        self._connects: dict[str, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http" and _is_closed(scope["path"]):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = subject((scope.get("client") or ("",))[0])
        if not (_is_well_formed(scope) and is_own_page(scope) and self._has_room(address)):
            await receive()
            # Before it was accepted, closing is the answer 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        self._open[address] += 1
        try:
            kept = {**scope, "headers": [pair for pair in scope["headers"] if _is_kept(pair[0])]}
            await self._app(kept, self._limited(receive, send), send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _has_room(self, address: str) -> bool:
        limits = self._limits
        if self._open[address] >= limits.open_per_address:
            return False
        if self._open.total() >= limits.open_in_all:
            return False
        if len(self._connects) > limits.open_in_all:
            self._connects = {
                known: bucket for known, bucket in self._connects.items() if not bucket.is_full()
            }
        bucket = self._connects.get(address)
        if bucket is None:
            bucket = Bucket(limits.connects_at_once, limits.connects_per_second)
            self._connects[address] = bucket
        return bucket.take()

    def _limited(self, receive: Receive, send: Send) -> Receive:
        frames = Bucket(self._limits.frames_at_once, self._limits.frames_per_second)
        conversation = Conversation()

        async def receive_within_limits() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            text = message.get("text")
            if (
                text is not None  # nothing of ours is sent as bytes
                and len(text) <= MAX_FRAME_CHARACTERS
                and frames.take()
                and conversation.takes(text)
            ):
                return message
            await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}

        return receive_within_limits


def is_own_page(scope: Scope) -> bool:
    """Say whether a websocket was opened by a page of this site.

    The page's origin is the host that was asked, or the public address from the settings; the
    names of the own machine count as one. Without an origin it is no browser.
    """
    origin = _header(scope, b"origin")
    if not origin or origin == "null":
        return False
    if origin == get_settings().base_url:
        return True
    try:
        page = urlsplit(origin)
        asked = urlsplit(f"//{_header(scope, b'host')}")
        if page.scheme not in {"http", "https"} or page.path or not page.hostname:
            return False
        if page.netloc.lower() == asked.netloc.lower():
            return True
        return {page.hostname, asked.hostname} <= _LOOPBACK and page.port == asked.port
    except ValueError:
        return False


def _is_well_formed(scope: Scope) -> bool:
    """Say whether a websocket asks in the way that Reflex's client does."""
    if scope["path"].rstrip("/") != _SOCKET_PATH:
        return False
    protocols = scope.get("subprotocols") or []
    if len(protocols) > 1 or any(not _SUBPROTOCOL.fullmatch(name) for name in protocols):
        return False
    if sum(len(value) for name, value in scope["headers"] if _is_kept(name)) > _MAX_HEADER_BYTES:
        return False
    try:
        tokens = parse_qs(scope["query_string"].decode("ascii"), max_num_fields=10).get("token", [])
    except (UnicodeDecodeError, ValueError):
        return False
    return len(tokens) == 1 and _TAB_TOKEN.fullmatch(tokens[0]) is not None


def _is_kept(name: bytes) -> bool:
    return name in _KEPT_HEADERS or name.startswith(b"sec-websocket-")


def _is_closed(path: str) -> bool:
    return any(path == closed or path.startswith(f"{closed}/") for closed in _CLOSED_PATHS)


def _header(scope: Scope, wanted: bytes) -> str:
    values = [value for name, value in scope["headers"] if name == wanted]
    return values[0].decode("latin-1") if len(values) == 1 else ""
