"""What the frame around every patient page shows, and how a page is entered."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import reflex as rx
from reflex.state import BaseState

from booking_app import routes
from booking_app.domain.errors import BookingClosed, BookingRefused
from booking_app.dto.clinic import Clinic, ClinicCard
from booking_app.services import clinics
from booking_app.state.notices import sentence
from booking_app.state.session import query_value

ArgumentsT = ParamSpec("ArgumentsT")
StateT = TypeVar("StateT", bound=BaseState)
AnswerT = TypeVar("AnswerT")


class FrameState(rx.State):
    """The clinic of this tab, and what the page has to tell beside its own content.

    ``problem`` interrupts a screen reader, ``say`` waits for its turn, ``notice`` stands
    above the page and is not spoken. The focus goes to the problem when ``focus_stamp``
    changes.
    """

    clinic: rx.Field[ClinicCard] = rx.field(default_factory=ClinicCard)
    problem: rx.Field[str] = rx.field("")
    say: rx.Field[str] = rx.field("")
    notice: rx.Field[str] = rx.field("")
    focus_stamp: rx.Field[int] = rx.field(0)

    _notice_for_next_page: str = ""


async def enter_page(state: BaseState, slug: str | None = None) -> Clinic | None:
    """Show the frame of the clinic that the page's address names; None where there is none.

    An address that names no clinic means the only one of this installation. What the page
    before had to tell is gone, what it left for this one appears.
    """
    frame = await state.get_state(FrameState)
    frame.problem = frame.say = ""
    frame.notice, frame._notice_for_next_page = frame._notice_for_next_page, ""
    wanted = query_value(state, "clinic") if slug is None else slug
    clinic = await clinics.find_clinic(slug=wanted) if wanted else await clinics.find_only_clinic()
    if clinic is not None:
        frame.clinic = clinics.clinic_card(clinic)
    return clinic


async def look_at_clinic(state: BaseState) -> ClinicCard:
    """Show the clinic of this tab as it is set up now, and return what is shown."""
    frame = await state.get_state(FrameState)
    clinic = await clinics.find_clinic(slug=frame.clinic.slug)
    if clinic is not None:
        frame.clinic = clinics.clinic_card(clinic)
    return frame.clinic


def unknown_page() -> rx.event.EventSpec:
    """Lead to the page that says that there is no such page."""
    return rx.redirect(routes.NOT_FOUND, replace=True)


async def tell_refusal(state: BaseState, refusal: BookingRefused) -> None:
    """Say on this page why something was not done, and move the focus there.

    Where online booking was switched off meanwhile, the steps of the booking give way to
    what the clinic says about that.
    """
    frame = await state.get_state(FrameState)
    clinic = await look_at_clinic(state) if isinstance(refusal, BookingClosed) else frame.clinic
    text = sentence(refusal, clinic_phone=clinic.phone, closed_message=clinic.closed_message)
    await tell_problem(state, text)


async def tell_problem(state: BaseState, text: str) -> None:
    """Show ``text`` as a problem that the person has just met, and move the focus there."""
    frame = await state.get_state(FrameState)
    frame.problem = text
    frame.focus_stamp += 1


async def warn(state: BaseState, text: str) -> None:
    """Show ``text`` as a problem that came by itself; the focus stays where the person is."""
    (await state.get_state(FrameState)).problem = text


async def clear_problem(state: BaseState) -> None:
    """Take the problem away: the person has done something about it."""
    (await state.get_state(FrameState)).problem = ""


async def announce(state: BaseState, text: str) -> None:
    """Have ``text`` spoken when the person's screen reader has time."""
    (await state.get_state(FrameState)).say = text


async def add_notice(state: BaseState, text: str) -> None:
    """Show ``text`` above this page."""
    (await state.get_state(FrameState)).notice = text


async def leave_notice(state: BaseState, text: str) -> None:
    """Show ``text`` above the page that is entered next."""
    (await state.get_state(FrameState))._notice_for_next_page = text


def telling_refusals(
    act: Callable[Concatenate[StateT, ArgumentsT], Awaitable[AnswerT]],
) -> Callable[Concatenate[StateT, ArgumentsT], Awaitable[AnswerT | None]]:
    """Have a handler say in words whatever it was refused and did not deal with itself."""

    @wraps(act)
    async def act_or_tell(
        state: StateT, *args: ArgumentsT.args, **kwargs: ArgumentsT.kwargs
    ) -> AnswerT | None:
        try:
            return await act(state, *args, **kwargs)
        except BookingRefused as refusal:
            await tell_refusal(state, refusal)
            return None

    return act_or_tell
