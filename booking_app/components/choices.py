"""One of several, and any of several, as native radios and check boxes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.vars import ArrayVar

from booking_app.components.icons import icon
from booking_app.components.rich_text import Part


@dataclass(frozen=True)
class Choice:
    """How one row of a choice reads: its value, its words, and what stands at its end."""

    value: Any
    words: Sequence[Part]
    end: Sequence[Part] = ()


def choice_list(
    rows: ArrayVar[Any],
    show: Callable[[Any], Choice],
    *,
    name: str,
    legend: str,
    chosen: rx.Var[str],
    on_choose: Callable[[Any], Any],
) -> rx.Component:
    """Return ``rows`` as radios named ``name``; ``show`` says how a row reads.

    The radios are uncontrolled: the browser moves the choice at once, whatever the network
    does. Each is keyed by its value, so that a list that changes never moves the focus to
    another choice.
    """

    def row(item: Any) -> rx.Component:
        shown = show(item)
        return rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=shown.value,
                class_name="sr",
                default_checked=shown.value == chosen,
                on_change=on_choose(shown.value),
            ),
            rx.el.span(class_name="dot", aria_hidden="true"),
            rx.el.span(*shown.words),
            rx.el.span(*shown.end, class_name="end"),
            class_name="choice",
            key=shown.value,
        )

    return rx.el.fieldset(
        rx.el.legend(legend, class_name="sr"),
        rx.el.div(rx.foreach(rows, row), class_name="choices"),
    )


def plain_choices(
    name: str, legend: rx.Var[str] | str, options: Any, element_id: str
) -> rx.Component:
    """Return a var of rows with ``code`` and ``label`` as a group of radios, none chosen."""

    def option(row: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="radio", name=name, value=row.code, class_name="sr"),
            rx.el.span(class_name="dot", aria_hidden="true"),
            rx.el.span(row.label),
            class_name="choice choice--low",
            key=row.code,
        )

    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        rx.el.div(rx.foreach(options, option), class_name="choices mt-3"),
        id=element_id,
        tab_index=-1,
        class_name="fgrp",
    )


def check_box(name: str, value: str, words: str, **props: Any) -> rx.Component:
    """Return a check box with its words; ``props`` go to the input."""
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, value=value, class_name="sr", **props),
        rx.el.span(icon("check"), class_name="box", aria_hidden="true"),
        rx.el.span(words),
        class_name="check",
    )
