"""The time that is held for this browser, on every page that shows it."""

import reflex as rx
from reflex.state import BaseState

from booking_app import clock, routes
from booking_app.domain import live_topics
from booking_app.domain.errors import HoldExpired, HoldLimitReached
from booking_app.dto.booking import Choice, Held, HoldCard, SlipCard
from booking_app.i18n import pgettext
from booking_app.services import booking, slip
from booking_app.state.patient import frame
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.steps import step_address
from booking_app.web import live
from booking_app.web.gate import current_visitor, handler


class HoldState(rx.State):
    """The strip and the slip of a held time, and what can be done about it.

    ``closed`` says until when the booking can be finished although the clinic has switched
    online booking off since.
    """

    hold: rx.Field[HoldCard] = rx.field(default_factory=HoldCard)
    slip: rx.Field[SlipCard] = rx.field(default_factory=SlipCard)
    say: rx.Field[str] = rx.field("")
    change_time: rx.Field[str] = rx.field(routes.BOOK_TIME)
    closed: rx.Field[str] = rx.field("")

    _clinic_slug: str = ""
    _appointment_uid: str = ""
    _hold_uid: str = ""
    _is_let_go: bool = False

    @handler("visitor")
    async def keep_holding(self) -> rx.event.EventSpec | None:
        """Ask for more time, and say how much there is now."""
        try:
            held = await booking.extend_hold(
                visitor=await current_visitor(self),
                clinic_slug=self._clinic_slug,
                now=clock.utc_now(),
            )
        except HoldLimitReached:
            text = pgettext(
                "hold.more_no", "We cannot hold it any longer. Please finish by {until}."
            )
            self.say = text.format(until=self.hold.until)
            return None
        except HoldExpired:
            return await lead_away(self)
        await frame.look_at_clinic(self)
        await self._show(held)
        text = pgettext("hold.more_done", "Done. We are holding it until {until}.")
        self.say = text.format(until=self.hold.until)
        return None

    @handler("visitor")
    async def let_go(self) -> rx.event.EventSpec:
        """Give the time back at once, because the person does not want it."""
        self._is_let_go = True
        await booking.release_hold(
            visitor=await current_visitor(self), clinic_slug=self._clinic_slug, now=clock.utc_now()
        )
        await frame.leave_notice(
            self, pgettext("hold.let_go", "Nothing is booked. We have let go of your time.")
        )
        return rx.redirect(routes.with_query(routes.BOOK, clinic=self._clinic_slug))

    @handler("visitor")
    async def look_at_clock(self) -> rx.event.EventSpec | None:
        """Measure the time that is left anew; without any, lead to where it can be held again."""
        return await self._look_again()

    @handler("server")
    async def look_again(self) -> rx.event.EventSpec | None:
        """Follow what this browser's other tabs do with the hold."""
        return await self._look_again()

    async def _look_again(self) -> rx.event.EventSpec | None:
        if not self._clinic_slug or self._is_let_go:
            return None
        held = await _find_hold(self, self._clinic_slug)
        if held is None:
            return await lead_away(self)
        is_other = self._appointment_uid not in {"", held.appointment_uid}
        await frame.look_at_clinic(self)
        await self._show(held)
        if is_other:
            text = pgettext(
                "hold.replaced",
                "You chose another time in another window, so we let go of the first one."
                " We are now holding {when}.",
            )
            await frame.warn(self, text.format(when=self.hold.when))
        return None

    async def _show(self, held: Held) -> None:
        self._appointment_uid, self._hold_uid = held.appointment_uid, held.hold_uid
        self._clinic_slug = held.clinic_slug
        self.hold = booking.hold_card(held, now=clock.utc_now())
        self.closed = await self._closed_words()
        self.slip = await slip.held_slip(held=held)
        day = held.held_for.isoformat() if held.held_for else ""
        asked = (await self.get_state(BookTimeState))._choice
        if (asked.clinic, asked.appointment_type) != (held.clinic_slug, held.type_slug):
            asked = Choice(
                held.clinic_slug, held.type_slug, held.clinician_slug, held.location_slug
            )
        self.change_time = step_address(routes.BOOK_TIME, asked, day=day)

    async def _closed_words(self) -> str:
        if (await self.get_state(frame.FrameState)).clinic.is_open:
            return ""
        text = pgettext(
            "hold.closed",
            "Online booking has just closed. You can still finish this booking until {until}.",
        )
        return text.format(until=self.hold.until)


async def enter_with_hold(state: BaseState) -> Held | rx.event.EventSpec:
    """Show the frame and the held time of a page that needs one, and keep both current.

    Without a hold the answer is where to go instead.
    """
    clinic = await frame.enter_page(state)
    if clinic is None:
        return frame.unknown_page()
    own = await state.get_state(HoldState)
    own.say, own._is_let_go = "", False
    own._clinic_slug = clinic.slug
    held = await _find_hold(state, clinic.slug)
    if held is None:
        return await lead_away(own)
    await own._show(held)
    visitor = await current_visitor(state)
    live.subscribe(state, [live_topics.visitor(visitor.session_key)], HoldState.look_again)
    return held


async def lead_away(own: HoldState) -> rx.event.EventSpec:
    """Return where a person goes whose page lost its hold.

    To the confirmation where it became an appointment, in this tab or another; to the page
    that can hold the time again where it ran out; else to the start.
    """
    visitor = await current_visitor(own)
    slug = own._clinic_slug
    own.hold, own._appointment_uid, own._hold_uid = HoldCard(), "", ""
    booked = await booking.find_booked(visitor=visitor, clinic_slug=slug, now=clock.utc_now())
    if booked:
        return rx.redirect(routes.with_query(routes.BOOK_DONE, clinic=slug, a=booked), replace=True)
    lapsed = await booking.find_last_hold(visitor=visitor, clinic_slug=slug, now=clock.utc_now())
    if lapsed:
        return rx.redirect(routes.with_query(routes.BOOK_ENDED, clinic=slug), replace=True)
    text = pgettext("hold.none", "Nothing is held for you any more. Please choose a time again.")
    await frame.leave_notice(own, text)
    return rx.redirect(routes.with_query(routes.BOOK, clinic=slug), replace=True)


async def _find_hold(state: BaseState, slug: str) -> Held | None:
    return await booking.find_hold(
        visitor=await current_visitor(state), clinic_slug=slug, now=clock.utc_now()
    )
