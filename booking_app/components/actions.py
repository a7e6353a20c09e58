"""Things one can do next, as a ruled list of rows."""

from typing import Any

import reflex as rx

from booking_app.components.icons import IconName, icon
from booking_app.components.plain_link import plain_link
from booking_app.components.rich_text import Part


def action_list(*rows: rx.Component) -> rx.Component:
    """Return rows made by the functions below as one list."""
    return rx.el.ul(*rows, class_name="acts")


def page_action(
    drawing: IconName, title: Part, hint: Part, href: rx.Var[str] | str, **props: Any
) -> rx.Component:
    """Return a row that leads to another page; ``props`` go to the row, above all its key."""
    return rx.el.li(rx.el.a(*_row(drawing, title, hint), href=href, class_name="act"), **props)


def call_action(title: Part, hint: Part, href: rx.Var[str] | str) -> rx.Component:
    """Return a row that dials a number."""
    return rx.el.li(plain_link(*_row("phone", title, hint), href=href, class_name="act"))


def file_action(
    drawing: IconName, title: Part, hint: Part, href: rx.Var[str] | str
) -> rx.Component:
    """Return a row that downloads a file."""
    row = plain_link(*_row(drawing, title, hint), href=href, download=True, class_name="act")
    return rx.el.li(row)


def closed_action(drawing: IconName, title: Part, hint: Part, tag: rx.Component) -> rx.Component:
    """Return a row for something that cannot be done now; ``hint`` says why or when."""
    words = rx.el.span(rx.el.b(title), rx.el.small(hint))
    return rx.el.li(rx.el.span(icon(drawing), words, tag, class_name="act act--off"))


def tag(kind: str, drawing: IconName, word: str) -> rx.Component:
    """Return a small label; icon and word say the same as its colour."""
    return rx.el.span(icon(drawing), rx.el.span(word), class_name=f"tag tag--{kind}")


def _row(drawing: IconName, title: Part, hint: Part) -> list[rx.Component]:
    words = rx.el.span(rx.el.b(title), rx.el.small(hint))
    return [icon(drawing), words, icon("chevron-right", "i go")]
