"""Every address of the product, and how to build the ones with parts."""

from urllib.parse import urlencode

HOME = "/"
BOOK = "/book"
BOOK_WHO = "/book/who"
BOOK_TIME = "/book/time"
BOOK_DETAILS = "/book/details"
BOOK_CHECK = "/book/check"
BOOK_ENDED = "/book/ended"
BOOK_DONE = "/book/done"
MANAGE = "/manage"
MANAGE_CANCEL = "/manage/cancel"
MANAGE_CANCELLED = "/manage/cancelled"
LINK_ENDED = "/link-ended"
HELP = "/help"
PRIVACY = "/privacy"
ACCESSIBILITY = "/accessibility"
PHONE = "/phone"
MAILBOX = "/demo/mailbox"
NOT_FOUND = "/404"

HEALTH = "/healthz"


def booking_page(clinic: str) -> str:
    """Return the address a clinic gives out; it redirects to the first step."""
    return f"/book/{clinic}"


def manage_link(token: str) -> str:
    """Return the path of a manage link. The token is a secret: never log it."""
    return f"/m/{token}"


def calendar_file(appointment_uid: str) -> str:
    """Return where the visit's calendar file is downloaded; the visitor's grant decides."""
    return f"/calendar/{appointment_uid}.ics"


def caught_mail(uid: str) -> str:
    """Return where one mail of the demo's mailbox is read."""
    return f"{MAILBOX}/{uid}"


def with_query(path: str, **parts: str) -> str:
    """Return ``path`` with those of ``parts`` that are not empty as its query."""
    query = urlencode({name: value for name, value in parts.items() if value})
    return f"{path}?{query}" if query else path
