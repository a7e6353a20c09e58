"""Step 2: with whom. Left out where there is nobody to choose between."""

from dataclasses import replace

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.dto.booking import Choice, SlipCard, WhoRow
from booking_app.i18n import pgettext
from booking_app.services import catalogue, slip
from booking_app.state.patient.frame import (
    add_notice,
    clear_problem,
    enter_page,
    leave_notice,
    tell_problem,
    telling_refusals,
    unknown_page,
)
from booking_app.state.patient.steps import choice_in_address, ignored_notice, step_address
from booking_app.web.gate import handler


class WhoForm(TypedDict, total=False):
    """What step 2 sends: nothing where no row was chosen."""

    who: str


class BookWhoState(rx.State):
    """The clinicians who give the chosen kind of appointment, and the one chosen."""

    people: rx.Field[list[WhoRow]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    slip: rx.Field[SlipCard] = rx.field(default_factory=SlipCard)
    address: rx.Field[str] = rx.field("")
    back: rx.Field[str] = rx.field(routes.BOOK)
    is_loaded: rx.Field[bool] = rx.field(False)

    _choice: Choice = Choice("")

    @handler("public")
    @telling_refusals
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show who can be chosen; the first row is chosen already."""
        clinic = await enter_page(self)
        if clinic is None:
            return unknown_page()
        self.people, self.is_loaded = [], False
        if clinic.online_booking_enabled:
            asked = choice_in_address(self, clinic.slug)
            resolved = await catalogue.resolve(clinic=clinic, choice=asked)
            choice = resolved.choice
            ignored = ignored_notice(resolved.ignored)
            if not choice.appointment_type:
                await leave_notice(self, ignored)
                return rx.redirect(step_address(routes.BOOK, choice), replace=True)
            await add_notice(self, ignored)
            people = await catalogue.list_clinicians(
                clinic=clinic, choice=choice, now=clock.utc_now()
            )
            if len(people) == 1:
                choice = replace(choice, clinician=people[0].slug)
                return rx.redirect(step_address(routes.BOOK_TIME, choice), replace=True)
            self.people = people
            self.back = step_address(routes.BOOK, choice)
            self.slip = slip.choice_slip(resolved)
            self._choose(choice)
        self.is_loaded = True
        return None

    @handler("public")
    async def choose_clinician(self, slug: str) -> None:
        """Fill the slip with the clinician that was touched."""
        await clear_problem(self)
        if any(row.slug == slug for row in self.people):
            self._choose(replace(self._choice, clinician=slug))

    @handler("public")
    async def go_on(self, form: WhoForm) -> rx.event.EventSpec | None:
        """Go on to the times."""
        chosen = form.get("who", "")
        if not chosen:
            await tell_problem(self, pgettext("err.who", "Choose who you would like to see"))
            return None
        return rx.redirect(step_address(routes.BOOK_TIME, replace(self._choice, clinician=chosen)))

    def _choose(self, choice: Choice) -> None:
        row = next((row for row in self.people if row.slug == choice.clinician), self.people[0])
        self._choice = replace(choice, clinician=row.slug)
        self.chosen = row.slug
        self.address = step_address(routes.BOOK_WHO, self._choice)
        self.slip = replace(self.slip, with_line=row.name)
