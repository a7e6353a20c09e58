"""One appointment as its patient sees it: just booked, to manage, or cancelled."""

import reflex as rx
from reflex.state import BaseState

from booking_app import clock, routes
from booking_app.domain import live_topics
from booking_app.domain.errors import NotFound
from booking_app.dto.manage import ManageCard
from booking_app.i18n import pgettext
from booking_app.services import managing
from booking_app.state.patient import frame
from booking_app.state.session import query_value
from booking_app.web import live
from booking_app.web.gate import current_visitor, handler

CONFIRMED = "confirmed"


class ManageState(rx.State):
    """The appointment that the page's address names, if this browser may see it."""

    card: rx.Field[ManageCard] = rx.field(default_factory=ManageCard)
    cancel_page: rx.Field[str] = rx.field(routes.MANAGE_CANCEL)
    manage_page: rx.Field[str] = rx.field(routes.MANAGE)
    is_loaded: rx.Field[bool] = rx.field(False)
    looked: rx.Field[int] = rx.field(0)

    _uid: str = ""

    @handler("public")
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show the appointment; for whoever may not see it the link has ended."""
        return await self._open()

    @handler("public")
    async def open_done(self) -> rx.event.EventSpec | None:
        """Show the confirmation; what is no longer confirmed is shown as it is now.

        Nobody came here by a link from a mail: whoever may not see the appointment is led to
        the start of the booking.
        """
        elsewhere = await self._open()
        if elsewhere is not None:
            return await self._to_start()
        if self.card.status != CONFIRMED:
            return rx.redirect(self.manage_page, replace=True)
        return None

    @handler("public")
    async def clock_moved_on(self) -> rx.event.EventSpec | None:
        """Show what the clock alone has changed: the room is open, the visit is over."""
        return await self._look_again()

    @handler("server")
    async def look_again(self) -> rx.event.EventSpec | None:
        """Show what was changed somewhere else."""
        return await self._look_again()

    async def _open(self) -> rx.event.EventSpec | None:
        self.is_loaded = False
        self._uid = query_value(self, "a")
        card = await read_card(self, self._uid)
        if card is None:
            return link_ended()
        await frame.enter_page(self, card.clinic_slug)
        self._show(card)
        live.subscribe(self, [live_topics.appointment(card.uid)], ManageState.look_again)
        self.is_loaded = True
        return None

    async def _to_start(self) -> rx.event.EventSpec:
        text = pgettext(
            "done.not_here",
            "We cannot show a confirmation here. If you have booked, open the link in your email.",
        )
        await frame.leave_notice(self, text)
        slug = query_value(self, "clinic")
        return rx.redirect(routes.with_query(routes.BOOK, clinic=slug), replace=True)

    async def _look_again(self) -> rx.event.EventSpec | None:
        before = self.card.status
        card = await read_card(self, self._uid)
        if card is None:
            return link_ended()
        self._show(card)
        if card.status != before:
            await frame.announce(self, card.heading)
        return None

    def _show(self, card: ManageCard) -> None:
        self.card = card
        self.looked += 1
        self.manage_page = routes.with_query(routes.MANAGE, a=card.uid)
        self.cancel_page = routes.with_query(routes.MANAGE_CANCEL, a=card.uid)


async def read_card(state: BaseState, uid: str) -> ManageCard | None:
    """Return the appointment called ``uid``, or None where this browser may not see it."""
    try:
        return await managing.manage_card(
            visitor=await current_visitor(state), appointment_uid=uid, now=clock.utc_now()
        )
    except NotFound:
        return None


def link_ended() -> rx.event.EventSpec:
    """Lead to the page that says nothing about the appointment."""
    return rx.redirect(routes.LINK_ENDED, replace=True)
