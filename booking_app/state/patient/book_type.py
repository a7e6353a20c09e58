"""Step 1: what the appointment is for."""

from dataclasses import replace

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.dto.booking import Choice, Resolved, SlipCard, TypeRow
from booking_app.i18n import pgettext
from booking_app.services import catalogue, clinics, slip
from booking_app.state.patient.frame import (
    add_notice,
    clear_problem,
    enter_page,
    tell_problem,
    telling_refusals,
    unknown_page,
)
from booking_app.state.patient.steps import choice_in_address, ignored_notice, step_address
from booking_app.web.gate import handler


class TypeForm(TypedDict, total=False):
    """What step 1 sends: nothing where no row was chosen."""

    type: str


class BookTypeState(rx.State):
    """The kinds of appointment a patient may book, and the one chosen."""

    types: rx.Field[list[TypeRow]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    slip: rx.Field[SlipCard] = rx.field(default_factory=SlipCard)
    address: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)

    _choice: Choice = Choice("")

    @handler("public")
    @telling_refusals
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show what can be booked; an address may have chosen already."""
        clinic = await enter_page(self)
        if clinic is None:
            return unknown_page()
        now = clock.utc_now()
        self.types, self.is_loaded = [], False
        if clinic.online_booking_enabled:
            asked = choice_in_address(self, clinic.slug)
            resolved = await catalogue.resolve(clinic=clinic, choice=asked)
            if resolved.ignored:
                await add_notice(self, ignored_notice(resolved.ignored))
            self.types = await catalogue.list_types(clinic=clinic, now=now)
            self._show(resolved)
        self.is_loaded = True
        return None

    @handler("public")
    @telling_refusals
    async def choose_type(self, slug: str) -> None:
        """Fill the slip with the kind of appointment that was touched."""
        await clear_problem(self)
        clinic = await clinics.require_clinic(slug=self._choice.clinic)
        asked = replace(self._choice, appointment_type=slug)
        self._show(await catalogue.resolve(clinic=clinic, choice=asked))

    @handler("public")
    @telling_refusals
    async def go_on(self, form: TypeForm) -> rx.event.EventSpec | None:
        """Go on to the choice of a clinician, or past it where there is only one."""
        chosen = form.get("type", "")
        if not chosen:
            await tell_problem(self, pgettext("err.type", "Choose what you need"))
            return None
        clinic = await clinics.require_clinic(slug=self._choice.clinic)
        asked = replace(self._choice, appointment_type=chosen)
        choice = (await catalogue.resolve(clinic=clinic, choice=asked)).choice
        people = await catalogue.list_clinicians(clinic=clinic, choice=choice, now=clock.utc_now())
        if len(people) == 1:
            choice = replace(choice, clinician=people[0].slug)
            return rx.redirect(step_address(routes.BOOK_TIME, choice))
        return rx.redirect(step_address(routes.BOOK_WHO, choice))

    def _show(self, resolved: Resolved) -> None:
        self._choice = resolved.choice
        self.chosen = resolved.choice.appointment_type
        self.address = step_address(routes.BOOK, resolved.choice)
        self.slip = slip.choice_slip(resolved, is_first_step=True)
