"""Pages at the end of a road: a link that has ended, an address that does not exist, the root."""

import reflex as rx

from booking_app.components.actions import action_list, call_action
from booking_app.components.layout import page_heading
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.information import InformationState


def link_ended_page() -> rx.Component:
    """Say the same about every link that does not work, and nothing about anybody."""
    return framed(
        alerts(),
        page_heading(pgettext("manage.ended.h1", "This link has ended"), "mt-2 mb-3"),
        rx.el.p(
            pgettext(
                "manage.ended.p",
                "Booking links stop working after a while to keep your details safe."
                " Check that you opened the whole link from your message, or call us.",
            ),
            class_name="lead mb-6",
        ),
        _call(),
        is_narrow=True,
    )


def not_found_page() -> rx.Component:
    """Say that there is no such page."""
    return framed(
        alerts(),
        page_heading(pgettext("sys.notfound.h1", "Page not found"), "mt-2 mb-3"),
        rx.el.p(
            pgettext(
                "sys.notfound", "We cannot find this page. Check the link, or go to the start."
            ),
            class_name="lead mb-6",
        ),
        rx.el.p(
            rx.el.a(
                pgettext("sys.notfound.start", "Go to the start"),
                href=InformationState.start,
                class_name="btn btn--p",
            ),
            class_name="mb-6",
        ),
        _call(),
        is_narrow=True,
    )


def home_page() -> rx.Component:
    """Lead on to the only clinic, or say how to find one's own."""
    return framed(
        alerts(),
        page_heading(pgettext("home.h1", "Book an appointment"), "mt-2 mb-3"),
        rx.el.p(
            pgettext(
                "home.p",
                "Each clinic has its own booking page. Open the link that your clinic gave you.",
            ),
            class_name="lead mb-6",
        ),
        is_narrow=True,
    )


def _call() -> rx.Component:
    """Return the row that calls the clinic, where it is known which."""
    clinic = FrameState.clinic
    call = pgettext("common.call", "Call {clinic_phone}").format(clinic_phone=clinic.phone)
    return rx.cond(
        clinic.phone != "", action_list(call_action(call, clinic.help_hours, clinic.phone_href))
    )
