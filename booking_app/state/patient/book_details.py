"""Step 4: who the appointment is for. What is typed is kept while it is typed."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.domain.errors import DetailsInvalid
from booking_app.dto.booking import Details, Held
from booking_app.dto.forms import DetailsProblems, Problem
from booking_app.services import clinics, details, drafts
from booking_app.state.patient import frame
from booking_app.state.patient.details_problems import problem_lines, problems_by_field
from booking_app.state.patient.hold import enter_with_hold
from booking_app.web.gate import current_visitor, handler


class DetailsForm(TypedDict, total=False):
    """Fields as typed: those that changed, or all of them when the form is sent."""

    first_name: str
    last_name: str
    day: str
    month: str
    year: str
    email: str
    phone: str
    help_with: str
    needs: list[str]


class BookDetailsState(rx.State):
    """The draft of a patient's details, and what is wrong with it."""

    typed: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    is_loaded: rx.Field[bool] = rx.field(False)
    problems: rx.Field[list[Problem]] = rx.field(default_factory=list)
    beside: rx.Field[DetailsProblems] = rx.field(default_factory=DetailsProblems)

    _clinic_slug: str = ""

    @handler("visitor")
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show what was typed before, under the time that is held."""
        held = await enter_with_hold(self)
        if not isinstance(held, Held):
            return held
        self._clinic_slug = held.clinic_slug
        self._show_problems({})
        self.typed = _fields(await self._load())
        self.is_loaded = True
        return None

    @handler("visitor")
    async def save_fields(self, fields: DetailsForm) -> None:
        """Keep what was just typed, whatever it says."""
        await self._save(fields)

    @handler("visitor")
    @frame.telling_refusals
    async def go_on(self, fields: DetailsForm) -> rx.event.EventSpec | None:
        """Go on to the last look if everything can be used, else say what cannot."""
        await self._save(fields)
        clinic = await clinics.require_clinic(slug=self._clinic_slug)
        today = clock.utc_now().astimezone(ZoneInfo(clinic.zone)).date()
        try:
            details.check_details(await self._load(), clinic=clinic, today=today)
        except DetailsInvalid as invalid:
            self._show_problems(invalid.problems)
            own = await self.get_state(frame.FrameState)
            own.focus_stamp += 1
            return None
        self._show_problems({})
        return rx.redirect(routes.with_query(routes.BOOK_CHECK, clinic=clinic.slug))

    @handler("visitor")
    @frame.telling_refusals
    async def start_again(self) -> None:
        """Forget everything that was typed."""
        await drafts.clear_draft(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            now=clock.utc_now(),
        )
        self.typed = _fields(Details())
        self._show_problems({})

    async def _save(self, fields: DetailsForm) -> None:
        if not self._clinic_slug:
            return
        await drafts.save_draft(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            fields=_typed_fields(fields),
            now=clock.utc_now(),
        )
        self.typed = _fields(await self._load())

    async def _load(self) -> Details:
        return await drafts.load_draft(
            visitor=await current_visitor(self),
            clinic_slug=self._clinic_slug,
            now=clock.utc_now(),
        )

    def _show_problems(self, problems: dict[str, str]) -> None:
        self.problems = problem_lines(problems)
        self.beside = problems_by_field(problems)


def _fields(draft: Details) -> dict[str, Any]:
    return {
        "first_name": draft.first_name,
        "last_name": draft.last_name,
        "day": draft.day,
        "month": draft.month,
        "year": draft.year,
        "email": draft.email,
        "phone": draft.phone,
        "help_with": draft.help_with,
        "needs": list(draft.needs),
    }


def _typed_fields(fields: DetailsForm) -> dict[str, str | list[str]]:
    return {name: value for name, value in fields.items() if isinstance(value, str | list)}
