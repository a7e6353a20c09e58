"""Step 4: your details."""

import reflex as rx

from booking_app.components.choices import check_box
from booking_app.components.draft_form import draft_form
from booking_app.components.error_summary import error_summary
from booking_app.components.form_fields import date_of_birth, text_area, text_field
from booking_app.components.layout import page_heading
from booking_app.components.slip import slip
from booking_app.components.steps import back_link, steps_line
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts
from booking_app.pages.patient.held_page import held_page
from booking_app.pages.patient.step_parts import continue_button, slip_rail
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.hold import HoldState

MAX_HELP_WITH = 300


def book_details_page() -> rx.Component:
    """Say who the appointment is for."""
    lead = pgettext(
        "book.details.lead", "We use these to find your record and to send your confirmation."
    )
    return held_page(
        rx.el.div(
            rx.el.div(
                back_link(HoldState.change_time),
                alerts(error_summary(BookDetailsState.problems)),
                steps_line(4, pgettext("book.step.details", "Your details")),
                page_heading(pgettext("book.details.h1", "Your details")),
                rx.el.p(lead, class_name="lead mt-3"),
                _form(),
            ),
            slip_rail(
                slip(
                    HoldState.slip,
                    pgettext("slip.so_far", "Your appointment so far"),
                    hold=HoldState.hold,
                ),
                rx.el.p(
                    rx.el.a(
                        pgettext("book.details.other_time", "Choose a different time"),
                        href=HoldState.change_time,
                        class_name="alone",
                    ),
                    class_name="sm mt-4",
                ),
            ),
            class_name="cols",
        ),
    )


def _form() -> rx.Component:
    return draft_form(
        *_who(),
        *_contact(),
        *_about(),
        continue_button(),
        rx.el.p(
            rx.el.button(
                pgettext("book.details.start_again", "Clear this form and start again"),
                type="button",
                on_click=BookDetailsState.start_again,
                class_name="link",
            ),
            class_name="sm mt-4",
        ),
        saved=BookDetailsState.typed,
        is_loaded=BookDetailsState.is_loaded,
        storage_key=f"details:{FrameState.clinic.slug}",
        on_save=BookDetailsState.save_fields,
        on_send=BookDetailsState.go_on,
        class_name="mt-7",
    )


def _who() -> list[rx.Component]:
    beside = BookDetailsState.beside
    return [
        text_field(
            "first_name",
            pgettext("form.first_name", "First name"),
            hint=pgettext("form.first_name_hint", "As it is on your clinic record"),
            problem=beside.first_name,
            auto_complete="given-name",
            max_length=200,
        ),
        text_field(
            "last_name",
            pgettext("form.last_name", "Last name"),
            problem=beside.last_name,
            auto_complete="family-name",
            max_length=200,
        ),
        date_of_birth(
            beside.date_of_birth,
            day=beside.dob_day,
            month=beside.dob_month,
            year=beside.dob_year,
        ),
    ]


def _contact() -> list[rx.Component]:
    beside = BookDetailsState.beside
    email_hint = rx.cond(
        HoldState.slip.is_video,
        pgettext("book.details.email_hint", "We will send the link to join your video visit here"),
        pgettext(
            "book.details.email_hint_visit",
            "We will send your confirmation, and the link to change or cancel, here",
        ),
    )
    phone_hint = rx.cond(
        HoldState.slip.is_video,
        pgettext("book.details.phone_hint", "So that we can call you if the video does not work"),
        pgettext("book.details.phone_hint_visit", "So that we can call you if something changes"),
    )
    return [
        text_field(
            "email",
            pgettext("form.email", "Email address"),
            hint=email_hint,
            problem=beside.email,
            type="email",
            auto_complete="email",
            spell_check=False,
            max_length=400,
        ),
        text_field(
            "phone",
            pgettext("form.phone", "Mobile phone number (optional)"),
            hint=phone_hint,
            problem=beside.phone,
            type="tel",
            auto_complete="tel",
            class_name="inp--m",
            max_length=100,
        ),
    ]


def _about() -> list[rx.Component]:
    return [
        text_area(
            "help_with",
            pgettext("book.details.why", "What would you like help with? (optional)"),
            hint=pgettext(
                "book.details.why_hint",
                "A few words are enough. The clinician reads this before the visit.",
            ),
            problem=BookDetailsState.beside.help_with,
            max_length=MAX_HELP_WITH,
        ),
        rx.el.fieldset(
            rx.el.legend(
                pgettext("book.details.needs", "Do you need any of these? (optional)"),
                class_name="label",
            ),
            rx.el.div(
                *(check_box("needs", need, need) for need in _needs()),
                class_name="mt-2",
            ),
            class_name="fgrp",
        ),
    ]


def _needs() -> tuple[str, ...]:
    return (
        pgettext("book.needs.interpreter", "An interpreter"),
        pgettext("book.needs.sign_language", "British Sign Language"),
        pgettext("book.needs.chat", "To type in a chat as well as talk"),
        pgettext("book.needs.companion", "Someone to join the visit with me"),
    )
