"""The strip in view as long as a time is kept for somebody."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar, StringVar

from booking_app.components.icons import icon
from booking_app.components.rich_text import fill
from booking_app.components.script_beside import script_beside
from booking_app.dto.booking import HoldCard
from booking_app.i18n import pgettext

LOW_SECONDS = 2 * 60
"""From here on the strip changes its look and offers more time."""


class HoldStrip(rx.Component):
    """The countdown and what goes with it (hold_strip.jsx)."""

    library = script_beside(__name__, "hold_strip.jsx")
    tag = "HoldStrip"

    left_ms: rx.Var[int]
    stamp: rx.Var[str]
    may_extend: rx.Var[bool]
    low_seconds: rx.Var[int]
    say_at: rx.Var[dict[str, str]]
    say_now: rx.Var[str]
    label: rx.Var[str]
    timer_label: rx.Var[str]
    left_text: rx.Var[str]
    extend_text: rx.Var[str]
    on_extend: rx.EventHandler[rx.event.no_args_event_spec]
    on_run_out: rx.EventHandler[rx.event.no_args_event_spec]
    on_wake: rx.EventHandler[rx.event.no_args_event_spec]


def hold_strip(
    hold: ObjectVar[HoldCard],
    *,
    say: StringVar,
    on_extend: Any,
    on_run_out: Any,
    on_wake: Any,
) -> rx.Component:
    """Return the strip for ``hold``; ``say`` is spoken when it changes.

    ``on_run_out`` is called when the countdown reaches its end, and again every 2 seconds
    while the strip stays: the server may see the end a moment later.
    """
    long_words = fill(
        pgettext("hold.strip", "We are holding {when} for you until {until}."),
        when=rx.el.b(hold.when),
        until=hold.until,
    )
    short_words = pgettext("hold.strip_short", "Held for you until {until}.")
    return HoldStrip.create(
        icon("timer"),
        # Nothing half said while the page does not know the hold yet.
        rx.cond(hold.is_live, rx.el.span(*long_words, " ", class_name="hide-m")),
        rx.cond(
            hold.is_live,
            rx.el.span(short_words.format(until=hold.until), " ", class_name="only-m"),
        ),
        left_ms=hold.left_ms,
        stamp=hold.stamp,
        may_extend=hold.may_extend,
        low_seconds=LOW_SECONDS,
        say_at={
            "5": pgettext("hold.say_5", "5 minutes left to finish your booking."),
            "2": pgettext(
                "hold.say_2", "2 minutes left. You can ask us to hold this time for longer."
            ),
            "1": pgettext("hold.say_1", "1 minute left."),
        },
        say_now=say,
        label=pgettext("hold.label", "Time held for you"),
        timer_label=pgettext("hold.timer", "Time left"),
        left_text=pgettext("hold.left", "{mm_ss} left"),
        extend_text=pgettext("hold.more", "Keep holding"),
        on_extend=on_extend,
        on_run_out=on_run_out,
        on_wake=on_wake,
    )
