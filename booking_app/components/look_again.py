"""Pages that change by themselves when their time has come."""

from typing import Any

import reflex as rx

from booking_app.components.script_beside import script_beside


class LookAgain(rx.Component):
    """A timer that asks the server once (look_again.jsx). Shows nothing."""

    library = script_beside(__name__, "look_again.jsx")
    tag = "LookAgain"

    after_ms: rx.Var[int]
    stamp: rx.Var[int]
    on_due: rx.EventHandler[rx.event.no_args_event_spec]


def look_again(after_ms: rx.Var[int], *, stamp: rx.Var[int], on_due: Any) -> rx.Component:
    """Call ``on_due`` in ``after_ms``; 0 is never. Starts anew whenever ``stamp`` changes."""
    return LookAgain.create(after_ms=after_ms, stamp=stamp, on_due=on_due)
