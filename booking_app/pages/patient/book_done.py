"""The confirmation."""

import reflex as rx

from booking_app.components.icons import icon
from booking_app.components.layout import page_heading, phone_link
from booking_app.components.look_again import look_again
from booking_app.components.notes import note
from booking_app.components.plain_link import plain_link
from booking_app.components.print_button import print_button
from booking_app.components.rich_text import fill
from booking_app.components.slip import slip
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, framed
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.manage import ManageState


def book_done_page() -> rx.Component:
    """Say that it is booked, all of it on one screen of a phone."""
    return framed(
        alerts(),
        page_heading(pgettext("done.h1", "Your appointment is confirmed"), "mt-2"),
        # Spoken again when the mail was sent, or could not be.
        rx.el.p(_sent(), aria_live="polite", class_name="lead mt-3 mb-6"),
        slip(ManageState.card.slip, pgettext("slip.yours", "Your appointment"), is_wide=True),
        _buttons(),
        _calendars(),
        _before(),
        _worse(),
        look_again(
            ManageState.card.changes_in_ms,
            stamp=ManageState.looked,
            on_due=ManageState.clock_moved_on,
        ),
        is_narrow=True,
    )


def _sent() -> rx.Component:
    """Return what became of the mail, in the browser that may know the address."""
    card = ManageState.card

    def about(text: str) -> rx.Component:
        return rx.fragment(*fill(text, email=rx.el.b(card.sent_to, class_name="strong anywhere")))

    sending = pgettext(
        "done.sending",
        "We are emailing the details to {email}."
        " You do not need to do anything else to keep this appointment.",
    )
    sent = pgettext(
        "done.sent",
        "We have emailed the details to {email}."
        " You do not need to do anything else to keep this appointment.",
    )
    failed = pgettext(
        "done.sent_fail",
        "We could not send the email to {email}."
        " Please check the address, or take a photo of this page.",
    )
    plain = pgettext("done.keep", "You do not need to do anything else to keep this appointment.")
    told = rx.match(
        card.mail_state,
        ("sending", about(sending)),
        ("sent", about(sent)),
        ("failed", about(failed)),
        rx.fragment(plain),
    )
    return rx.cond(card.sent_to != "", rx.fragment(told), rx.fragment(plain))


def _buttons() -> rx.Component:
    return rx.el.div(
        plain_link(
            icon("calendar-plus"),
            pgettext("done.ics", "Add to my calendar"),
            href=ManageState.card.calendar_path,
            download=True,
            class_name="btn",
        ),
        print_button(),
        rx.el.a(
            pgettext("done.change", "Change or cancel"),
            href=ManageState.manage_page,
            class_name="btn btn--q",
        ),
        class_name="btn-group mt-5",
    )


def _calendars() -> rx.Component:
    return rx.el.details(
        rx.el.summary(pgettext("done.which", "Which calendars does this work with?")),
        rx.el.p(
            pgettext(
                "done.ics_hint",
                "Apple, Google, Outlook and any calendar that opens .ics files."
                " If the appointment moves, we send you a new file.",
            ),
            class_name="mut mb-2",
        ),
        class_name="sm mt-2",
    )


def _before() -> rx.Component:
    """Return what comes next, of which only what the product can do is said."""
    reminder = pgettext("done.reminder", "We will send you a reminder by email before your visit.")
    keep = rx.el.li(
        rx.el.div(
            rx.el.b(pgettext("done.keep_mail", "Keep the email we sent you")),
            pgettext("done.keep_mail_why", "Its link opens this appointment on any device."),
            " ",
            reminder,
        )
    )
    video = rx.el.li(
        rx.el.div(
            rx.el.b(pgettext("done.join_title", "Join your video visit")),
            ManageState.card.join_text,
        )
    )
    in_person = rx.el.li(
        rx.el.div(rx.el.b(pgettext("done.come", "Come to the clinic")), ManageState.card.directions)
    )
    return rx.fragment(
        rx.el.h2(pgettext("done.before", "Before your visit"), class_name="mt-8 mb-5"),
        rx.el.ol(
            rx.cond(ManageState.card.mail_state != "failed", keep),
            rx.cond(ManageState.card.join_text != "", video),
            rx.cond(ManageState.card.directions != "", in_person),
            class_name="next",
        ),
    )


def _worse() -> rx.Component:
    text = pgettext(
        "done.worse",
        "If your symptoms get worse, do not wait for your appointment. Call us on {clinic_phone}.",
    )
    return note(
        "plain",
        "phone",
        rx.el.p(
            *fill(text, clinic_phone=phone_link(FrameState.clinic)),
            " ",
            FrameState.clinic.emergency,
        ),
        class_name="noprint mt-8",
    )
