"""The hold ran out: nothing is booked, nothing typed is lost."""

import reflex as rx

from booking_app.components.layout import page_heading
from booking_app.components.loading import loading_page
from booking_app.components.notes import note
from booking_app.components.slot_tiles import tile_row
from booking_app.i18n import pgettext
from booking_app.pages.patient.frame import alerts, booking_page
from booking_app.state.patient.book_ended import BookEndedState


def book_ended_page() -> rx.Component:
    """Hold the same time again in one press, or another of that day."""
    card = BookEndedState.card
    happened = pgettext(
        "hold.ended.p",
        "The {n} ended at {until}, so {when} is free for others to book."
        " Nothing is booked. We kept everything you typed.",
    ).format(n=card.minutes, until=card.until, when=card.when)
    return booking_page(
        alerts(),
        page_heading(pgettext("hold.ended.h1", "We could not hold your time any longer"), "mt-2"),
        rx.cond(
            BookEndedState.is_loaded,
            rx.fragment(
                rx.el.p(happened, class_name="lead mt-3 mb-6"),
                rx.cond(BookEndedState.may_hold, _ways_on()),
            ),
            loading_page(),
        ),
        is_narrow=True,
    )


def _ways_on() -> rx.Component:
    card = BookEndedState.card
    return rx.fragment(
        rx.cond(card.is_still_free, _still_free(), _gone()),
        rx.cond(card.others.length() > 0, _others()),
        rx.el.p(
            rx.el.a(
                pgettext("hold.ended.all", "See all days and times"),
                href=BookEndedState.all_times,
                class_name="alone",
            ),
            class_name="mt-5",
        ),
    )


def _still_free() -> rx.Component:
    card = BookEndedState.card
    return note(
        "ok",
        "check",
        rx.el.b(
            pgettext("hold.ended.still_free", "Good news: {time} is still free.").format(
                time=card.time
            )
        ),
        rx.el.div(
            rx.el.button(
                pgettext("hold.ended.again", "Hold {time} again").format(time=card.time),
                type="button",
                on_click=BookEndedState.hold_again,
                class_name="btn btn--p btn--big",
            ),
            class_name="btn-group mt-3",
        ),
    )


def _gone() -> rx.Component:
    card = BookEndedState.card
    with_other = pgettext(
        "hold.ended.gone", "Someone else has taken {time}. The nearest free time is {other}."
    ).format(time=card.time, other=card.nearest)
    alone = pgettext("hold.ended.gone_alone", "Someone else has taken {time}.").format(
        time=card.time
    )
    return note("held", "alert", rx.el.p(rx.cond(card.nearest != "", with_other, alone)))


def _others() -> rx.Component:
    card = BookEndedState.card
    return rx.fragment(
        rx.el.h2(
            pgettext("hold.ended.other_h2", "Or choose another time that day"),
            class_name="mt-8 mb-3",
        ),
        rx.el.form(
            rx.el.fieldset(
                rx.el.legend(card.others_heading, class_name="sr"),
                tile_row(card.others),
            ),
            rx.el.div(
                rx.el.button(
                    pgettext("hold.ended.hold_other", "Hold this time"),
                    type="submit",
                    class_name="btn",
                ),
                class_name="btn-group mt-5",
            ),
            on_submit=BookEndedState.hold_other,
        ),
    )
