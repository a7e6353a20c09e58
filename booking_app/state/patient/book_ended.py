"""The page after a hold ran out: nothing typed is lost, and one press holds the time again."""

from datetime import datetime

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.domain import live_topics
from booking_app.domain.errors import BookingClosed, BookingRefused, SlotTaken, TooManyHolds
from booking_app.dto.booking import Choice, ChosenTime, EndedHoldCard, Held
from booking_app.i18n import pgettext
from booking_app.services import availability, booking, booking_cards, clinics
from booking_app.state.patient import frame
from booking_app.state.patient.hold import HoldState, lead_away
from booking_app.web import live
from booking_app.web.gate import current_visitor, handler


class OtherTimeForm(TypedDict, total=False):
    """The tile of another time that day; nothing where none was chosen."""

    slot: str


class BookEndedState(rx.State):
    """What ran out, and what is free instead.

    ``may_hold`` is False once this person was told that only a call helps today.
    """

    card: rx.Field[EndedHoldCard] = rx.field(default_factory=EndedHoldCard)
    all_times: rx.Field[str] = rx.field(routes.BOOK_TIME)
    is_loaded: rx.Field[bool] = rx.field(False)
    may_hold: rx.Field[bool] = rx.field(True)

    _clinic_slug: str = ""
    _choice: Choice = Choice("")

    @handler("visitor")
    @frame.telling_refusals
    async def open_page(self) -> rx.event.EventSpec | None:
        """Say what happened, and what can be done."""
        self.is_loaded, self.may_hold = False, True
        clinic = await frame.enter_page(self)
        if clinic is None:
            return frame.unknown_page()
        self._clinic_slug = clinic.slug
        held = await self._find_last()
        if held is None:
            return await self._lead_away()
        if not clinic.online_booking_enabled:
            return None
        await self._show(held)
        resources = await availability.resource_ids(clinic=clinic, choice=self._choice)
        live.subscribe(
            self,
            [live_topics.diary(resource) for resource in resources],
            BookEndedState.look_again,
        )
        self.is_loaded = True
        return None

    @handler("visitor")
    @frame.telling_refusals
    async def hold_again(self) -> rx.event.EventSpec | None:
        """Hold the same time once more, and go on where the person was."""
        try:
            await booking.hold_again(
                visitor=await current_visitor(self),
                clinic_slug=self._clinic_slug,
                now=clock.utc_now(),
            )
        except BookingRefused as refusal:
            return await self._refused(refusal)
        return self._to_details()

    @handler("visitor")
    @frame.telling_refusals
    async def hold_other(self, form: OtherTimeForm) -> rx.event.EventSpec | None:
        """Hold another time of that day instead."""
        tile = next((tile for tile in self.card.others if tile.key == form.get("slot")), None)
        if tile is None:
            await frame.tell_problem(self, pgettext("err.slot", "Choose a time"))
            return None
        try:
            await booking.hold_slot(
                visitor=await current_visitor(self),
                choice=self._choice,
                chosen=ChosenTime(tile.clinician, datetime.fromisoformat(tile.starts_at)),
                now=clock.utc_now(),
            )
        except BookingRefused as refusal:
            return await self._refused(refusal)
        return self._to_details()

    @handler("server")
    @frame.telling_refusals
    async def look_again(self) -> None:
        """Follow what others take and give back meanwhile."""
        held = await self._find_last()
        if held is not None:
            await self._show(held)

    async def _refused(self, refusal: BookingRefused) -> rx.event.EventSpec | None:
        held = await self._find_last()
        if held is None:
            return await self._lead_away()
        await self._show(held)
        if isinstance(refusal, SlotTaken):
            refusal = SlotTaken(time=self.card.time, other=self.card.nearest)
        if isinstance(refusal, TooManyHolds) and refusal.values.get("scope") == "person":
            self.may_hold = False
        await frame.tell_refusal(self, refusal)
        return None

    async def _find_last(self) -> Held | None:
        return await booking.find_last_hold(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            now=clock.utc_now(),
        )

    async def _show(self, held: Held) -> None:
        clinic = await clinics.require_clinic(slug=held.clinic_slug)
        self._choice = Choice(
            held.clinic_slug, held.type_slug, held.clinician_slug, held.location_slug
        )
        try:
            self.card = await booking_cards.ended_hold_card(
                held=held, visitor=await current_visitor(self), clinic=clinic, now=clock.utc_now()
            )
        except BookingClosed:
            self.card = EndedHoldCard()
            raise
        self.all_times = routes.with_query(
            routes.BOOK_TIME, clinic=held.clinic_slug, type=held.type_slug, clinician="any"
        )

    async def _lead_away(self) -> rx.event.EventSpec:
        own = await self.get_state(HoldState)
        own._clinic_slug = self._clinic_slug
        live_hold = await booking.find_hold(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            now=clock.utc_now(),
        )
        return self._to_details() if live_hold else await lead_away(own)

    def _to_details(self) -> rx.event.EventSpec:
        return rx.redirect(routes.with_query(routes.BOOK_DETAILS, clinic=self._clinic_slug))
