"""The way to a page of the booking, walked the way a browser does."""

from booking_app import routes
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.tiles import tiles_of
from tests.factories import AClinic
from tests.state.tab import Tab

TYPED = {
    "first_name": "Maya",
    "last_name": "Okafor",
    "day": "14",
    "month": "7",
    "year": "1985",
    "email": "maya@example.org",
    "phone": "020 7946 0999",
    "help_with": "A cough\nthat stays.",
    "needs": ["An interpreter"],
}


def times_page(clinic: AClinic, clinician: str = "", **more: str) -> str:
    """Return the address of the times of a clinic's only type."""
    return routes.with_query(
        routes.BOOK_TIME,
        clinic=clinic.slug,
        type=clinic.type_slug,
        clinician=clinician or clinic.clinician.slug,
        **more,
    )


def page(route: str, clinic: AClinic) -> str:
    """Return the address of one of the later steps."""
    return routes.with_query(route, clinic=clinic.slug)


async def key_of(tab: Tab, time: str) -> str:
    """Return the key of the tile that reads ``10:30am`` on the tab's page."""
    times = (await tab.state(BookTimeState)).times
    return next(tile.key for tile in tiles_of(times) if tile.time == time)


async def hold(tab: Tab, clinic: AClinic, time: str = "10am") -> None:
    """Choose a time of the first free day and go on, which holds it."""
    await tab.open(times_page(clinic))
    await tab.send(BookTimeState.go_on, {"slot": await key_of(tab, time)})


async def give_details(tab: Tab, clinic: AClinic, **changes: object) -> None:
    """Type everything in, and go on to the last look."""
    await tab.open(page(routes.BOOK_DETAILS, clinic))
    await tab.send(BookDetailsState.go_on, TYPED | changes)
