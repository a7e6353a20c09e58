"""Where a person is on the way to an appointment."""

import reflex as rx

from booking_app.components.icons import icon
from booking_app.i18n import pgettext

TOTAL = 5


def steps_line(number: int, name: str) -> rx.Component:
    """Return ``Step 2 of 5  Clinician`` with its bars."""
    step = pgettext("book.step", "Step {n} of {total}").format(n=number, total=TOTAL)
    return rx.el.div(
        rx.el.p(rx.el.b(step), " \N{NO-BREAK SPACE}", name),
        rx.el.ol(
            *(rx.el.li(class_name="on" if i < number else "") for i in range(TOTAL)),
            aria_hidden="true",
        ),
        class_name="steps",
    )


def back_link(href: rx.Var[str] | str, text: str = "") -> rx.Component:
    """Return the link to the step before."""
    return rx.el.a(
        icon("chevron-left"),
        text or pgettext("common.back", "Back"),
        href=href,
        class_name="back",
    )
