"""Focus and address, which a browser looks after only on whole pages."""

import reflex as rx

from booking_app.components.script_beside import script_beside


class PageManners(rx.Component):
    """Moves the focus and keeps the address (page_manners.jsx). Shows nothing.

    ``focus_on`` is the id of the element that gets the focus whenever ``focus_stamp``
    changes. ``address`` replaces the page's address, without leaving the page, so that a
    reload shows the same again.
    """

    library = script_beside(__name__, "page_manners.jsx")
    tag = "PageManners"

    focus_on: rx.Var[str]
    focus_stamp: rx.Var[int]
    address: rx.Var[str]


def page_manners(
    *,
    focus_on: str = "",
    focus_stamp: rx.Var[int] | int = 0,
    address: rx.Var[str] | str = "",
) -> rx.Component:
    """Return the invisible part of a page; see PageManners."""
    return PageManners.create(focus_on=focus_on, focus_stamp=focus_stamp, address=address)
