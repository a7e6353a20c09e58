"""Hours that make no sense are refused by the database itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.factories import TODAY, a_clinic
from tests.services.quay import add_exception, add_window, set_duration

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.requirement("S2-25")
async def test_a_window_cannot_end_before_it_begins_to_be_valid():
    made = await a_clinic()
    ids = made.clinician.id, made.location_id, made.organization_id

    await add_window(*ids, valid_from=TODAY, valid_until=TODAY)
    with pytest.raises(IntegrityError):
        await add_window(*ids, valid_from=TODAY, valid_until=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    "values",
    [
        {"weekday": 7},
        {"start_minute": 600, "end_minute": 600},
        {"start_minute": 0, "end_minute": 1445},
        {"start_minute": 2, "end_minute": 60},
        {"buffer_minutes": 121},
    ],
)
async def test_a_window_is_a_part_of_one_weekday(values):
    made = await a_clinic()

    with pytest.raises(IntegrityError):
        await add_window(made.clinician.id, made.location_id, made.organization_id, **values)


async def test_only_a_closed_exception_may_be_without_minutes():
    made = await a_clinic()
    ids, day = (made.clinician.id, made.organization_id), date(2026, 3, 3)

    await add_exception(*ids, day, "closed")
    with pytest.raises(IntegrityError):
        await add_exception(*ids, day, "open")


@pytest.mark.parametrize("minutes", [0, 4, 17, 725])
async def test_a_clinician_s_own_duration_is_one_a_type_could_have(minutes):
    made = await a_clinic()

    await set_duration(made.clinician.id, made.type_id, 45)
    with pytest.raises(IntegrityError):
        await set_duration(made.clinician.id, made.type_id, minutes)
