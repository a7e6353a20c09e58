"""Step 4, without a browser: what is typed is kept, and what cannot be used is said."""

from datetime import timedelta

import pytest

from booking_app import routes
from booking_app.state.patient.book_details import BookDetailsState
from booking_app.state.patient.frame import FrameState
from tests.factories import NOW, AClinic, a_clinic
from tests.state.tab import Tab
from tests.state.walks import TYPED, hold, page

pytestmark = pytest.mark.usefixtures("database")


async def details_page(tab: Tab) -> AClinic:
    clinic = await a_clinic()
    await hold(tab, clinic)
    await tab.open(page(routes.BOOK_DETAILS, clinic))
    return clinic


async def test_what_is_typed_is_there_again_in_every_tab_of_the_browser(set_clock):
    async with Tab() as tab:
        clinic = await details_page(tab)
        await tab.send(BookDetailsState.save_fields, {"first_name": "Zoë", "email": "zo"})
        await tab.send(BookDetailsState.save_fields, {"needs": ["An interpreter"]})
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        again = (await tab.state(BookDetailsState)).typed
    async with Tab(cookie=tab.cookie) as other:
        await other.open(page(routes.BOOK_DETAILS, clinic))
        elsewhere = (await other.state(BookDetailsState)).typed
    assert again == elsewhere
    assert (again["first_name"], again["email"], again["needs"]) == (
        "Zoë",
        "zo",
        ["An interpreter"],
    )


@pytest.mark.requirement("S2-4")
async def test_what_was_typed_outlives_the_hold(set_clock):
    async with Tab() as tab:
        clinic = await details_page(tab)
        await tab.send(BookDetailsState.save_fields, TYPED)
        set_clock(NOW + timedelta(minutes=20))
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert tab.went_to() == "/book/ended?clinic=harbour"
        await hold(tab, clinic, "11am")
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        assert (await tab.state(BookDetailsState)).typed == TYPED


async def test_nobody_else_sees_it(set_clock):
    async with Tab() as tab:
        clinic = await details_page(tab)
        await tab.send(BookDetailsState.save_fields, TYPED)
    async with Tab() as stranger:
        await hold(stranger, clinic, "2pm")
        await stranger.open(page(routes.BOOK_DETAILS, clinic))
        assert (await stranger.state(BookDetailsState)).typed["first_name"] == ""
        assert not stranger.was_sent("Okafor")


async def test_starting_again_forgets_it(set_clock):
    async with Tab() as tab:
        clinic = await details_page(tab)
        await tab.send(BookDetailsState.save_fields, TYPED)
        await tab.send(BookDetailsState.start_again)
        await tab.open(page(routes.BOOK_DETAILS, clinic))
        typed = (await tab.state(BookDetailsState)).typed
    assert not any(typed.values())


async def test_details_that_can_be_used_lead_on(set_clock):
    async with Tab() as tab:
        await details_page(tab)
        await tab.send(BookDetailsState.go_on, TYPED)
        assert tab.went_to() == "/book/check?clinic=harbour"
        assert (await tab.state(BookDetailsState)).problems == []


@pytest.mark.parametrize(
    ("changes", "text", "href"),
    [
        ({"first_name": " "}, "Enter your first name", "#first_name"),
        ({"last_name": ""}, "Enter your last name", "#last_name"),
        ({"day": "", "month": "", "year": ""}, "Enter your date of birth", "#day"),
        ({"month": ""}, "Date of birth must include a month", "#month"),
        ({"day": "31", "month": "2"}, "Date of birth must be a real date", "#day"),
        ({"year": "2031"}, "Date of birth must be in the past", "#day"),
        ({"email": ""}, "Enter an email address", "#email"),
        (
            {"email": "maya@example"},
            "Enter an email address in the correct format, like name@example.com",
            "#email",
        ),
        (
            {"phone": "call me"},
            "Enter a phone number, like 07700 900 982 or +44 7700 900 982",
            "#phone",
        ),
        (
            {"help_with": "x" * 301},
            "What you would like help with must be 300 characters or fewer",
            "#help_with",
        ),
    ],
)
async def test_what_cannot_be_used_is_said_and_leads_to_its_field(set_clock, changes, text, href):
    async with Tab() as tab:
        await details_page(tab)
        await tab.send(BookDetailsState.go_on, TYPED | changes)
        state, frame = await tab.state(BookDetailsState), await tab.state(FrameState)
        assert [(problem.text, problem.href) for problem in state.problems] == [(text, href)]
        assert text in vars(state.beside).values()
        assert frame.focus_stamp == 1
        assert tab.went_to() == "/book/details?clinic=harbour"
        assert state.typed == TYPED | changes, "nothing typed is lost over it"


async def test_all_problems_are_said_at_once_in_the_order_of_the_page(set_clock):
    async with Tab() as tab:
        await details_page(tab)
        await tab.send(BookDetailsState.go_on, {})
        state = await tab.state(BookDetailsState)
    assert [problem.field for problem in state.problems] == [
        "first_name",
        "last_name",
        "date_of_birth",
        "email",
    ]
    assert (state.beside.dob_day, state.beside.dob_month, state.beside.dob_year) == (
        True,
        True,
        True,
    )


async def test_of_an_incomplete_date_only_the_empty_box_is_marked(set_clock):
    async with Tab() as tab:
        await details_page(tab)
        await tab.send(BookDetailsState.go_on, TYPED | {"month": ""})
        beside = (await tab.state(BookDetailsState)).beside
    assert (beside.dob_day, beside.dob_month, beside.dob_year) == (False, True, False)
