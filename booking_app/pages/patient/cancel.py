"""Do you want to cancel this appointment?"""

import reflex as rx

from booking_app.components.choices import plain_choices
from booking_app.components.error_summary import error_summary
from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_page
from booking_app.components.notes import note
from booking_app.components.rich_text import bold_start
from booking_app.components.slip import slip
from booking_app.components.steps import back_link
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.pages.patient.manage import book_again
from booking_app.state.patient.cancel import CancelState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.manage import ManageState

MAX_MESSAGE = 1000


def cancel_page() -> rx.Component:
    """Read what cancelling means; nothing happens before the button is pressed."""
    card = CancelState.card
    return framed(
        back_link(CancelState.manage_page, pgettext("cancel.back", "Back to your appointment")),
        alerts(error_summary(CancelState.problems)),
        page_heading(pgettext("cancel.h1", "Do you want to cancel this appointment?"), "mt-2 mb-5"),
        rx.cond(
            CancelState.is_loaded,
            rx.fragment(
                slip(
                    card.slip,
                    pgettext("cancel.slip", "The appointment you are about to cancel"),
                    is_wide=True,
                ),
                rx.cond(
                    card.can_cancel,
                    rx.fragment(rx.cond(card.is_late, _late()), _policy(), _form()),
                    _refusal(),
                ),
            ),
            loading_page(),
        ),
        is_narrow=True,
    )


def cancelled_page() -> rx.Component:
    """Say that it is cancelled."""
    return framed(
        alerts(),
        page_heading(pgettext("cancel.done.h1", "Your appointment is cancelled"), "mt-2 mb-3"),
        rx.cond(
            ManageState.is_loaded,
            rx.fragment(
                rx.el.p(ManageState.card.notice, class_name="lead mb-6"),
                slip(
                    ManageState.card.slip,
                    pgettext("cancel.done.slip", "Cancelled appointment"),
                    is_wide=True,
                ),
                book_again(),
                note(
                    "plain",
                    "calendar-minus",
                    rx.el.p(
                        pgettext(
                            "cancel.done.calendar",
                            "If you added it to your calendar, open the file in our email"
                            " to take it out.",
                        )
                    ),
                    class_name="mt-8",
                ),
            ),
            loading_page(),
        ),
        is_narrow=True,
    )


def _late() -> rx.Component:
    card = CancelState.card
    return note(
        "held",
        "clock-alert",
        rx.el.p(rx.el.b(card.late_heading), " ", card.late_text),
        class_name="mt-5",
    )


def _policy() -> rx.Component:
    return rx.cond(
        CancelState.card.policy != "",
        rx.el.details(
            rx.el.summary(pgettext("cancel.policy", "Read our cancellation policy")),
            rx.el.p(CancelState.card.policy, class_name="mut"),
            class_name="sm mt-3",
        ),
    )


def _refusal() -> rx.Component:
    """Return why it cannot be cancelled, unless a press on this page has just been told that."""
    return rx.cond(
        FrameState.problem == "",
        note("plain", "lock", rx.el.p(CancelState.card.refusal), class_name="mt-6"),
    )


def _form() -> rx.Component:
    is_busy = CancelState.is_busy
    return rx.el.form(
        rx.cond(CancelState.card.reason_asked, _why()),
        rx.el.p(
            *bold_start(
                pgettext(
                    "cancel.undo",
                    "You cannot undo this. If you change your mind, you will need to book again.",
                )
            ),
            class_name="mt-6",
        ),
        rx.el.div(
            rx.el.button(
                pgettext("cancel.do", "Cancel appointment"),
                type="submit",
                aria_disabled=is_busy,
                class_name="btn btn--d btn--big",
            ),
            rx.el.a(
                pgettext("cancel.keep", "Keep it"),
                href=CancelState.manage_page,
                class_name="btn btn--big",
            ),
            class_name="btn-group mt-4",
        ),
        on_submit=CancelState.cancel,
        class_name="mt-7",
    )


def _why() -> rx.Component:
    message = pgettext("cancel.message", "Message to the clinic (optional)")
    legend = rx.cond(
        CancelState.card.reason_required,
        pgettext("cancel.why_required", "Why do you need to cancel?"),
        pgettext("cancel.why", "Why do you need to cancel? (optional)"),
    )
    return rx.fragment(
        plain_choices("reason", legend, CancelState.card.reasons, "reasons"),
        rx.el.div(
            rx.el.label(message, html_for="message", class_name="label"),
            rx.el.textarea(
                name="message",
                max_length=MAX_MESSAGE,
                class_name="inp inp--low",
                custom_attrs={"id": "message"},
            ),
            class_name="field",
        ),
    )
