from dataclasses import replace

import pytest

from booking_app.db.session import reading
from booking_app.domain.errors import BookingClosed
from booking_app.dto.booking import ANYONE, Choice
from booking_app.services import catalogue
from booking_app.services.free_time import read_catalogue
from tests.services.quay import (
    BLOOD,
    CARROW,
    DEMIR,
    GP,
    NORTH,
    NOW,
    OSEI,
    VIDEO,
    change_clinician,
    change_place,
    change_type,
    open_quay,
    set_duration,
    window,
)

pytestmark = pytest.mark.usefixtures("database")

HOSTILE = ["nobody", "\x00", "\ud800", "' or 1=1", "../..", "x" * 10_000, "AMARA-OSEI"]


async def slugs_of_types(clinic) -> list[str]:
    return [row.slug for row in await catalogue.list_types(clinic=clinic, now=NOW)]


@pytest.mark.requirement("S2-2")
async def test_types_are_listed_in_the_clinics_order_with_their_soonest_day():
    clinic = await open_quay()

    video, gp, blood = await catalogue.list_types(clinic=clinic, now=NOW)

    assert (video.slug, video.name, video.description) == (
        "gp-video",
        "GP video visit",
        "Talk to a GP",
    )
    assert (video.minutes, blood.minutes) == ("15 minutes", "1 hour")
    assert (video.where, gp.where) == ("Online", "North Quay or South Quay")
    assert (video.soonest, blood.soonest) == ("Soonest tomorrow", "Soonest tomorrow")


@pytest.mark.parametrize(
    "hidden", [{"online_bookable": False}, {"active": False}, {"deleted_at": NOW}]
)
async def test_a_type_that_patients_may_not_book_is_not_listed(hidden):
    clinic = await open_quay()
    await change_type("gp-video", **hidden)

    assert await slugs_of_types(clinic) == ["gp", "blood-test"]


@pytest.mark.parametrize("hidden", [{"online_bookable": False}, {"active": False}])
async def test_a_type_is_listed_only_while_somebody_offers_it_online(hidden):
    clinic = await open_quay()
    await change_clinician("beth-carrow", **hidden)
    await change_clinician("amara-osei", **hidden)

    assert await slugs_of_types(clinic) == ["gp-video", "gp"]


async def test_a_type_is_not_listed_where_its_only_place_is_not_used_any_more():
    clinic = await open_quay()
    await change_place("north", active=False)

    assert await slugs_of_types(clinic) == ["gp"]


async def test_a_type_without_any_time_says_so():
    clinic = await open_quay(clinicians=(replace(OSEI, windows=(window(9, 10, (6,)),)),))
    await change_type("gp", max_advance_days=5)

    soonest = {row.slug: row.soonest for row in await catalogue.list_types(clinic=clinic, now=NOW)}

    assert soonest == {"gp-video": "Soonest Sunday", "gp": "No free times"}


async def test_soonest_is_said_from_where_the_place_is():
    kiritimati = replace(NORTH, timezone="Pacific/Kiritimati")
    early = replace(OSEI, types=("gp-video",), windows=(window(9, 11, tuple(range(7))),))
    clinic = await open_quay(
        locations=(kiritimati,), types=(VIDEO,), clinicians=(early,), timezone="Europe/London"
    )

    # 14:42 UTC is 4:42am on Tuesday there, and the first window opens at 9am that day.
    row = (await catalogue.list_types(clinic=clinic, now=NOW))[0]

    assert row.soonest == "Soonest today"


@pytest.mark.requirement("S2-1")
async def test_nothing_is_listed_while_online_booking_is_off():
    clinic = replace(await open_quay(), online_booking_enabled=False)

    with pytest.raises(BookingClosed):
        await catalogue.list_types(clinic=clinic, now=NOW)
    with pytest.raises(BookingClosed):
        await catalogue.list_clinicians(clinic=clinic, choice=Choice("quay", "gp"), now=NOW)


async def test_anyone_comes_first_and_each_clinician_tells_what_they_are_and_speak():
    clinic = await open_quay()

    rows = await catalogue.list_clinicians(
        clinic=clinic, choice=Choice("quay", "gp-video"), now=NOW
    )

    assert [(row.slug, row.name) for row in rows] == [
        (ANYONE, "Anyone who is free"),
        ("amara-osei", "Dr Amara Osei"),
        ("yusuf-demir", "Dr Yusuf Demir"),
    ]
    assert [row.about for row in rows] == [
        "You will see the name before you confirm",
        "GP. Speaks English and Twi",
        "GP. Speaks English, Turkish and Welsh",
    ]


async def test_the_soonest_time_of_anyone_is_that_of_the_first_who_is_free():
    clinic = await open_quay(clinicians=(OSEI, replace(DEMIR, windows=(window(10, 12, (3,)),))))

    rows = await catalogue.list_clinicians(
        clinic=clinic, choice=Choice("quay", "gp-video"), now=NOW
    )

    assert [row.soonest for row in rows] == ["tomorrow, 9am", "tomorrow, 9am", "Thursday, 10am"]


async def test_a_clinician_without_a_free_time_is_listed_without_one():
    clinic = await open_quay(clinicians=(OSEI, replace(DEMIR, windows=())))
    # Without a window he works nowhere yet; with one that is over he works here without times.
    past = replace(window(9, 10), valid_until=NOW.date())
    other = await open_quay(slug="other", clinicians=(OSEI, replace(DEMIR, windows=(past,))))

    here = await catalogue.list_clinicians(clinic=clinic, choice=Choice("quay", "gp"), now=NOW)
    there = await catalogue.list_clinicians(clinic=other, choice=Choice("other", "gp"), now=NOW)

    assert [row.slug for row in here] == ["amara-osei"]
    assert [(row.slug, row.soonest) for row in there][1:] == [
        ("amara-osei", "tomorrow, 9am"),
        ("yusuf-demir", ""),
    ]


