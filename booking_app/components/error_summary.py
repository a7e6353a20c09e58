"""The list of problems on top of a form."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from booking_app.components.icons import icon
from booking_app.components.plain_link import plain_link
from booking_app.dto.forms import Problem
from booking_app.i18n import pgettext


def error_summary(problems: ArrayVar[Sequence[Problem]]) -> rx.Component:
    """Return the problems of a form, each leading to its field; nothing while there are none."""

    def line(problem: ObjectVar[Problem]) -> rx.Component:
        return rx.el.li(plain_link(problem.text, href=problem.href), key=problem.href)

    return rx.cond(
        problems.length() > 0,
        rx.el.div(
            rx.el.h2(pgettext("err.summary", "There is a problem")),
            rx.el.ul(rx.foreach(problems, line)),
            class_name="errsum",
        ),
    )


def error_message(text: rx.Var[str], element_id: str) -> rx.Component:
    """Return what is wrong with one field, for its place above the control."""
    return rx.el.p(
        icon("alert"),
        rx.el.span(
            rx.el.span(pgettext("err.prefix", "Error: "), class_name="sr"),
            text,
        ),
        id=element_id,
        class_name="err-msg",
    )
