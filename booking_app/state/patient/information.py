"""Pages that only inform: help, privacy, accessibility, and the ends of the road."""

import reflex as rx

from booking_app import routes
from booking_app.state.patient import frame
from booking_app.state.patient.frame import FrameState
from booking_app.web.gate import handler


class InformationState(rx.State):
    """What pages need that say the same to everybody: the clinic in their frame."""

    start: rx.Field[str] = rx.field(routes.HOME)

    @handler("public")
    async def open_page(self) -> None:
        """Show the frame of the clinic that the address names, or that this tab was at."""
        tab = await self.get_state(FrameState)
        known = tab.clinic.slug
        clinic = await frame.enter_page(self)
        if clinic is None and known:
            clinic = await frame.enter_page(self, known)
        slug = clinic.slug if clinic else ""
        self.start = routes.with_query(routes.BOOK, clinic=slug) if slug else routes.HOME

    @handler("public")
    async def open_home(self) -> rx.event.EventSpec | None:
        """Lead to the booking page of the only clinic; with several, say what to do."""
        clinic = await frame.enter_page(self)
        if clinic is None:
            return None
        return rx.redirect(routes.with_query(routes.BOOK, clinic=clinic.slug), replace=True)
