"""Sentences with parts that are more than text."""

from string import Formatter

import reflex as rx

Part = rx.Component | rx.Var | str


def fill(text: str, **parts: Part) -> list[Part]:
    """Return ``text`` cut at its placeholders, with the part of that name in each place.

    ``fill("Held until {until}.", until=rx.el.b("9am"))`` gives three children. A translation
    may change the order of the parts, which gluing pieces of text together would forbid.
    """
    pieces: list[Part] = []
    for literal, name, _, _ in Formatter().parse(text):
        if literal:
            pieces.append(literal)
        if name is not None:
            pieces.append(parts[name])
    return pieces


def bold_start(text: str) -> list[Part]:
    """Return ``text`` with its first sentence in bold."""
    first, full_stop, rest = text.partition(". ")
    return [rx.el.b(first + full_stop.rstrip()), f" {rest}"] if rest else [text]
