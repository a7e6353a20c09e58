"""A month of days as native radio buttons.

Only days with free times are controls; the rest is plain text. The browser gives one stop in
the Tab order, arrows from free day to free day, and "2 of 14" to screen readers.
"""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from booking_app.components.icons import IconName, icon
from booking_app.dto.booking import DayCell, MonthCard
from booking_app.i18n import pgettext


def day_picker(
    month: ObjectVar[MonthCard], *, chosen: rx.Var[str], on_choose: Any, on_month: Any
) -> rx.Component:
    """Return ``month``; ``on_choose`` gets an ISO date, ``on_month`` an ISO month."""
    return rx.el.div(
        _heading(month, on_month),
        rx.el.fieldset(
            rx.el.legend(pgettext("book.time.day", "Day"), class_name="sr"),
            rx.el.p(
                pgettext("book.time.day_hint", "Only days with free times can be chosen."),
                id="day-hint",
                class_name="sr",
            ),
            rx.el.div(
                *(rx.el.span(name, class_name="wd", aria_hidden="true") for name in _weekdays()),
                rx.foreach(month.blanks, _blank),
                rx.foreach(month.days, lambda day: _cell(day, chosen, on_choose)),
                class_name="days",
            ),
            aria_describedby="day-hint",
        ),
        rx.el.p(month.until_text, class_name="xs mut mt-3"),
    )


def _weekdays() -> tuple[str, ...]:
    return (
        pgettext("weekday.short", "Mon"),
        pgettext("weekday.short", "Tue"),
        pgettext("weekday.short", "Wed"),
        pgettext("weekday.short", "Thu"),
        pgettext("weekday.short", "Fri"),
        pgettext("weekday.short", "Sat"),
        pgettext("weekday.short", "Sun"),
    )


def _heading(month: ObjectVar[MonthCard], on_month: Any) -> rx.Component:
    return rx.el.div(
        _turn("chevron-left", month.previous, month.previous_label, on_month),
        rx.el.h2(month.heading, aria_live="polite"),
        _turn("chevron-right", month.next, month.next_label, on_month),
        class_name="cal-h",
    )


def _turn(drawing: IconName, month: rx.Var[str], label: rx.Var[str], on_month: Any) -> rx.Component:
    return rx.el.button(
        icon(drawing),
        type="button",
        disabled=month == "",
        aria_label=label,
        on_click=on_month(month),
        class_name="iconbtn",
    )


def _blank(place: rx.Var[str]) -> rx.Component:
    return rx.el.span(class_name="day", aria_hidden="true", key=place)


def _cell(day: ObjectVar[DayCell], chosen: rx.Var[str], on_choose: Any) -> rx.Component:
    free = rx.el.label(
        rx.el.input(
            type="radio",
            name="day",
            value=day.iso,
            class_name="sr",
            default_checked=day.iso == chosen,
            aria_label=day.label,
            on_change=on_choose(day.iso),
        ),
        rx.el.b(day.number, aria_hidden="true"),
        rx.el.span(day.free_text, aria_hidden="true"),
        class_name="day",
    )
    today = rx.el.small(pgettext("book.time.today", "today"))
    empty = rx.el.span(
        rx.el.b(day.number),
        rx.cond(day.is_today, today),
        class_name=rx.cond(day.is_today, "day today", "day"),
        aria_hidden="true",
    )
    # The key stands outside: around a condition Reflex puts a fragment with the row's number.
    return rx.fragment(rx.cond(day.is_free, free, empty), key=day.iso)
