"""Step 3: choose a day and time."""

import reflex as rx
from reflex.vars import ObjectVar

from booking_app import routes
from booking_app.components.actions import action_list, call_action, page_action
from booking_app.components.day_picker import day_picker
from booking_app.components.icons import icon
from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_tiles, once_known
from booking_app.components.rich_text import fill
from booking_app.components.slot_tiles import slot_tiles
from booking_app.components.steps import back_link, steps_line
from booking_app.dto.booking import WayOnRow
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, booking_page
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.frame import FrameState

FORM = "when"


def book_time_page() -> rx.Component:
    """Choose a day, then one of its times; or go on elsewhere where there are none."""
    has_none = BookTimeState.is_loaded & ~BookTimeState.has_times
    return booking_page(
        back_link(BookTimeState.back),
        steps_line(3, pgettext("book.step.time", "Day and time")),
        rx.cond(has_none, _no_times(), _picker()),
        bar=rx.cond(has_none | ~FrameState.clinic.is_open, rx.fragment(), _choice_bar()),
        address=BookTimeState.address,
        is_narrow=has_none,
    )


def _picker() -> rx.Component:
    soonest = fill(
        pgettext("book.time.soonest", "The soonest time is {when}."),
        when=rx.el.b(
            once_known(BookTimeState.soonest, "tomorrow, Tuesday 14 July, at 9:20am"),
            class_name="strong",
        ),
    )
    return rx.fragment(
        page_heading(pgettext("book.time.h1", "Choose a day and time")),
        rx.el.p(*soonest, class_name="lead mt-3"),
        rx.el.p(
            icon("globe"),
            rx.el.span(
                once_known(
                    BookTimeState.zone_line, "Times are UK time. It is 3:42pm in the UK now."
                ),
                " ",
                BookTimeState.device_zone_line,
            ),
            class_name="tz mt-3",
        ),
        _form(),
    )


def _form() -> rx.Component:
    days = day_picker(
        BookTimeState.month,
        chosen=BookTimeState.times.iso,
        on_choose=BookTimeState.choose_day,
        on_month=BookTimeState.turn_to_month,
    )
    times = slot_tiles(
        BookTimeState.times,
        chosen=BookTimeState.chosen.key,
        on_choose=BookTimeState.choose_time,
    )
    return rx.el.form(
        rx.el.div(
            rx.cond(BookTimeState.is_loaded, days, rx.el.div(class_name="cal--load")),
            rx.el.div(
                rx.el.h2(BookTimeState.times.heading, class_name="slots-h"),
                alerts(),
                rx.cond(BookTimeState.is_loaded, times, loading_tiles()),
            ),
            class_name="picker",
        ),
        id=FORM,
        on_submit=BookTimeState.go_on,
        class_name=rx.cond(BookTimeState.is_loaded, "mt-7", "mt-7 screenful"),
    )


def _choice_bar() -> rx.Component:
    """Return the bar that repeats in words what is chosen, with the button to go on."""
    chosen = BookTimeState.chosen
    words = rx.cond(
        chosen.key != "",
        rx.fragment(rx.el.b(chosen.sentence), chosen.with_line),
        rx.el.b(pgettext("book.time.none_chosen", "Choose a time")),
    )
    go_on_with = rx.cond(
        chosen.key != "",
        rx.el.span(
            *fill(pgettext("book.time.continue_with", " with {when}"), when=chosen.sentence),
            class_name="sr",
        ),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.p(words),
            rx.el.button(
                pgettext("common.continue", "Continue"),
                go_on_with,
                type="submit",
                form=FORM,
                class_name="btn btn--p btn--big",
            ),
        ),
        class_name="paybar",
        aria_label=pgettext("book.time.choice", "Your choice"),
    )


def _no_times() -> rx.Component:
    clinic = FrameState.clinic
    call = pgettext("common.call", "Call {clinic_phone}").format(clinic_phone=clinic.phone)
    return rx.el.div(
        alerts(),
        page_heading(BookTimeState.none_heading),
        rx.el.p(BookTimeState.none_text, class_name="lead mt-3 mb-6"),
        action_list(
            rx.foreach(BookTimeState.ways_on, _way_on),
            call_action(call, clinic.help_hours, clinic.phone_href),
        ),
    )


def _way_on(way: ObjectVar[WayOnRow]) -> rx.Component:
    address = (
        f"{routes.BOOK_TIME}?clinic={FrameState.clinic.slug}&type={way.appointment_type}"
        f"&clinician={way.clinician}&location={way.location}"
    )
    action = rx.cond(
        way.kind == "clinician",
        page_action("users", way.heading, way.text, address),
        page_action("map-pin", way.heading, way.text, address),
    )
    # The key stands outside: around a condition Reflex puts a fragment with the row's number.
    return rx.fragment(action, key=way.key)
