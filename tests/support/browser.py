"""People in front of browsers: each has one of their own, and it remembers what went wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    ViewportSize,
    WebSocket,
)

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
CLINIC_ZONE = "Europe/London"
PATIENCE_MS = 10_000
Scheme = Literal["light", "dark"]


class Looks(TypedDict, total=False):
    """What a person's device is like."""

    size: ViewportSize
    zone: str
    scheme: Scheme


@dataclass
class Person:
    """A browser context with one tab or several.

    ``complaints`` are errors that its pages reported: of scripts, of the content security policy,
    of files that did not come. ``frames`` are all texts that its websockets received, in order,
    and ``requests`` everything it asked a server for.
    """

    browser: Browser
    url: str
    size: ViewportSize = field(default_factory=lambda: PHONE)
    zone: str = CLINIC_ZONE
    scheme: Scheme = "light"
    complaints: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.url,
            viewport=self.size,
            timezone_id=self.zone,
            locale="en-GB",
            color_scheme=self.scheme,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", lambda request: self.requests.append(request))
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("page", lambda page: page.on("websocket", self._listen))
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Open another tab, which shares the cookies."""
        return self.context.new_page()

    def open(self, address: str) -> Page:
        """Go to an address in the first tab, and return the tab."""
        self.page.goto(address)
        return self.page

    def cookie(self, name: str) -> str:
        """Return the value of a cookie, "" where there is none."""
        found = (c for c in self.context.cookies() if c.get("name") == name)
        return next((c.get("value", "") for c in found), "")

    def leave(self) -> None:
        """Close all tabs."""
        self.context.close()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(_text(frame)))


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode(errors="replace")


class Keyboard:
    """Somebody who has nothing but a keyboard: every press goes to where the focus is."""

    _TOO_FAR = 60

    def __init__(self, page: Page) -> None:
        self._page = page

    def tab_to(self, target: Locator, *, key: str = "Tab") -> None:
        """Press Tab until ``target`` has the focus.

        Raises:
            AssertionError: it is not among the next stops, or its focus cannot be seen.
        """
        for _ in range(self._TOO_FAR):
            if has_focus(target):
                assert_focus_is_seen(self._page)
                return
            self._page.keyboard.press(key)
        msg = f"no Tab stop is {target}; the focus is on {focused(self._page)}"
        raise AssertionError(msg)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)


def has_focus(target: Locator) -> bool:
    """Say whether this one element has the focus."""
    return target.count() == 1 and target.evaluate("one => one === document.activeElement")


def focused(page: Page) -> str:
    """Return the start of the HTML of what has the focus, for messages."""
    return page.evaluate("document.activeElement?.outerHTML.slice(0, 200) ?? ''")


_RING = """() => {
    const one = document.activeElement;
    const drawn = (el) => {
        if (!el) return 0;
        const style = getComputedStyle(el);
        return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    };
    // A radio or check box is hidden; the label around it is what is seen, or a mark inside it.
    const label = one.closest("label");
    const seen = [one, label, ...(label?.querySelectorAll("*") ?? [])];
    return Math.max(...seen.map(drawn));
}"""


def assert_focus_is_seen(page: Page) -> None:
    """Fail unless a ring of at least 2 pixels is drawn around what has the focus."""
    ring = page.evaluate(_RING)
    assert ring >= 2, f"the focus ring is {ring} px wide on {focused(page)}"


def eventually(condition: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Return after how many seconds the condition came true.

    Raises:
        AssertionError: it did not in that time.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            msg = f"not within {seconds} s: {what}"
            raise AssertionError(msg)
        time.sleep(0.02)
    return time.monotonic() - began
