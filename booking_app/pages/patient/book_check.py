"""Step 5: check and confirm."""

import reflex as rx

from booking_app import routes
from booking_app.components.choices import check_box
from booking_app.components.draft_form import draft_form
from booking_app.components.layout import page_heading
from booking_app.components.notes import note
from booking_app.components.slip import slip
from booking_app.components.steps import back_link, steps_line
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts
from booking_app.pages.patient.held_page import held_page
from booking_app.pages.patient.step_parts import slip_rail
from booking_app.state.patient.book_check import YES, BookCheckState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.hold import HoldState


def book_check_page() -> rx.Component:
    """Look at everything once more, and book it."""
    about = pgettext("book.check.slip", "Appointment you are about to confirm")
    return held_page(
        rx.el.div(
            rx.el.div(
                back_link(_details_page()),
                alerts(),
                steps_line(5, pgettext("book.step.check", "Check and confirm")),
                page_heading(pgettext("book.check.h1", "Check and confirm")),
                rx.el.div(
                    slip(HoldState.slip, about, is_wide=True, has_foot=False),
                    class_name="only-m mt-5",
                ),
                _answers(),
                note("plain", "info", rx.el.p(BookCheckState.card.policy), class_name="mt-6"),
                _form(),
            ),
            slip_rail(slip(HoldState.slip, about, hold=HoldState.hold)),
            class_name="cols",
        ),
    )


def _details_page() -> rx.Var[str]:
    return rx.Var.create(f"{routes.BOOK_DETAILS}?clinic={FrameState.clinic.slug}")


def _answers() -> rx.Component:
    card, details = BookCheckState.card, _details_page()
    time = HoldState.change_time
    return rx.el.dl(
        _answer(pgettext("book.check.when", "When"), card.when, time, "hide-m"),
        _answer(pgettext("book.check.what", "What"), card.what, _start_page(), "hide-m"),
        _answer(pgettext("book.check.name", "Name"), card.name, details),
        _answer(pgettext("form.dob", "Date of birth"), card.date_of_birth, details),
        _answer(pgettext("book.check.email", "Email"), card.email, details),
        _optional(pgettext("book.check.phone", "Mobile phone"), card.phone, details),
        _optional(pgettext("book.check.help_with", "Help with"), card.help_with, details),
        _optional(pgettext("book.check.needs", "You need"), card.needs, details),
        class_name="sum mt-6",
    )


def _start_page() -> rx.Var[str]:
    return rx.Var.create(f"{routes.BOOK}?clinic={FrameState.clinic.slug}")


def _answer(
    term: str, text: rx.Var[str], change: rx.Var[str], class_name: str = ""
) -> rx.Component:
    return rx.el.div(
        rx.el.dt(term),
        rx.el.dd(text, class_name="anywhere"),
        rx.el.dd(
            rx.el.a(
                pgettext("book.check.change", "Change"),
                rx.el.span(f" {term}", class_name="sr"),
                href=change,
            )
        ),
        class_name=class_name,
    )


def _optional(term: str, text: rx.Var[str], change: rx.Var[str]) -> rx.Component:
    return rx.cond(text != "", _answer(term, text, change))


def _form() -> rx.Component:
    return draft_form(
        rx.el.div(
            check_box(
                "reminders",
                YES,
                pgettext("book.check.reminders", "Send me reminders by email"),
                default_checked=True,
            ),
            class_name="mt-5",
        ),
        _buttons(),
        saved=BookCheckState.answers,
        is_loaded=BookCheckState.is_loaded,
        storage_key=f"check:{FrameState.clinic.slug}",
        on_save=BookCheckState.save_answers,
        on_send=BookCheckState.confirm,
    )


def _buttons() -> rx.Component:
    is_busy = BookCheckState.is_busy
    return rx.fragment(
        rx.el.div(
            rx.el.button(
                rx.cond(
                    is_busy,
                    pgettext("book.check.busy", "Booking your appointment"),
                    pgettext("book.check.confirm", "Confirm appointment"),
                ),
                type="submit",
                aria_disabled=is_busy,
                aria_busy=is_busy,
                class_name="btn btn--p btn--big",
            ),
            rx.el.button(
                pgettext("book.check.stop", "Do not book this"),
                type="button",
                on_click=HoldState.let_go,
                class_name="btn btn--q",
            ),
            class_name="btn-group mt-6",
        ),
        rx.el.p(
            pgettext(
                "book.check.not_yet", "Your appointment is not booked until you choose Confirm."
            ),
            class_name="sm mut mt-4",
        ),
    )
