"""Cancel an appointment: what it means, and the one press that does it."""

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.domain import live_topics
from booking_app.domain.errors import AlreadyCancelled, BookingRefused, DetailsInvalid, NotFound
from booking_app.dto.forms import Problem
from booking_app.dto.manage import CancelCard
from booking_app.i18n import pgettext
from booking_app.services import cancelling, managing
from booking_app.state.notices import sentence
from booking_app.state.patient import frame
from booking_app.state.patient.manage import link_ended, read_card
from booking_app.state.session import query_value
from booking_app.web import live
from booking_app.web.gate import current_visitor, handler

CANCELLED = "cancelled"


class CancelForm(TypedDict, total=False):
    """Why, and what the clinic should know; both may be missing."""

    reason: str
    message: str


class CancelState(rx.State):
    """The appointment about to be cancelled, and whether it is being cancelled just now."""

    card: rx.Field[CancelCard] = rx.field(default_factory=CancelCard)
    problems: rx.Field[list[Problem]] = rx.field(default_factory=list)
    manage_page: rx.Field[str] = rx.field(routes.MANAGE)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_busy: rx.Field[bool] = rx.field(False)

    _uid: str = ""
    _is_done: bool = False

    @handler("public")
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show what would be cancelled and what that means. Changes nothing."""
        self.is_loaded, self.is_busy, self.problems = False, False, []
        self._uid, self._is_done = query_value(self, "a"), False
        return await self._look()

    @handler("visitor")
    async def cancel(self, form: CancelForm) -> rx.event.EventSpec | None:
        """Cancel it, and show that it is done; a second press shows the same."""
        self.problems = []
        if self._is_done:
            return self._cancelled()
        try:
            await cancelling.cancel_by_patient(
                visitor=await current_visitor(self),
                appointment_uid=self._uid,
                reason_code=form.get("reason", ""),
                message=form.get("message", ""),
                now=clock.utc_now(),
            )
        except NotFound:
            return link_ended()
        except AlreadyCancelled as refusal:
            await frame.leave_notice(self, sentence(refusal))
        except DetailsInvalid as invalid:
            self.problems = [_problem(*item) for item in invalid.problems.items()]
            (await self.get_state(frame.FrameState)).focus_stamp += 1
            return None
        except BookingRefused as refusal:
            await self._look()
            await frame.tell_problem(self, refusal.values.get("why") or sentence(refusal))
            return None
        self._is_done = True
        return self._cancelled()

    @handler("server")
    async def look_again(self) -> rx.event.EventSpec | None:
        """Follow what happens to the appointment somewhere else."""
        return None if self._is_done else await self._look()

    async def _look(self) -> rx.event.EventSpec | None:
        visitor = await current_visitor(self)
        shown = await read_card(self, self._uid)
        if shown is None:
            return link_ended()
        if shown.status == CANCELLED:
            await frame.leave_notice(self, sentence(AlreadyCancelled()))
            return self._cancelled()
        if not self.is_loaded:
            await frame.enter_page(self, shown.clinic_slug)
            live.subscribe(self, [live_topics.appointment(shown.uid)], CancelState.look_again)
        self.card = await managing.cancel_card(
            visitor=visitor, appointment_uid=self._uid, now=clock.utc_now()
        )
        self.manage_page = routes.with_query(routes.MANAGE, a=self._uid)
        self.is_loaded = True
        return None

    def _cancelled(self) -> rx.event.EventSpec:
        return rx.redirect(routes.with_query(routes.MANAGE_CANCELLED, a=self._uid), replace=True)


def _problem(field: str, code: str) -> Problem:
    name, _, limit = code.partition(":")
    if name == "too_long":
        text = pgettext("err.too_long", "{field} must be {max} characters or fewer").format(
            field=pgettext("cancel.message_name", "Your message"), max=limit
        )
        return Problem(field=field, text=text, href="#message")
    return Problem(
        field=field,
        text=pgettext("err.reason", "Choose why you need to cancel"),
        href="#reasons",
    )
