"""Step 5: the last look, and the press that books."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.domain.errors import BookingRefused, DetailsInvalid, HoldExpired, NotFound
from booking_app.dto.booking import CheckCard, Held
from booking_app.services import booking_cards, clinics, confirming, drafts
from booking_app.state.patient import frame
from booking_app.state.patient.hold import HoldState, enter_with_hold, lead_away
from booking_app.web.gate import current_visitor, handler

YES = "yes"


class CheckForm(TypedDict, total=False):
    """The one box of the last look: ``YES`` where reminders are wanted, nothing where not."""

    reminders: list[str]


class BookCheckState(rx.State):
    """What is about to be booked, and whether it is being booked just now.

    ``answers`` is the form as the server has it.
    """

    card: rx.Field[CheckCard] = rx.field(default_factory=CheckCard)
    answers: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_busy: rx.Field[bool] = rx.field(False)

    _clinic_slug: str = ""

    @handler("visitor")
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show everything once more; details that cannot be used lead back to them."""
        self.is_loaded, self.is_busy = False, False
        held = await enter_with_hold(self)
        if not isinstance(held, Held):
            return held
        self._clinic_slug = held.clinic_slug
        now = clock.utc_now()
        clinic = await clinics.require_clinic(slug=held.clinic_slug)
        draft = await drafts.load_draft(
            visitor=await current_visitor(self), clinic_slug=clinic.slug, now=now
        )
        try:
            self.card = await booking_cards.check_card(
                held=held, details=draft, clinic=clinic, now=now
            )
        except DetailsInvalid:
            return self._back_to_details()
        self._show_answers(self.card.reminders_wanted)
        self.is_loaded = True
        return None

    @handler("visitor")
    @frame.telling_refusals
    async def save_answers(self, fields: CheckForm) -> None:
        """Note whether reminders should be sent."""
        await self._save(fields)

    @handler("visitor")
    async def confirm(self, fields: CheckForm) -> AsyncIterator[rx.event.EventSpec | None]:
        """Book it as the page shows it, and go on to the confirmation."""
        self.is_busy = True
        yield None
        try:
            await self._save(fields)
            yield await self._confirm()
        except BookingRefused as refusal:
            await frame.tell_refusal(self, refusal)
        finally:
            self.is_busy = False

    async def _save(self, fields: CheckForm) -> None:
        if not self._clinic_slug or "reminders" not in fields:
            return
        wanted = YES in fields["reminders"]
        await drafts.save_draft(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            fields={"reminders_wanted": wanted},
            now=clock.utc_now(),
        )
        self._show_answers(wanted)

    def _show_answers(self, wanted: bool) -> None:
        self.answers = {"reminders": [YES] if wanted else []}

    async def _confirm(self) -> rx.event.EventSpec:
        visitor, now = await current_visitor(self), clock.utc_now()
        own = await self.get_state(HoldState)
        draft = await drafts.load_draft(visitor=visitor, clinic_slug=self._clinic_slug, now=now)
        try:
            uid = await confirming.confirm_hold(
                visitor=visitor,
                clinic_slug=self._clinic_slug,
                hold_uid=own._hold_uid,
                details=draft,
                now=now,
            )
        except (HoldExpired, NotFound):
            return await lead_away(own)
        except DetailsInvalid:
            return self._back_to_details()
        return rx.redirect(
            routes.with_query(routes.BOOK_DONE, clinic=self._clinic_slug, a=uid), replace=True
        )

    def _back_to_details(self) -> rx.event.EventSpec:
        return rx.redirect(
            routes.with_query(routes.BOOK_DETAILS, clinic=self._clinic_slug), replace=True
        )
