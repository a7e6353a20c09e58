"""The look of a mail to a patient: the clinic's name, the appointment slip, what staff wrote.

Mail programs know tables and inline styles, so that is what it is made of. Everything
that comes in is escaped here; nothing that comes in is HTML. The first paragraph of
the message stands above the slip, unless it holds a link; the rest stands below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from booking_app.domain.message_text import Button, Line, LinkPart, Paragraph

_DARK = (
    "@media (prefers-color-scheme:dark){"
    ".pg{background:#0e1512!important}.cd{background:#161f1b!important}"
    ".tx,.tx a{color:#e8efeb!important}.mu{color:#b3c1b9!important}"
    ".off{background:#0a100d!important;color:#b3c1b9!important}}"
)
_FONT = "'Atkinson Hyperlegible Next','Segoe UI',Helvetica,Arial,sans-serif"
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0">'


@dataclass(frozen=True, slots=True)
class Slip:
    """The appointment on its slip, in words: ``14``, ``Tuesday``, ``July 2026``."""

    day: str
    weekday: str
    month: str
    time: str  # 9:20am to 9:35am
    how: str  # UK time, by video
    reference: str  # MSC 4H7 2KD
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class MailFrame:
    """What stands around the words of a template. All of it is text, formatted already.

    ``preview`` is the line a mail program shows beside the subject. ``holds_link`` says
    that the mail opens the appointment, and asks the reader to keep it private.
    """

    clinic_name: str
    heading: str
    slip: Slip
    preview: str = ""
    clinic_phone: str = ""
    clinic_address: str = ""
    holds_link: bool = True
    language: str = "en-GB"


def html_part(frame: MailFrame, blocks: Sequence[Paragraph | Button]) -> str:
    """Return the HTML of a mail: ``blocks`` (the filled template) in ``frame``."""
    lead, rest = _split_lead(blocks)
    rows = [
        f'<tr><td class="tx" style="padding:0 8px 16px;font-size:18px;font-weight:700">'
        f"{escape(frame.clinic_name)}</td></tr>",
        f'<tr><td style="padding:0 8px"><h1 class="tx" style="font-size:28px;line-height:1.2;'
        f'margin:0 0 8px">{escape(frame.heading)}</h1>{lead}</td></tr>',
        _slip_row(frame.slip),
        *_block_rows(rest),
        f'<tr><td class="mu" style="padding:16px 8px;border-top:1px solid #d5ddd7;color:#43514a;'
        f'font-size:16px">{"<br>".join(escape(line) for line in footer_lines(frame))}</td></tr>',
    ]
    return (
        f'<!doctype html><html lang="{escape(frame.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(frame.heading)}</title><style>{_DARK}</style></head>\n"
        f'<body class="pg" style="margin:0;background:#f3f6f2;font-family:{_FONT};font-size:18px;'
        'line-height:1.5;color:#14201b">\n'
        f'<span style="display:none;max-height:0;overflow:hidden">{escape(frame.preview)}</span>\n'
        f'<main>{_TABLE}<tr><td align="center" style="padding:24px 12px">\n'
        '<table role="presentation" width="600" cellpadding="0" cellspacing="0"'
        ' style="max-width:600px;width:100%;text-align:left">\n'
        + "\n".join(rows)
        + "\n</table></td></tr></table></main></body></html>\n"
    )


def footer_lines(frame: MailFrame) -> tuple[str, ...]:
    """Return the small print, the same in both parts of a mail."""
    private = (
        "Keep this email private: the link opens your appointment." if frame.holds_link else ""
    )
    wrong = f"Not for you? Call {frame.clinic_phone}." if frame.clinic_phone else ""
    sender = ", ".join(part for part in (frame.clinic_name, frame.clinic_address) if part)
    notice = " ".join(part for part in (private, wrong) if part)
    return tuple(line for line in (notice, sender) if line)


def _split_lead(
    blocks: Sequence[Paragraph | Button],
) -> tuple[str, Sequence[Paragraph | Button]]:
    match blocks:
        case [Paragraph() as first, *rest] if not _holds_link(first):
            return f'<p class="tx" style="margin:0 0 20px">{_paragraph(first)}</p>', rest
        case _:
            return "", blocks


def _holds_link(paragraph: Paragraph) -> bool:
    return any(isinstance(part, LinkPart) for line in paragraph.lines for part in line.parts)


def _slip_row(slip: Slip) -> str:
    if slip.is_cancelled:
        edge, stub_class, stub, struck = "#a6b2ab", ' class="off"', "#e9eee9;color:#43514a", True
    else:
        edge, stub_class, stub, struck = "#175a45", "", "#175a45;color:#ffffff", False
    perforation = "#a6b2ab" if struck else "#ffffff"
    strike = ";text-decoration:line-through" if struck else ""
    cancelled = "<br><b>Cancelled</b>" if struck else ""
    return (
        f'<tr><td class="cd" style="background:#ffffff;border:2px solid {edge};border-radius:14px;'
        f'padding:0">{_TABLE}<tr>\n'
        f'<td{stub_class} width="150" align="center" style="background:{stub};'
        f'border-radius:11px 0 0 11px;padding:20px 8px;border-right:2px dotted {perforation}">'
        f'<span style="font-size:56px;font-weight:700;line-height:1{strike}">{escape(slip.day)}'
        f'</span><br><b style="font-size:19px{strike}">{escape(slip.weekday)}</b><br>'
        f'<span style="font-size:16px">{escape(slip.month)}</span></td>\n'
        f'<td class="tx" style="padding:16px 20px;color:#14201b">'
        f'<b style="font-size:26px{strike}">{escape(slip.time)}</b>{cancelled}<br>'
        f'{escape(slip.how)}<br><span class="mu" style="color:#43514a">Reference </span>'
        f'<b style="letter-spacing:1px">{escape(slip.reference)}</b></td></tr></table></td></tr>'
    )


def _block_rows(blocks: Sequence[Paragraph | Button]) -> list[str]:
    rows: list[str] = []
    for is_button, group in groupby(blocks, key=lambda block: isinstance(block, Button)):
        if is_button:
            for block in group:
                if isinstance(block, Button):
                    rows.append(_button_row(block, is_first=not rows))
            continue
        paragraphs = "".join(
            f'<p style="margin:0 0 12px">{_paragraph(block)}</p>'
            for block in group
            if isinstance(block, Paragraph)
        )
        rows.append(
            f'<tr><td class="tx" style="padding:12px 8px;color:#14201b">{paragraphs}</td></tr>'
        )
    return rows


def _button_row(button: Button, *, is_first: bool) -> str:
    return (
        f'<tr><td style="padding:{24 if is_first else 8}px 8px 4px">'
        f'<a href="{escape(button.url)}" style="display:inline-block;background:#175a45;'
        "color:#ffffff;font-weight:700;font-size:19px;text-decoration:none;padding:15px 26px;"
        f'border-radius:8px">{escape(button.words)}</a></td></tr>'
    )


def _paragraph(paragraph: Paragraph) -> str:
    return "<br>".join(_line(line) for line in paragraph.lines)


def _line(line: Line) -> str:
    lead = f"<b>{escape(line.lead)}</b>" if line.lead else ""
    return lead + "".join(_part(part) for part in line.parts)


def _part(part: str | LinkPart) -> str:
    if isinstance(part, str):
        return escape(part).replace("\n", "<br>")
    return f'<a href="{escape(part.url)}" style="color:#175a45">{escape(part.words)}</a>'
