"""The button that prints the page."""

import reflex as rx

from booking_app.components.icons import icon
from booking_app.components.script_beside import script_beside
from booking_app.i18n import pgettext


class PrintButton(rx.Component):
    """A button that opens the browser's print dialog (print_button.jsx)."""

    library = script_beside(__name__, "print_button.jsx")
    tag = "PrintButton"


def print_button() -> rx.Component:
    """Return the button with its words."""
    return PrintButton.create(icon("printer"), pgettext("common.print", "Print"))
