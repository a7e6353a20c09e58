"""What the steps of the booking share."""

import reflex as rx

from booking_app.i18n import pgettext


def continue_button() -> rx.Component:
    """Return the one main button of a step."""
    return rx.el.div(
        rx.el.button(
            pgettext("common.continue", "Continue"), type="submit", class_name="btn btn--p btn--big"
        ),
        class_name="btn-group mt-7",
    )


def slip_rail(*children: rx.Component) -> rx.Component:
    """Return the column beside a step on wide screens, with the slip that fills in."""
    return rx.el.aside(*children, class_name="rail hide-m")
