"""Pages that say the same to everybody."""

import pytest

from booking_app import routes
from booking_app.state.patient.frame import FrameState
from booking_app.state.patient.information import InformationState
from tests.factories import a_clinic
from tests.state.tab import Tab

pytestmark = pytest.mark.usefixtures("database", "set_clock")

PAGES = (routes.HELP, routes.PRIVACY, routes.ACCESSIBILITY, routes.LINK_ENDED, routes.NOT_FOUND)


@pytest.mark.parametrize("route", PAGES)
async def test_they_show_the_clinic_of_the_address(route):
    await a_clinic(slug="rose")
    await a_clinic(slug="bell")
    async with Tab() as tab:
        await tab.open(f"{route}?clinic=bell")
        assert (await tab.state(FrameState)).clinic.name == "Bell Clinic"
        assert (await tab.state(InformationState)).start == "/book?clinic=bell"


async def test_without_an_address_they_show_the_clinic_this_tab_was_at():
    await a_clinic(slug="rose")
    await a_clinic(slug="bell")
    async with Tab() as tab:
        await tab.open("/book?clinic=rose")
        await tab.open(routes.HELP)
        assert (await tab.state(FrameState)).clinic.name == "Rose Clinic"


async def test_with_several_clinics_a_stranger_is_shown_none():
    await a_clinic(slug="rose")
    await a_clinic(slug="bell")
    async with Tab() as tab:
        await tab.open(routes.LINK_ENDED)
        assert (await tab.state(FrameState)).clinic.name == ""
        await tab.open(routes.HOME)
        assert tab.went_to() is None


async def test_the_root_leads_to_the_only_clinic():
    await a_clinic(slug="rose")
    async with Tab() as tab:
        await tab.open(routes.HOME)
        assert tab.went_to() == "/book?clinic=rose"
