"""The times of one day, as tiles that are native radio buttons."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from booking_app.components.rich_text import fill
from booking_app.dto.booking import TimesCard, TimeTile
from booking_app.i18n import pgettext


def slot_tiles(
    times: ObjectVar[TimesCard], *, chosen: rx.Var[str], on_choose: Any, name: str = "slot"
) -> rx.Component:
    """Return the tiles of a day by part of the day; ``on_choose`` gets a tile's key.

    A time that somebody else took stays in its place, struck out, so that nothing moves
    under a finger.
    """

    def part(heading: str, tiles: Any) -> rx.Component:
        return rx.cond(
            tiles.length() > 0,
            rx.fragment(
                rx.el.p(heading, class_name="part"), tile_row(tiles, chosen, on_choose, name)
            ),
        )

    legend = fill(pgettext("book.time.legend", "Time on {day}"), day=times.heading)
    return rx.el.fieldset(
        rx.el.legend(*legend, class_name="sr"),
        part(pgettext("book.time.morning", "Morning"), times.morning),
        part(pgettext("book.time.afternoon", "Afternoon"), times.afternoon),
        part(pgettext("book.time.evening", "Evening"), times.evening),
    )


def tile_row(
    tiles: Any, chosen: rx.Var[str] | str = "", on_choose: Any = None, name: str = "slot"
) -> rx.Component:
    """Return a var of ``TimeTile`` rows side by side, without a heading."""

    def tile(shown: ObjectVar[TimeTile]) -> rx.Component:
        is_taken = shown.state == "taken"
        note = rx.match(
            shown.state,
            ("taken", pgettext("book.time.just_taken", "Just taken")),
            ("mine", pgettext("book.time.mine", "Held for you")),
            shown.who,
        )
        return rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=shown.key,
                class_name="sr",
                disabled=is_taken,
                default_checked=shown.key == chosen,
                aria_label=shown.label,
                **({"on_change": on_choose(shown.key)} if on_choose else {}),
            ),
            rx.el.span(shown.time, aria_hidden="true"),
            rx.el.small(note, aria_hidden="true"),
            class_name=rx.cond(shown.state == "mine", "slot slot--mine", "slot"),
            # A time that is taken must lose its mark: only a new element forgets it.
            key=f"{shown.key}-{is_taken}",
        )

    return rx.el.div(rx.foreach(tiles, tile), class_name="slots")
