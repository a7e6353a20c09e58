"""What stands in the browser's tab."""

import reflex as rx

from booking_app.components.steps import TOTAL
from booking_app.i18n import pgettext
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.manage import ManageState


def title(text: rx.Var[str] | str) -> rx.Var[str]:
    """Return ``text``, and the clinic's name once it is known."""
    name = FrameState.clinic.name
    return rx.cond(name != "", f"{text} \N{EN DASH} {name}", f"{text}")


def step_title(number: int, question: str) -> rx.Var[str]:
    """Return ``Check and confirm. Step 5 of 5, book an appointment``."""
    return title(_step_words(number, question))


def open_step_title(number: int, question: str) -> rx.Var[str]:
    """Return the same for a step that is there only while online booking is open."""
    closed = pgettext("closed.h1", "Online booking is closed")
    return title(rx.cond(FrameState.clinic.is_open, _step_words(number, question), closed))


def time_title() -> rx.Var[str]:
    """Return the title of the day and time, which says when there are none."""
    has_none = BookTimeState.is_loaded & ~BookTimeState.has_times & FrameState.clinic.is_open
    return rx.cond(
        has_none,
        title(_step_words(3, pgettext("sys.none.title", "No free times."))),
        open_step_title(3, pgettext("book.time.title", "Choose a day and time.")),
    )


def details_title() -> rx.Var[str]:
    """Return the title of the details, which says when there is something to correct."""
    words = _step_words(4, pgettext("book.details.title", "Your details."))
    error = pgettext("err.title", "Error: ")
    return title(rx.cond(BookDetailsState.problems.length() > 0, f"{error}{words}", words))


def visit_title(text: str) -> rx.Var[str]:
    """Return ``text`` with when the appointment is."""
    slip = ManageState.card.slip
    return title(rx.cond(slip.spoken_date != "", f"{text}, {slip.spoken_date}", text))


def _step_words(number: int, question: str) -> str:
    words = pgettext("book.step.title", "{question} Step {n} of {total}, book an appointment")
    return words.format(question=question, n=number, total=TOTAL)
