"""Step 2: who would you like to see?"""

import reflex as rx
from reflex.vars import ObjectVar

from booking_app.components.choices import Choice, choice_list
from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_rows
from booking_app.components.slip import slip
from booking_app.components.steps import back_link, steps_line
from booking_app.dto.booking import WhoRow
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, booking_page
from booking_app.pages.patient.step_parts import continue_button, slip_rail
from booking_app.state.patient.book_who import BookWhoState


def book_who_page() -> rx.Component:
    """Choose the clinician, or anyone."""
    question = pgettext("book.who.h1", "Who would you like to see?")
    rows = choice_list(
        BookWhoState.people,
        _row,
        name="who",
        legend=question,
        chosen=BookWhoState.chosen,
        on_choose=BookWhoState.choose_clinician,
    )
    lead = pgettext(
        "book.who.lead", "If you do not mind who, you will have more times to choose from."
    )
    return booking_page(
        rx.el.div(
            rx.el.div(
                back_link(BookWhoState.back),
                alerts(),
                steps_line(2, pgettext("book.step.who", "Clinician")),
                page_heading(question),
                rx.el.p(lead, class_name="lead mt-3"),
                rx.el.form(
                    rx.cond(BookWhoState.is_loaded, rows, loading_rows()),
                    continue_button(),
                    on_submit=BookWhoState.go_on,
                    class_name="mt-7",
                ),
            ),
            slip_rail(slip(BookWhoState.slip, pgettext("slip.so_far", "Your appointment so far"))),
            class_name="cols",
        ),
        address=BookWhoState.address,
    )


def _row(row: ObjectVar[WhoRow]) -> Choice:
    soonest = [
        rx.el.b(pgettext("book.who.soonest", "Soonest")),
        rx.el.span(" ", class_name="only-m"),
        row.soonest,
    ]
    return Choice(
        row.slug,
        [rx.el.strong(row.name), rx.el.small(row.about)],
        [
            rx.cond(
                row.soonest != "",
                rx.fragment(*soonest),
                pgettext("book.who.no_times", "No free times"),
            )
        ],
    )
