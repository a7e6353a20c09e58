"""What can be measured of how a page looks: colours, sizes, what overflows and what is covered."""

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.support.browser import Scheme

DESIGN = Path(__file__).resolve().parents[2] / "design" / "mockups" / "tokens.css"

# The Tab key goes on from where the focus last was, even after that is gone.
_TO_THE_TOP = """() => {
    const top = document.createElement("span");
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    window.scrollTo(0, 0);
}"""
# Colours pass over from one to the other, and begin to only with the next frame.
_SETTLED = """async () => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    const passing = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.allSettled(passing.map((one) => one.finished));
    await document.fonts.ready;
}"""
_OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    return ["the page", ...[...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > width + 0.5)
        .map((one) => one.outerHTML.slice(0, 120))];
}"""
_SMALL_TARGETS = """(least) => {
    const isSeen = (one) => one.checkVisibility({ visibilityProperty: true })
        && one.getBoundingClientRect().bottom > 0;
    const isInSentence = (one) => one.tagName === "A"
        && getComputedStyle(one).display === "inline"
        && one.closest("p, li, dd, td").textContent.trim() !== one.textContent.trim();
    const all = "a[href], button, summary, textarea, select, input:not(.sr), label:has(input.sr)";
    return [...document.querySelectorAll(all)]
        .filter((one) => isSeen(one) && !isInSentence(one))
        .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
        .filter(([box]) => Math.min(box.width, box.height) < least - 0.5)
        .map(([box, html]) => `${box.width} x ${box.height}: ${html}`);
}"""
_IS_COVERED = """() => {
    const one = document.activeElement;
    const seen = one.closest("label") ?? one;
    const box = seen.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !(at && (seen.contains(at) || at.contains(seen)));
}"""


def to_the_top(page: Page) -> None:
    """Scroll up, and let the next press of Tab reach the first stop."""
    page.evaluate(_TO_THE_TOP)


def light(page: Page, scheme: Scheme) -> None:
    """Have the device prefer light or dark, and wait until the page has taken its colours."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(_SETTLED)


def overflow(page: Page) -> list[str]:
    """Return what makes the page scroll sideways; nothing where it does not."""
    return page.evaluate(_OVERFLOW)


def small_targets(page: Page, *, least: int) -> list[str]:
    """Return what can be touched and is less than ``least`` pixels, but for links in sentences."""
    return page.evaluate(_SMALL_TARGETS, least)


def is_focus_covered(page: Page) -> bool:
    """Say whether something lies over what has the focus."""
    return page.evaluate(_IS_COVERED)


def computed(shown: Locator, property_: str) -> str:
    """Return a computed style, such as ``rgb(1, 2, 3)``."""
    return shown.evaluate("(one, name) => getComputedStyle(one)[name]", property_)


def design_colours(scheme: Scheme) -> Mapping[str, str]:
    """Return the colours of the design's own sheet by token, as a browser writes them."""
    blocks = re.findall(r"--paper:#.*?--focus-in", DESIGN.read_text(), re.DOTALL)
    block = blocks[0 if scheme == "light" else 1]
    return {
        name: f"rgb({', '.join(str(int(value[i : i + 2], 16)) for i in (0, 2, 4))})"
        for name, value in re.findall(r"--([\w-]+):#([0-9a-f]{6})", block)
    }
