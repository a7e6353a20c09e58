"""Links that the browser follows by itself, past the router of the single page."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class PlainLink(BaseHTML):
    """An ``a`` element as HTML means it: for telephone numbers, files and places in this page.

    ``rx.el.a`` is the router's link; it would look for a page of that name, and would drop the
    query of the address when it follows a ``#fragment``.
    """

    tag = "a"

    href: rx.Var[str]
    download: rx.Var[str | bool]


def plain_link(*children: rx.Component | rx.Var | str, **props: Any) -> rx.Component:
    """Return a link that leaves the page's state alone."""
    return PlainLink.create(*children, **props)
