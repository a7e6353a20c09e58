"""When something was first seen on a page, by the clock of the machine that all of a test shares."""

import time

from playwright.sync_api import Page

_WATCH = """(text) => {
    window.seenAt = new Promise((resolve) => {
        const look = () => {
            if (!document.body.textContent.includes(text)) return false;
            resolve(Date.now());
            return true;
        };
        if (look()) return;
        const observer = new MutationObserver(() => look() && observer.disconnect());
        observer.observe(document.body, {
            subtree: true, childList: true, characterData: true,
        });
    });
}"""


def watch_for(page: Page, text: str) -> None:
    """Begin to wait for a text on this page; it must not be there yet."""
    page.evaluate(_WATCH, text)


def seen_at(page: Page) -> int:
    """Return when the text came, in milliseconds of the machine's clock."""
    return page.evaluate("() => window.seenAt")


def now() -> int:
    """Return what the machine's clock says, in the same milliseconds."""
    return time.time_ns() // 1_000_000
