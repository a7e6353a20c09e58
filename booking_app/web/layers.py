"""What stands around the site: every request goes through these, from the last to the first."""

from pathlib import Path

from starlette.types import ASGIApp

from booking_app import routes
from booking_app.web.built_site import read_built_site
from booking_app.web.calendar import calendar_file
from booking_app.web.client_address import ClientAddress
from booking_app.web.health import healthz
from booking_app.web.links import booking_page, manage_link
from booking_app.web.mailbox import caught_mail
from booking_app.web.own_routes import OwnRoutes
from booking_app.web.phone_page import phone_page
from booking_app.web.pretty_paths import PrettyPaths
from booking_app.web.security_headers import SecurityHeaders
from booking_app.web.socket_door import SocketDoor
from booking_app.web.visitor_cookie import VisitorCookie

ENDPOINTS = {
    routes.HEALTH: healthz,
    routes.calendar_file("{uid}"): calendar_file,
    routes.booking_page("{clinic}"): booking_page,
    routes.manage_link("{token:path}"): manage_link,
    routes.caught_mail("{uid}"): caught_mail,
    routes.PHONE: phone_page,
}


def protected(site: ASGIApp, *, built: Path) -> ASGIApp:
    """Return ``site`` as the world may reach it; ``built`` is where its pages lie.

    Raises:
        SiteNotBuilt: there are no pages.
    """
    pages = read_built_site(built)
    site = PrettyPaths(site, pages)
    site = OwnRoutes(site, ENDPOINTS)
    site = VisitorCookie(site)
    site = SocketDoor(site)
    site = SecurityHeaders(site, pages)
    return ClientAddress(site)
