"""What is shown instead of a page whose script failed."""

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from booking_app.components.plain_link import plain_link
from booking_app.i18n import pgettext


def error_boundary(_is_stateful: bool) -> rx.Component:
    """Return what stands around every page; a failure is reported and the page says so."""
    return ErrorBoundary.create(fallback_render=rx.Var.create(_broken_page()))


def _broken_page() -> rx.Component:
    return rx.el.main(
        rx.el.h1(pgettext("sys.broken.h1", "Sorry, this page has stopped working")),
        rx.el.p(
            plain_link(
                pgettext("sys.broken.reload", "Load the page again"),
                href="",
                class_name="btn btn--primary",
            )
        ),
        class_name="wrap",
        role="alert",
    )
