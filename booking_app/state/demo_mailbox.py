"""The demo's mailbox: what would have been mailed, newest first."""

from ipaddress import ip_address

import reflex as rx

from booking_app import clock
from booking_app.domain import live_topics
from booking_app.domain.errors import NotFound
from booking_app.dto.mailbox import MailRow
from booking_app.services import mailbox
from booking_app.state.patient import frame
from booking_app.web import live
from booking_app.web.gate import handler


class DemoMailboxState(rx.State):
    """The mails that were caught; the page follows them live."""

    mails: rx.Field[list[MailRow]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(False)

    @handler("public")
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show the caught mails, to somebody at this very machine."""
        clinic = await frame.enter_page(self)
        if clinic is None or not self._is_here():
            return frame.unknown_page()
        live.subscribe(
            self, [live_topics.mailbox(clinic.organization_id)], DemoMailboxState.refresh
        )
        return await self._show(clinic.zone)

    @handler("public")
    async def refresh(self) -> rx.event.EventSpec | None:
        """Look again: a mail has come."""
        clinic = await frame.enter_page(self)
        if clinic is None or not self._is_here():
            return frame.unknown_page()
        return await self._show(clinic.zone)

    async def _show(self, zone: str) -> rx.event.EventSpec | None:
        try:
            self.mails = await mailbox.list_mails(zone=zone, now=clock.utc_now())
        except NotFound:  # not the demo
            return frame.unknown_page()
        self.is_loaded = True
        return None

    def _is_here(self) -> bool:
        """Tell whether the browser runs on this machine: the mails hold links that open visits."""
        try:
            return ip_address(self.router.session.client_ip).is_loopback
        except ValueError:
            return False
