"""How to book without JavaScript: by telephone. The one page that is made on the server."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from booking_app.dto.clinic import ClinicCard
from booking_app.i18n import language, pgettext
from booking_app.services import clinics

_PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title></head>
<body><main><h1>{heading}</h1>{entries}</main></body>
</html>
"""
_ENTRY = '<h2>{name}</h2><p><a href="{href}">{phone}</a> {hours}</p>'


async def phone_page(request: Request) -> HTMLResponse:
    """Return the telephone numbers of this installation's clinics as plain HTML."""
    entries = "".join(_entry(card) for card in await clinics.list_clinic_cards())
    heading = pgettext("phone.h1", "Book by phone")
    page = _PAGE.format(language=language(), heading=escape(heading), entries=entries)
    return HTMLResponse(page)


def _entry(card: ClinicCard) -> str:
    return _ENTRY.format(
        name=escape(card.name),
        href=escape(card.phone_href),
        phone=escape(card.phone),
        hours=escape(card.help_hours),
    )
