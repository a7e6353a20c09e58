"""The appointment slip: one object from the first choice to the print-out.

Its edge, its icon and its words say its state together; none does alone.
"""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from booking_app.components.icons import icon
from booking_app.components.rich_text import Part
from booking_app.dto.booking import HoldCard
from booking_app.i18n import pgettext


def slip(
    card: Any,
    label: str,
    *,
    is_wide: bool = False,
    has_foot: bool = True,
    hold: ObjectVar[HoldCard] | None = None,
) -> rx.Component:
    """Return a var of ``SlipCard`` as a slip; ``hold`` adds the bar of the time that is left."""
    width = " slip--wide" if is_wide else ""
    return rx.el.section(
        _stub(card, is_short=is_wide and not has_foot),
        rx.el.div(class_name="slip-perf", aria_hidden="true"),
        rx.el.div(_body(card), _foot(card, hold) if has_foot else rx.fragment()),
        class_name=f"slip slip--{card.state}{width}",
        aria_label=label,
    )


def _stub(card: Any, *, is_short: bool) -> rx.Component:
    empty = rx.el.div(
        rx.el.span("\N{EN DASH}", class_name="num", aria_hidden="true"),
        rx.el.span(
            rx.el.span(pgettext("slip.day", "Day"), class_name="dow"),
            rx.el.span(pgettext("slip.no_day", "not chosen yet"), class_name="mon"),
        ),
        class_name="slip-stub",
    )
    dated = rx.el.div(
        rx.el.span(card.number, class_name="num", aria_hidden="true"),
        rx.el.span(
            rx.el.span(card.weekday_short if is_short else card.weekday, class_name="dow"),
            rx.el.span(card.month_short if is_short else card.month, class_name="mon"),
            aria_hidden="true",
        ),
        rx.el.span(card.spoken_date, class_name="sr"),
        class_name="slip-stub",
    )
    return rx.cond(card.number == "", empty, dated)


def _body(card: Any) -> rx.Component:
    where = rx.cond(card.is_video, icon("video"), icon("map-pin"))
    return rx.el.div(
        rx.cond(card.time != "", rx.el.p(card.time, class_name="slip-time")),
        rx.el.dl(
            _line(icon("stethoscope"), pgettext("slip.type", "Type"), card.type_line),
            _line(icon("user"), pgettext("slip.with", "With"), card.with_line),
            _line(where, pgettext("slip.where", "Where"), card.where_line),
            _line(
                icon("hash"),
                pgettext("slip.reference", "Reference"),
                card.reference,
                rx.el.span(rx.el.b(card.reference), class_name="ref"),
            ),
        ),
        class_name="slip-body",
    )


def _line(
    drawing: rx.Component, term: str, text: rx.Var[str], shown: Part | None = None
) -> rx.Component:
    line = rx.el.div(drawing, rx.el.dt(term), rx.el.dd(text if shown is None else shown))
    return rx.cond(text != "", line)


def _foot(card: Any, hold: ObjectVar[HoldCard] | None) -> rx.Component:
    strong = rx.el.b(card.foot_strong)
    words = rx.cond(
        card.state == "held",
        rx.fragment(card.foot, " ", strong),
        rx.fragment(strong, " ", card.foot),
    )
    drawing = rx.match(
        card.state,
        ("held", icon("timer")),
        ("ok", icon("check")),
        ("off", icon("x")),
        rx.fragment(),
    )
    bar = _time_left_bar(hold) if hold is not None else rx.fragment()
    foot = rx.el.div(drawing, rx.el.div(words, bar, class_name="grow"), class_name="slip-foot")
    return rx.cond((card.foot != "") | (card.foot_strong != ""), foot)


def _time_left_bar(hold: ObjectVar[HoldCard]) -> rx.Component:
    """Return a bar that runs out by itself, drawn anew whenever the time was measured anew."""
    left, total = hold.left_ms.to(int), hold.total_ms.to(int)
    run = {"--from": f"{left * 100 / total}%", "animationDuration": f"{left}ms"}
    return rx.cond(
        hold.is_live,
        rx.el.div(
            rx.el.span(key=hold.stamp, custom_attrs={"style": run}),
            class_name="bar mt-2",
            aria_hidden="true",
        ),
    )
