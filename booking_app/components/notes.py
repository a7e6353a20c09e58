"""Notes beside the flow of a page: one icon, one or two sentences."""

from typing import Literal

import reflex as rx

from booking_app.components.icons import IconName, icon
from booking_app.components.rich_text import Part

Kind = Literal["info", "held", "danger", "plain", "ok", "line"]


def note(kind: Kind, drawing: IconName, *children: Part, class_name: str = "") -> rx.Component:
    """Return a tinted note; ``line`` is ruled instead of tinted."""
    look = "note" if kind == "info" else f"note note--{kind}"
    return rx.el.div(icon(drawing), rx.el.div(*children), class_name=f"{look} {class_name}".strip())
