"""What stands in the place of things that are on their way, so that nothing jumps when they come.

A page is built before any clinic is known: its headings are there at once, the rest arrives
through the websocket a moment later.
"""

import reflex as rx

from booking_app.i18n import pgettext

ROWS = 4
TILES = 6


def once_known(text: rx.Var[str], sample: str) -> rx.Component:
    """Return ``text``; until it is known, the room that ``sample`` would take."""
    return rx.cond(
        text != "",
        rx.fragment(text),
        rx.el.span(sample, class_name="unseen", aria_hidden="true"),
    )


def loading_rows() -> rx.Component:
    """Return grey rows in the place where choices will be."""
    return rx.el.div(
        rx.el.p(pgettext("common.loading", "One moment, please"), class_name="sr"),
        *(rx.el.div(class_name="choice choice--load", aria_hidden="true") for _ in range(ROWS)),
        class_name="choices",
        aria_busy="true",
    )


def loading_tiles() -> rx.Component:
    """Return grey tiles in the place where times will be."""
    return rx.el.div(
        rx.el.p(pgettext("book.time.loading", "Finding free times"), class_name="part"),
        rx.el.div(
            *(rx.el.span(class_name="slot slot--load") for _ in range(TILES)),
            class_name="slots",
            aria_hidden="true",
        ),
        aria_busy="true",
    )


def loading_page() -> rx.Component:
    """Return the sentence under the heading of a page that knows nothing yet."""
    return rx.el.div(
        rx.el.p(pgettext("common.loading", "One moment, please"), class_name="lead"),
        class_name="screenful",
    )
