"""The frame of the patient pages, bound to what this tab knows."""

from typing import Any

import reflex as rx

from booking_app.components.layout import ALERTS_ID, alert_region, patient_frame, phone_link
from booking_app.components.notes import note
from booking_app.components.page_manners import page_manners
from booking_app.components.plain_link import plain_link
from booking_app.components.rich_text import bold_start, fill
from booking_app.i18n import pgettext
from booking_app.state.patient.frame import FrameState
from booking_app.web.gate import TabSession


def framed(
    *children: rx.Component,
    address: rx.Var[str] | str = "",
    **parts: Any,
) -> rx.Component:
    """Return a page in the frame of the tab's clinic.

    ``address`` keeps the page's address true; ``parts`` are those of ``patient_frame``. The
    page places ``alerts()`` where a problem is best seen.
    """
    return patient_frame(
        rx.cond(
            FrameState.notice != "",
            note("info", "info", rx.el.p(FrameState.notice), class_name="mt-2"),
        ),
        *children,
        clinic=FrameState.clinic,
        say=FrameState.say,
        manners=page_manners(
            focus_on=ALERTS_ID, focus_stamp=FrameState.focus_stamp, address=address
        ),
        **parts,
    )


def alerts(summary: rx.Component | None = None) -> rx.Component:
    """Return the region for problems: a form's ``summary``, a refusal, a failure of ours."""
    return alert_region(summary or rx.fragment(), _problem(), _failure())


def booking_page(*children: rx.Component, **parts: Any) -> rx.Component:
    """Return a step of the booking, or what the clinic says while online booking is closed."""
    return framed(rx.cond(FrameState.clinic.is_open, rx.fragment(*children), _closed()), **parts)


def _problem() -> rx.Component:
    return rx.cond(FrameState.problem != "", note("held", "alert", rx.el.p(FrameState.problem)))


def _failure() -> rx.Component:
    text = pgettext(
        "sys.error",
        "Sorry, something went wrong on our side. Nothing has been booked or changed."
        " Try again, or call {clinic_phone}.",
    )
    first, rest = bold_start(text)
    number = pgettext("sys.error_number", "If you call, please say number {number}.")
    return rx.cond(
        TabSession.problem_id != "",
        note(
            "danger",
            "alert",
            rx.el.p(first, *fill(str(rest), clinic_phone=phone_link(FrameState.clinic))),
            rx.el.p(number.format(number=TabSession.problem_id), class_name="sm mut"),
            rx.el.button(
                pgettext("common.close", "Close"),
                type="button",
                on_click=TabSession.dismiss_problem,
                class_name="btn mt-2",
            ),
        ),
    )


def _closed() -> rx.Component:
    clinic = FrameState.clinic
    return rx.fragment(
        rx.el.h1(pgettext("closed.h1", "Online booking is closed"), id="page-title", tab_index=-1),
        # A region for problems, for it may be met in the middle of a booking.
        alert_region(rx.el.p(clinic.closed_message, class_name="lead"), _failure()),
        rx.el.p(
            plain_link(
                pgettext("common.call", "Call {clinic_phone}").format(clinic_phone=clinic.phone),
                href=clinic.phone_href,
                class_name="btn btn--p btn--big",
            ),
            class_name="mt-6",
        ),
        rx.el.p(clinic.help_hours, class_name="sm mut mt-3"),
    )
