"""The address of a step carries what was chosen so far; from it every step is rebuilt."""

from reflex.state import BaseState

from booking_app import routes
from booking_app.dto.booking import Choice
from booking_app.i18n import pgettext
from booking_app.state.session import query_value


def choice_in_address(state: BaseState, clinic_slug: str) -> Choice:
    """Return what the page's address says was chosen, none of it looked up yet."""
    return Choice(
        clinic=clinic_slug,
        appointment_type=query_value(state, "type"),
        clinician=query_value(state, "clinician"),
        location=query_value(state, "location"),
    )


def step_address(route: str, choice: Choice, **more: str) -> str:
    """Return the address of a step at which ``choice`` has been made."""
    return routes.with_query(
        route,
        clinic=choice.clinic,
        type=choice.appointment_type,
        clinician=choice.clinician,
        location=choice.location,
        **more,
    )


def ignored_notice(ignored: tuple[str, ...]) -> str:
    """Return what to say when parts of an address mean nothing here; "" where all do."""
    if not ignored:
        return ""
    names = {
        "type": pgettext("book.ignored.type", "the kind of appointment"),
        "clinician": pgettext("book.ignored.clinician", "the clinician"),
        "location": pgettext("book.ignored.location", "the place"),
        "day": pgettext("book.ignored.day", "the day"),
    }
    parts = ", ".join(names.get(name, name) for name in ignored)
    return pgettext(
        "book.ignored",
        "The link you followed names something we do not have: {parts}. Please choose here.",
    ).format(parts=parts)
