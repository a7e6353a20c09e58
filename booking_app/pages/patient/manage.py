"""The page behind the link in the mail."""

import reflex as rx

from booking_app.components.actions import (
    action_list,
    closed_action,
    file_action,
    page_action,
    tag,
)
from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_page
from booking_app.components.look_again import look_again
from booking_app.components.notes import note
from booking_app.components.slip import slip
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.state.patient.manage import ManageState


def manage_page() -> rx.Component:
    """See one appointment, and do what may be done with it now."""
    card = ManageState.card
    heading = rx.cond(card.heading != "", card.heading, pgettext("manage.h1", "Your appointment"))
    return framed(
        alerts(),
        page_heading(heading, "mt-2 mb-5"),
        rx.cond(
            ManageState.is_loaded,
            rx.fragment(
                slip(card.slip, pgettext("slip.yours", "Your appointment"), is_wide=True),
                rx.cond(card.is_over, _over(), _ahead()),
                rx.el.p(
                    pgettext("manage.scope", "This link shows only this appointment."),
                    class_name="sm mut mt-7",
                ),
            ),
            loading_page(),
        ),
        look_again(card.changes_in_ms, stamp=ManageState.looked, on_due=ManageState.clock_moved_on),
        is_narrow=True,
    )


def book_again() -> rx.Component:
    """Return what is left to do about an appointment that is over or cancelled."""
    return rx.el.div(
        rx.el.a(
            pgettext("cancel.done.again", "Book a new appointment"),
            href=ManageState.card.book_again_path,
            class_name="btn btn--p btn--big",
        ),
        class_name="btn-group mt-6",
    )


def _over() -> rx.Component:
    return rx.fragment(rx.el.p(ManageState.card.notice, class_name="mt-6"), book_again())


def _ahead() -> rx.Component:
    card = ManageState.card
    return rx.fragment(
        rx.cond(
            (card.join_text != "") | (card.directions != ""),
            rx.fragment(
                rx.el.h2(pgettext("manage.before", "Before your visit"), class_name="mt-8 mb-3"),
                rx.cond(card.join_text != "", _join()),
                rx.cond(
                    card.directions != "",
                    note("plain", "map-pin", rx.el.p(card.directions)),
                ),
            ),
        ),
        rx.el.h2(pgettext("manage.change", "Change your plans"), class_name="mt-8 mb-3"),
        action_list(
            rx.cond(card.can_cancel, _cancel(), _cannot_cancel()),
            file_action(
                "calendar-plus",
                pgettext("done.ics", "Add to my calendar"),
                pgettext("manage.ics_hint", "Apple, Google or Outlook"),
                card.calendar_path,
            ),
        ),
    )


def _join() -> rx.Component:
    return action_list(
        closed_action(
            "video",
            pgettext("manage.join", "Video visit"),
            ManageState.card.join_text,
            rx.fragment(),
        )
    )


def _cancel() -> rx.Component:
    return page_action(
        "calendar-x",
        pgettext("manage.cancel", "Cancel this appointment"),
        ManageState.card.cancel_text,
        ManageState.cancel_page,
    )


def _cannot_cancel() -> rx.Component:
    return closed_action(
        "calendar-x",
        pgettext("manage.cancel", "Cancel this appointment"),
        ManageState.card.cancel_text,
        tag("line", "lock", pgettext("manage.closed", "Not online")),
    )
