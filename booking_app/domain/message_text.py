"""From a template and its values to what a person reads.

A template is plain text with merge fields, written by staff. It is filled in one
pass: values are put in and not looked at again. A line that names a
field which does not apply to this message is left out, so one template serves a
video visit and a visit at the clinic.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from booking_app.domain.clean_text import clean_line, clean_text
from booking_app.domain.merge_fields import (
    MANAGE_LINK,
    WRITTEN_FIELD,
    FieldKind,
    FieldProblem,
    MergeField,
    UnknownMergeField,
    fields_in,
    find_field,
)
from booking_app.domain.message_events import STILL_TO_COME, MessageEvent

Values = Mapping[str, str | None]
"""By canonical field name; None or blank says that the field does not apply to this message."""

MAX_BUTTON_WORDS = 60
_LEAD_WORDS = re.compile(r"[^:\n]{1,30}:(?= )")


class MissingValue(LookupError):
    """A bug in the code that composes: a field of the template was given no value."""


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A link inside a line: where it goes and the words to press."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One filled line. ``lead`` opens it and is set bold: "To join:"."""

    lead: str
    parts: tuple[str | LinkPart, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A link that stands alone in its line."""

    url: str
    words: str


def render(template: str, values: Values) -> str:
    """Return ``template`` as plain text, line for line; a link shows as its address.

    Raises:
        MissingValue: ``values`` does not know a field of the template.
        UnknownMergeField: the template was never checked.
    """
    rendered: list[str] = []
    for line in template.split("\n"):
        parts = _fill(_parse(line), values)
        is_second_blank = not line.strip() and (not rendered or not rendered[-1].strip())
        if parts is not None and not is_second_blank:
            rendered.append(_as_text(parts))
    return "\n".join(rendered).strip()


def render_line(template: str, values: Values) -> str:
    """Return a subject: one clean line, all of whose fields apply.

    Raises:
        MissingValue: a field has no value, or does not apply to this message.
    """
    parts = _fill(_parse(template), values)
    if parts is None:
        msg = f"a field of the subject does not apply: {sorted(fields_in(template))}"
        raise MissingValue(msg)
    return clean_line(_as_text(parts))


def lay_out(template: str, values: Values) -> tuple[Paragraph | Button, ...]:
    """Return the filled template as paragraphs and buttons, for an HTML message.

    Blank lines part paragraphs. A link that ends a line and has nothing before it but
    a few words and a colon becomes a button with these words. A short opening with a
    colon ("To join: …") is the line's lead. Both are read from what staff wrote, never
    from a value.

    Raises:
        MissingValue: ``values`` does not know a field of the template.
    """
    blocks: list[Paragraph | Button] = []
    lines: list[Line] = []

    def close_paragraph() -> None:
        if lines:
            blocks.append(Paragraph(tuple(lines)))
            lines.clear()

    for written in template.split("\n"):
        parsed = _parse(written)
        parts = _fill(parsed, values)
        if parts is None:
            continue
        button = _button(parsed, parts)
        if button is not None:
            close_paragraph()
            blocks.append(button)
        elif written.strip():
            lines.append(_line(parsed, parts))
        else:
            close_paragraph()
    close_paragraph()
    return tuple(blocks)


def wants_manage_link(event: MessageEvent) -> bool:
    """Tell whether patients can only move or cancel by themselves if this message has the link."""
    return event in STILL_TO_COME


def template_tips(event: MessageEvent, body: str) -> tuple[str, ...]:
    """Return what the editor advises about a body that may well be saved as it is."""
    tips: list[str] = []
    if wants_manage_link(event) and MANAGE_LINK not in fields_in(body):
        tips.append(
            "The manage link is not in this message. With {{manage_link}} in it,"
            " patients can move or cancel by themselves."
        )
    for line in body.split("\n"):
        written = [find_field(name) for name in WRITTEN_FIELD.findall(line)]
        others = [
            field.name
            for field in written
            if field is not None and field.is_optional and field.value_name != MANAGE_LINK
        ]
        if others and MANAGE_LINK in fields_in(line):
            tips.append(
                f"{{{{manage_link}}}} shares a line with {{{{{others[0]}}}}}. Where that does not"
                " apply, the whole line is left out. Give the manage link a line of its own."
            )
    return tuple(tips)


def _parse(line: str) -> tuple[str | MergeField, ...]:
    """Split a line into words and fields."""
    parsed: list[str | MergeField] = []
    for index, piece in enumerate(WRITTEN_FIELD.split(line.rstrip())):
        if index % 2 == 0:
            parsed.extend([piece] if piece else [])
            continue
        field = find_field(piece)
        if field is None:
            problem = FieldProblem(f"{{{{{piece}}}}}", f"We do not know {{{{{piece}}}}}.")
            raise UnknownMergeField([problem])
        parsed.append(field)
    return tuple(parsed)


def _fill(
    parsed: tuple[str | MergeField, ...], values: Values
) -> tuple[str | LinkPart, ...] | None:
    """Return the line's parts with values, or None where a field does not apply."""
    parts: list[str | LinkPart] = []
    applies = True
    for piece in parsed:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        if piece.value_name not in values:
            msg = f"no value was given for {piece.value_name}"
            raise MissingValue(msg)
        value = values[piece.value_name]
        if value is None or not value.strip():
            applies = False
        elif piece.kind is FieldKind.TEXT:
            parts.append(clean_text(value))
        else:
            _require_web_address(piece, value)
            parts.append(LinkPart(value, piece.anchor or value))
    return tuple(parts) if applies else None


def _require_web_address(field: MergeField, value: str) -> None:
    if urlsplit(value).scheme not in {"http", "https"} or value != clean_line(value, len(value)):
        msg = f"the value of {field.name} is no web address"
        raise ValueError(msg)


def _button(
    parsed: tuple[str | MergeField, ...], parts: tuple[str | LinkPart, ...]
) -> Button | None:
    match parsed:
        case [MergeField(kind=FieldKind.LINK)]:
            label = ""
        case [str(label), MergeField(kind=FieldKind.LINK)] if label.rstrip().endswith(":"):
            label = label.strip().rstrip(":").rstrip()
        case _:
            return None
    link = next(part for part in parts if isinstance(part, LinkPart))
    if len(label) > MAX_BUTTON_WORDS:
        return None
    return Button(link.url, label or link.words)


def _line(parsed: tuple[str | MergeField, ...], parts: tuple[str | LinkPart, ...]) -> Line:
    opening = parsed[0]
    if not isinstance(opening, str) or (lead := _LEAD_WORDS.match(opening)) is None:
        return Line("", parts)
    return Line(lead.group(), (opening[lead.end() :], *parts[1:]))


def _as_text(parts: tuple[str | LinkPart, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.url for part in parts)
