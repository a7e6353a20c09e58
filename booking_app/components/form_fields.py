"""Labelled fields, each with its hint and its problem tied to the control."""

from typing import Any

import reflex as rx

from booking_app.components.error_summary import error_message
from booking_app.i18n import pgettext

Text = rx.Var[str] | str


def text_field(
    name: str, label: str, *, hint: Text = "", problem: rx.Var[str], **props: Any
) -> rx.Component:
    """Return a line of text named ``name``; ``props`` go to the input."""
    looks = f"inp {props.pop('class_name', '')}".strip()
    control = rx.el.input(
        **_control(name, hint, problem), class_name=looks, custom_attrs={"id": name}, **props
    )
    return _field(name, label, hint, problem, control)


def text_area(
    name: str, label: str, *, hint: str, problem: rx.Var[str], max_length: int
) -> rx.Component:
    """Return a few lines of text that may have ``max_length`` characters."""
    limit = pgettext("form.limit", "You can write {n} characters").format(n=max_length)
    control = rx.el.textarea(
        **_control(name, hint, problem, f"{name}-limit"),
        max_length=max_length,
        class_name="inp",
        custom_attrs={"id": name},
    )
    return rx.el.div(
        _field(name, label, hint, problem, control),
        rx.el.span(limit, id=f"{name}-limit", class_name="hint mt-1"),
        class_name="field",
    )


def date_of_birth(
    problem: rx.Var[str], *, day: rx.Var[bool], month: rx.Var[bool], year: rx.Var[bool]
) -> rx.Component:
    """Return three boxes for a date everybody knows by heart; the flags mark wrong ones."""

    def box(name: str, words: str, wrong: rx.Var[bool], size: str) -> rx.Component:
        return rx.el.label(
            words,
            rx.el.input(
                name=name,
                type="text",
                input_mode="numeric",
                max_length=10,
                auto_complete=f"bday-{name}",
                aria_invalid=rx.cond(wrong, "true", "false"),
                aria_describedby="dob-hint",
                class_name=rx.cond(wrong, f"inp {size}", f"inp {size} okk"),
                custom_attrs={"id": name},
            ),
            class_name="dob-box",
        )

    return rx.el.fieldset(
        rx.el.legend(pgettext("form.dob", "Date of birth"), class_name="label"),
        rx.el.span(
            pgettext("form.dob_hint", "For example, 15 3 1984"), id="dob-hint", class_name="hint"
        ),
        rx.cond(problem != "", error_message(problem, "dob-problem")),
        rx.el.div(
            box("day", pgettext("form.day", "Day"), day, "inp--2"),
            box("month", pgettext("form.month", "Month"), month, "inp--2"),
            box("year", pgettext("form.year", "Year"), year, "inp--4"),
            class_name="row row-t dob",
        ),
        aria_describedby=rx.cond(problem != "", "dob-problem", "dob-hint"),
        class_name=rx.cond(problem != "", "fgrp is-err", "fgrp"),
    )


def _control(name: str, hint: Text, problem: rx.Var[str], *others: str) -> dict[str, Any]:
    """Return what ties a control to its words."""
    described = " ".join([*([f"{name}-hint"] if _is_there(hint) else []), *others])
    with_problem = f"{described} {name}-problem".strip()
    return {
        "name": name,
        "aria_invalid": rx.cond(problem != "", "true", "false"),
        "aria_describedby": rx.cond(problem != "", with_problem, described),
    }


def _field(
    name: str, label: str, hint: Text, problem: rx.Var[str], control: rx.Component
) -> rx.Component:
    parts: list[rx.Component] = [rx.el.label(label, html_for=name, class_name="label")]
    if _is_there(hint):
        parts.append(rx.el.span(hint, id=f"{name}-hint", class_name="hint"))
    return rx.el.div(
        *parts,
        rx.cond(problem != "", error_message(problem, f"{name}-problem")),
        control,
        class_name=rx.cond(problem != "", "field is-err", "field"),
    )


def _is_there(hint: Text) -> bool:
    return isinstance(hint, rx.Var) or bool(hint)