async def test_a_type_with_one_clinician_has_one_row_and_no_anyone():
    clinic = await open_quay()

    rows = await catalogue.list_clinicians(
        clinic=clinic, choice=Choice("quay", "blood-test"), now=NOW
    )

    assert [(row.slug, row.about) for row in rows] == [("beth-carrow", "Nurse. Speaks English")]


async def test_a_clinician_who_says_nothing_about_themselves_has_nothing_to_tell():
    quiet = replace(CARROW, title="", languages=())
    titled = replace(CARROW, slug="ann-holt", languages=())
    speaker = replace(CARROW, slug="ed-moss", title="")
    clinic = await open_quay(clinicians=(quiet, titled, speaker))

    rows = await catalogue.list_clinicians(
        clinic=clinic, choice=Choice("quay", "blood-test"), now=NOW
    )

    assert [row.about for row in rows[1:]] == ["", "Nurse", "Speaks English"]


async def test_a_chosen_place_leaves_those_who_work_there():
    clinic = await open_quay()

    rows = await catalogue.list_clinicians(
        clinic=clinic, choice=Choice("quay", "gp", location="south"), now=NOW
    )

    assert [(row.slug, row.soonest) for row in rows] == [("yusuf-demir", "Friday, 2pm")]


@pytest.mark.parametrize("slug", ["", *HOSTILE])
async def test_without_a_type_that_exists_there_is_nobody_to_choose(slug):
    clinic = await open_quay()

    assert (
        await catalogue.list_clinicians(clinic=clinic, choice=Choice("quay", slug), now=NOW) == []
    )


@pytest.mark.requirement("S2-2")
async def test_a_prefilled_choice_that_exists_is_kept_and_named():
    clinic = await open_quay()
    choice = Choice("quay", "gp", "yusuf-demir", "south")

    resolved = await catalogue.resolve(clinic=clinic, choice=choice)

    assert resolved.choice == choice
    assert resolved.ignored == ()
    assert (resolved.type_name, resolved.minutes, resolved.modality) == (
        "GP visit",
        15,
        "in_person",
    )
    assert (resolved.clinician_name, resolved.clinician_short_name) == (
        "Dr Yusuf Demir",
        "Dr Demir",
    )
    assert (resolved.location_name, resolved.zone) == ("South Quay", "Europe/London")
    assert len(resolved.location_ids) == 1


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("slug", HOSTILE)
async def test_query_values_that_name_nothing_are_dropped_and_said(slug):
    clinic = await open_quay()

    resolved = await catalogue.resolve(clinic=clinic, choice=Choice("quay", slug, slug, slug))

    assert resolved.choice == Choice("quay")
    assert resolved.ignored == ("type", "clinician", "location")
    assert (resolved.type_name, resolved.clinician_name) == ("", "")


@pytest.mark.requirement("S2-2")
async def test_a_clinician_or_place_that_does_not_go_with_the_rest_is_dropped_and_said():
    clinic = await open_quay()

    nurse = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp", "beth-carrow"))
    place = await catalogue.resolve(
        clinic=clinic, choice=Choice("quay", "gp", "amara-osei", "south")
    )

    assert (nurse.choice, nurse.ignored) == (Choice("quay", "gp"), ("clinician",))
    assert place.choice == Choice("quay", "gp", "amara-osei")
    assert place.ignored == ("location",)


@pytest.mark.requirement("S2-2")
async def test_what_another_clinic_has_is_unknown_here():
    clinic = await open_quay(types=(GP,), clinicians=(replace(OSEI, types=("gp",)),))
    await open_quay(slug="other", types=(BLOOD,), clinicians=(CARROW,))

    resolved = await catalogue.resolve(
        clinic=clinic, choice=Choice("other", "blood-test", "beth-carrow", "elsewhere")
    )

    assert resolved.choice == Choice("quay")
    assert resolved.ignored == ("type", "clinician", "location")


async def test_anyone_is_kept_as_a_choice_and_names_nobody():
    clinic = await open_quay()

    resolved = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp", ANYONE))

    assert resolved.choice.clinician == ANYONE
    assert resolved.clinician_name == ""
    assert resolved.ignored == ()
    assert resolved.location_name == ""
    assert len(resolved.location_ids) == 2


async def test_a_clinician_who_takes_longer_is_said_to():
    clinic = await open_quay()
    async with reading() as rx:
        published = await read_catalogue(rx, organization_id=clinic.organization_id)
    demir = next(b for b in published.bookables if b.clinician.slug == "yusuf-demir")
    await set_duration(demir.clinician.id, published.types[1].id, 30)

    with_demir = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp", "yusuf-demir"))
    with_anyone = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp", ANYONE))

    assert (with_demir.minutes, with_anyone.minutes) == (30, 15)


async def test_the_zone_of_a_choice_is_said_only_where_it_is_one():
    new_york = replace(NORTH, slug="south", timezone="America/New_York", is_primary=False)
    clinic = await open_quay(locations=(NORTH, new_york))

    everywhere = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp"))
    there = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp", location="south"))

    assert (everywhere.zone, there.zone) == ("", "America/New_York")
