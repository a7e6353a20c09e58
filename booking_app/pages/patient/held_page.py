"""Pages that are shown under a held time."""

from typing import Any

import reflex as rx

from booking_app.components.hold_strip import hold_strip
from booking_app.components.notes import note
from booking_app.pages.patient.frame import framed
from booking_app.state.patient.hold import HoldState


def held_page(*children: rx.Component, **parts: Any) -> rx.Component:
    """Return a page with the strip of the held time on top; it goes on when that runs out.

    It works as long as the hold does, also where the clinic has closed its booking since.
    """
    return framed(
        rx.cond(
            HoldState.closed != "",
            note("info", "info", rx.el.p(HoldState.closed), class_name="mt-2 mb-3"),
        ),
        *children,
        strip=hold_strip(
            HoldState.hold,
            say=HoldState.say,
            on_extend=HoldState.keep_holding,
            on_run_out=HoldState.look_at_clock,
            on_wake=HoldState.look_at_clock,
        ),
        held_until=HoldState.hold.until,
        **parts,
    )
