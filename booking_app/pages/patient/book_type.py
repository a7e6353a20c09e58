"""Step 1: what do you need?"""

import reflex as rx
from reflex.vars import ObjectVar

from booking_app import routes
from booking_app.components.choices import Choice, choice_list
from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_rows, once_known
from booking_app.components.notes import note
from booking_app.components.slip import slip
from booking_app.components.steps import steps_line
from booking_app.dto.booking import TypeRow
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, booking_page
from booking_app.pages.patient.step_parts import continue_button, slip_rail
from booking_app.state.patient.book_type import BookTypeState
from booking_app.state.patient.frame import FrameState


def book_type_page() -> rx.Component:
    """Choose the kind of appointment."""
    question = pgettext("book.type.h1", "What do you need?")
    rows = choice_list(
        BookTypeState.types,
        _row,
        name="type",
        legend=question,
        chosen=BookTypeState.chosen,
        on_choose=BookTypeState.choose_type,
    )
    form = rx.el.form(
        rx.cond(BookTypeState.is_loaded, rows, loading_rows()),
        _unsure(),
        continue_button(),
        on_submit=BookTypeState.go_on,
        class_name="mt-7",
    )
    return booking_page(
        rx.el.div(
            rx.el.div(
                alerts(),
                steps_line(1, pgettext("book.step.type", "Appointment type")),
                page_heading(question),
                _emergency(),
                rx.cond(
                    BookTypeState.is_loaded & (BookTypeState.types.length() == 0), _nothing(), form
                ),
            ),
            slip_rail(slip(BookTypeState.slip, pgettext("slip.so_far", "Your appointment so far"))),
            class_name="cols",
        ),
        address=BookTypeState.address,
    )


def _row(row: ObjectVar[TypeRow]) -> Choice:
    return Choice(
        row.slug,
        [rx.el.strong(row.name), rx.el.small(row.description)],
        [rx.el.b(row.minutes), rx.el.span(", ", class_name="only-m"), row.soonest],
    )


def _emergency() -> rx.Component:
    return note(
        "line",
        "siren",
        rx.el.p(
            rx.el.b(pgettext("common.emergency", "Do not use this page in an emergency.")),
            " ",
            once_known(
                FrameState.clinic.emergency,
                "Call for chest pain, trouble breathing, signs of a stroke or heavy bleeding.",
            ),
        ),
        class_name="mt-5",
    )


def _unsure() -> rx.Component:
    help_page = rx.cond(
        FrameState.clinic.slug != "",
        f"{routes.HELP}?clinic={FrameState.clinic.slug}#choosing",
        f"{routes.HELP}#choosing",
    )
    return rx.el.p(
        pgettext("book.type.unsure", "Not sure which to choose?"),
        " ",
        rx.el.a(pgettext("book.type.help", "Get help choosing"), href=help_page),
        " ",
        pgettext("book.type.or_call", "or call us."),
        " ",
        once_known(
            FrameState.clinic.help_hours, "A person answers from 8am to 6pm, Monday to Friday."
        ),
        class_name="sm mut mt-4",
    )


def _nothing() -> rx.Component:
    text = pgettext(
        "book.type.nothing", "No appointments can be booked online at the moment. Please call us."
    )
    return rx.el.p(text, " ", FrameState.clinic.help_hours, class_name="mt-6")
