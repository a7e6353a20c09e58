"""What is said while the browser cannot reach the clinic's server."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from booking_app.components.icons import icon
from booking_app.components.rich_text import bold_start
from booking_app.components.script_beside import script_beside
from booking_app.i18n import pgettext


class ConnectionBanner(rx.Component):
    """Watches the connection (connection_banner.jsx). Its status region is always there."""

    library = script_beside(__name__, "connection_banner.jsx")
    tag = "ConnectionBanner"

    has_errors: rx.Var[bool]
    back_text: rx.Var[str]


def connection_banner(held_until: rx.Var[str] | str = "") -> rx.Component:
    """Return the banner of a page; ``held_until`` is when a held time ends, "" without one."""
    still_held = pgettext("sys.offline_hold", "Your time is still held until {until}.")
    words = bold_start(
        pgettext(
            "sys.offline",
            "You are offline. We will reconnect by ourselves. What you typed is safe on this page.",
        )
    )
    return ConnectionBanner.create(
        rx.el.div(
            icon("wifi-off"),
            rx.el.p(
                *words,
                rx.cond(held_until != "", f" {still_held.format(until=held_until)}", ""),
            ),
            class_name="note note--held",
        ),
        has_errors=has_connection_errors,
        back_text=pgettext("sys.back", "You are back online."),
    )
