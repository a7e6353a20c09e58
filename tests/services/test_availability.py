from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from booking_app.db.queries.diary import Offer
from booking_app.db.session import reading
from booking_app.domain.errors import BookingClosed, NotFound
from booking_app.dto.booking import ANYONE, Choice, ChosenTime
from booking_app.services import availability, booking, clinics
from booking_app.services.free_time import read_catalogue
from tests.factories import NOW, TODAY, a_clinic, a_visitor, an_appointment
from tests.services.quay import (
    GP,
    NORTH,
    OSEI,
    SOUTH,
    add_closure,
    add_exception,
    add_time_off,
    add_window,
    change_clinician,
    change_type,
    open_quay,
    window,
)
from tests.services.times import NOBODY, instant, offer_of, times_on, words_on

pytestmark = pytest.mark.usefixtures("database")

TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.requirement("S2-2")
async def test_only_times_inside_published_windows_are_listed():
    made = await a_clinic(duration=60, opens=9 * 60, closes=12 * 60 + 30, weekdays=(0, 2))

    assert await words_on(made, made.choice(), TODAY) == ["9am", "10am", "11am"]
    assert await words_on(made, made.choice(), TOMORROW) == []
    assert await words_on(made, made.choice(), TODAY + timedelta(days=2)) == ["9am", "10am", "11am"]


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "wall_time", ["08:00", "08:59", "09:15", "11:45", "12:00", "12:30", "23:00"]
)
async def test_a_forged_time_outside_the_windows_or_off_their_grid_is_refused(wall_time):
    made = await a_clinic(duration=60, opens=9 * 60, closes=12 * 60 + 30)

    assert await offer_of(made, made.choice(), "dr-1", made.at("09:00")) is not None
    assert await offer_of(made, made.choice(), "dr-1", made.at(wall_time)) is None


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "forged",
    [
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
        datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 2, 9),  # noqa: DTZ001  a naive one is what is tried
        datetime(1999, 1, 1, 9, tzinfo=UTC),
    ],
)
async def test_a_forged_instant_of_any_kind_is_refused(forged):
    made = await a_clinic(duration=60)

    assert await offer_of(made, made.choice(), "dr-1", forged) is None


async def test_the_same_instant_is_offered_whatever_zone_it_is_given_in():
    made = await a_clinic(duration=60)
    in_tokyo = made.at("09:00").astimezone(timezone(timedelta(hours=9)))

    offer = await offer_of(made, made.choice(), "dr-1", in_tokyo)

    assert offer is not None
    assert offer.starts_at == made.at("09:00")
    assert offer.ends_at.utcoffset() == timedelta(0)


@pytest.mark.requirement("S2-2")
async def test_a_forged_clinician_place_or_type_is_refused():
    clinic = await open_quay()
    nine = datetime.fromisoformat("2026-07-14T08:00:00+00:00")
    now = nine - timedelta(days=1)

    async def is_offered(choice: Choice, clinician: str) -> bool:
        return await offer_of(clinic, choice, clinician, nine, now=now) is not None

    assert await is_offered(Choice("quay", "gp", "amara-osei", "north"), "amara-osei")
    assert await is_offered(Choice("quay", "gp", ANYONE), "amara-osei")
    assert not await is_offered(Choice("quay", "gp", "yusuf-demir"), "amara-osei")
    assert not await is_offered(Choice("quay", "gp", ANYONE, "south"), "amara-osei")
    assert not await is_offered(Choice("quay", "gp", ANYONE, "mars"), "amara-osei")
    assert not await is_offered(Choice("quay", "blood-test", ANYONE), "amara-osei")
    assert not await is_offered(Choice("quay", "gp", ANYONE), "beth-carrow")
    assert not await is_offered(Choice("quay", "gp", ANYONE), "nobody")
    assert not await is_offered(Choice("quay", "nothing", ANYONE), "amara-osei")
    assert not await is_offered(Choice("quay", "", ANYONE), "amara-osei")


@pytest.mark.requirement("S2-2")
async def test_a_clinician_of_another_clinic_cannot_be_claimed_through_this_one():
    made = await a_clinic(slug="harbour")
    other = await a_clinic(slug="other", clinicians=2)

    offer = await offer_of(made, made.choice(), "dr-2", other.at("09:00"))

    assert offer is None


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "hidden", [{"online_bookable": False}, {"active": False}, {"deleted_at": NOW}]
)
async def test_a_type_that_was_withdrawn_meanwhile_is_refused(hidden):
    made = await a_clinic()
    await change_type("check-up", **hidden)

    assert await offer_of(made, made.choice(), "dr-1", made.at("09:00")) is None


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("hidden", [{"online_bookable": False}, {"active": False}])
async def test_a_clinician_who_was_withdrawn_meanwhile_is_refused(hidden):
    made = await a_clinic()
    await change_clinician("dr-1", **hidden)

    assert await offer_of(made, made.choice(), "dr-1", made.at("09:00")) is None


@pytest.mark.requirement("S2-2")
async def test_exactly_the_notice_is_enough_and_a_minute_less_is_not():
    made = await a_clinic(duration=60, min_notice=120)
    just = made.at("08:00")
    late = just + timedelta(minutes=1)

    assert (await words_on(made, made.choice(), TODAY, now=just))[0] == "10am"
    assert (await words_on(made, made.choice(), TODAY, now=late))[0] == "11am"
    assert await offer_of(made, made.choice(), "dr-1", made.at("10:00"), now=just) is not None
    assert await offer_of(made, made.choice(), "dr-1", made.at("10:00"), now=late) is None


@pytest.mark.requirement("S2-2")
async def test_exactly_the_advance_limit_is_offered_and_the_next_time_is_not():
    made = await a_clinic(duration=60, max_advance_days=3)
    last_day = TODAY + timedelta(days=3)
    now = made.at("11:00")

    assert await words_on(made, made.choice(), last_day, now=now) == ["9am", "10am", "11am"]
    assert await offer_of(made, made.choice(), "dr-1", made.at("11:00", last_day), now=now)
    assert not await offer_of(made, made.choice(), "dr-1", made.at("12:00", last_day), now=now)


@pytest.mark.requirement("S2-1")
async def test_no_times_are_given_while_online_booking_is_off():
    made = await a_clinic(online_booking_enabled=False)
    clinic = await clinics.require_clinic(slug=made.slug)

    with pytest.raises(BookingClosed):
        await availability.picker(clinic=clinic, choice=made.choice(), visitor=NOBODY, now=NOW)
    with pytest.raises(BookingClosed):
        await availability.day_times(
            clinic=clinic, choice=made.choice(), day=str(TODAY), visitor=NOBODY, now=NOW
        )


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("slug", ["", "nothing", "\x00", "\ud800"])
async def test_without_a_type_that_exists_there_are_no_times(slug):
    made = await a_clinic()
    clinic = await clinics.require_clinic(slug=made.slug)
    choice = replace(made.choice(), appointment_type=slug)

    with pytest.raises(NotFound):
        await availability.picker(clinic=clinic, choice=choice, visitor=NOBODY, now=NOW)


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "day", ["", "today", "2026-13-01", "2026-02-30", "20260302", "2026-W10-1", "２０２６-03-02"]
)
async def test_a_day_that_is_no_date_has_no_times(day):
    made = await a_clinic()

    assert await times_on(made, made.choice(), day) == []


@pytest.mark.requirement("S2-25")
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Honolulu"])
async def test_the_first_and_the_last_local_date_of_a_window_are_both_in_it(zone):
    made = await a_clinic(zone=zone, weekdays=(), duration=60)
    first, last = TODAY + timedelta(days=7), TODAY + timedelta(days=9)
    for weekday in range(7):
        await add_window(
            made.clinician.id,
            made.location_id,
            made.organization_id,
            weekday=weekday,
            valid_from=first,
            valid_until=last,
        )
    whole_day = 24

    counts = [
        len(await times_on(made, made.choice(), first + timedelta(days=n))) for n in range(-1, 4)
    ]

    assert counts == [0, whole_day, whole_day, whole_day, 0]
    assert await offer_of(made, made.choice(), "dr-1", made.at("00:00", first))
    assert await offer_of(made, made.choice(), "dr-1", made.at("23:00", last))
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    assert not await offer_of(made, made.choice(), "dr-1", made.at("23:00", before))
    assert not await offer_of(made, made.choice(), "dr-1", made.at("00:00", after))


@pytest.mark.requirement("S2-25")
async def test_an_empty_end_of_validity_is_open():
    made = await a_clinic(weekdays=(), duration=60, max_advance_days=60)
    ids = made.clinician.id, made.location_id, made.organization_id
    day = TODAY + timedelta(days=14)
    await add_window(*ids, weekday=day.weekday(), start_minute=0, end_minute=60, valid_from=day)
    await add_window(*ids, weekday=day.weekday(), start_minute=60, end_minute=120, valid_until=day)

    async def on(weeks: int) -> list[str]:
        return await words_on(made, made.choice(), day + timedelta(weeks=weeks))

    assert await on(-1) == ["1am"]
    assert await on(0) == ["midnight", "1am"]
    assert await on(1) == ["midnight"]


async def test_a_window_that_was_switched_off_or_deleted_offers_nothing():
    made = await a_clinic(weekdays=())
    ids = made.clinician.id, made.location_id, made.organization_id
    await add_window(*ids, weekday=0, is_active=False)
    await add_window(*ids, weekday=0, deleted_at=NOW)

    assert await times_on(made, made.choice(), TODAY) == []


async def test_an_exception_wins_over_the_week():
    made = await a_clinic(duration=60, opens=9 * 60, closes=12 * 60)
    ids = made.clinician.id, made.organization_id
    days = [TODAY + timedelta(days=n) for n in range(5)]
    await add_exception(*ids, days[1], "closed")
    await add_exception(*ids, days[2], "closed", 600, 630)
    await add_exception(*ids, days[3], "open", 840, 960, location_id=made.location_id)

    assert await words_on(made, made.choice(), days[0]) == ["9am", "10am", "11am"]
    assert await words_on(made, made.choice(), days[1]) == []
    assert await words_on(made, made.choice(), days[2]) == ["9am", "11am"]
    assert await words_on(made, made.choice(), days[3]) == ["2pm", "3pm"]
    assert await offer_of(made, made.choice(), "dr-1", made.at("15:00", days[3]))
    assert not await offer_of(made, made.choice(), "dr-1", made.at("10:00", days[2]))


async def test_time_off_takes_what_overlaps_it_and_nothing_else():
    made = await a_clinic(duration=60, opens=9 * 60, closes=13 * 60)
    await add_time_off(
        made.clinician.id, made.organization_id, made.at("10:30"), timedelta(minutes=60)
    )

    assert await words_on(made, made.choice(), TODAY) == ["9am", "midday"]
    assert not await offer_of(made, made.choice(), "dr-1", made.at("10:00"))
    assert await offer_of(made, made.choice(), "dr-1", made.at("12:00"))


async def test_a_closure_of_a_place_or_of_all_closes_its_dates_both_included():
    clinic = await open_quay(
        clinicians=(replace(OSEI, windows=(window(9, 10), window(14, 15, at="south"))),)
    )
    async with reading() as rx:
        bookables = (await read_catalogue(rx, organization_id=clinic.organization_id)).bookables
    south = next(each.place.id for each in bookables if each.place.slug == "south")
    tuesday = date(2026, 7, 14)
    await add_closure(
        clinic.organization_id, tuesday, tuesday + timedelta(days=1), location_id=south
    )
    await add_closure(
        clinic.organization_id, tuesday + timedelta(days=2), tuesday + timedelta(days=2)
    )
    choice = Choice("quay", "gp", "amara-osei")
    now = datetime(2026, 7, 13, tzinfo=UTC)

    async def on(days: int) -> list[str]:
        return await words_on(clinic, choice, tuesday + timedelta(days=days), now=now)

    everywhere = ["9am", "9:20am", "9:40am", "2pm", "2:20pm", "2:40pm"]
    assert await on(-1) == everywhere
    assert await on(0) == ["9am", "9:20am", "9:40am"]
    assert await on(1) == ["9am", "9:20am", "9:40am"]
    assert await on(2) == []
    assert await on(3) == everywhere


@pytest.mark.parametrize(
    ("mine", "theirs", "last_before", "first_after"),
    [
        ({}, {}, "10:30", "11:30"),
        ({"buffer_after": 15}, {}, "10:15", "11:30"),
        ({"buffer_before": 15}, {}, "10:30", "11:45"),
        ({}, {"buffer_before": 20}, "10:10", "11:30"),
        ({}, {"buffer_after": 20}, "10:30", "11:50"),
        ({"buffer_before": 10}, {"buffer_after": 20}, "10:30", "11:50"),
        ({"buffer_before": 30}, {"buffer_after": 20}, "10:30", "12:00"),
        ({"window_buffer": 45}, {"buffer_after": 20}, "09:45", "12:15"),
    ],
)
async def test_neighbours_keep_the_largest_of_their_buffers_apart(
    mine, theirs, last_before, first_after
):
    made = await a_clinic(duration=30, slot_step=5, **mine)
    await an_appointment(made, starts_at=made.at("11:00"), **theirs)
    before, after = made.at(last_before), made.at(first_after)
    five = timedelta(minutes=5)

    free = [instant(tile) for tile in await times_on(made, made.choice(), TODAY)]

    assert max(start for start in free if start < made.at("11:00")) == before
    assert min(start for start in free if start > made.at("11:00")) == after
    assert await offer_of(made, made.choice(), "dr-1", before)
    assert not await offer_of(made, made.choice(), "dr-1", before + five)
    assert not await offer_of(made, made.choice(), "dr-1", after - five)
    assert await offer_of(made, made.choice(), "dr-1", after)


@pytest.mark.requirement("S2-3")
async def test_a_held_time_is_not_listed_for_others_nor_offered_to_them():
    made = await a_clinic(duration=60, opens=9 * 60, closes=11 * 60)
    await booking.hold_slot(
        visitor=a_visitor(1), choice=made.choice(), chosen=made.chosen("09:00"), now=NOW
    )

    assert await words_on(made, made.choice(), TODAY, visitor=a_visitor(2)) == ["10am"]
    assert not await offer_of(made, made.choice(), "dr-1", made.at("09:00"))


@pytest.mark.requirement("S2-5")
async def test_a_held_time_is_listed_again_the_instant_its_hold_lapses():
    made = await a_clinic(duration=60, opens=9 * 60, closes=11 * 60, hold_minutes=5)
    await booking.hold_slot(
        visitor=a_visitor(1), choice=made.choice(), chosen=made.chosen("09:00"), now=NOW
    )
    lapsed = NOW + timedelta(minutes=5)
    just_before = lapsed - timedelta(microseconds=1)

    assert await words_on(made, made.choice(), TODAY, now=just_before) == ["10am"]
    assert await words_on(made, made.choice(), TODAY, now=lapsed) == ["9am", "10am"]
    assert not await offer_of(made, made.choice(), "dr-1", made.at("09:00"), now=just_before)
    assert await offer_of(made, made.choice(), "dr-1", made.at("09:00"), now=lapsed)


async def test_one_s_own_held_time_is_shown_as_held_and_is_in_nobody_s_way():
    made = await a_clinic(duration=60, slot_step=30, opens=9 * 60, closes=11 * 60)
    await booking.hold_slot(
        visitor=a_visitor(1), choice=made.choice(), chosen=made.chosen("09:30"), now=NOW
    )

    tiles = await times_on(made, made.choice(), TODAY, visitor=a_visitor(1))

    assert [(tile.time, tile.state, tile.label) for tile in tiles] == [
        ("9am", "free", "9am"),
        ("9:30am", "mine", "9:30am, Held for you"),
        ("10am", "free", "10am"),
    ]
    assert [tile.state for tile in await times_on(made, made.choice(), TODAY)] == []


async def test_one_s_own_held_time_stays_listed_when_its_notice_has_passed():
    made = await a_clinic(duration=60, min_notice=120, opens=9 * 60, closes=11 * 60)
    await booking.hold_slot(
        visitor=a_visitor(1),
        choice=made.choice(),
        chosen=made.chosen("09:00"),
        now=made.at("07:00"),
    )
    later = made.at("07:05")

    own = await times_on(made, made.choice(), TODAY, visitor=a_visitor(1), now=later)

    assert [(tile.time, tile.state) for tile in own] == [("9am", "mine"), ("10am", "free")]
    assert await words_on(made, made.choice(), TODAY, now=later) == ["10am"]


async def test_a_time_held_for_another_type_is_no_tile_of_this_one():
    clinic = await open_quay()
    visitor, now = a_visitor(1), datetime(2026, 7, 14, 6, tzinfo=UTC)
    held = datetime(2026, 7, 14, 8, 20, tzinfo=UTC)
    await booking.hold_slot(
        visitor=visitor,
        choice=Choice("quay", "gp", ANYONE),
        chosen=ChosenTime("amara-osei", held),
        now=now,
    )

    tiles = await times_on(
        clinic, Choice("quay", "gp-video", ANYONE), "2026-07-14", visitor=visitor, now=now
    )

    assert "9:20am" in [tile.time for tile in tiles]
    assert {tile.state for tile in tiles} == {"free"}


async def test_of_several_who_are_free_the_tile_names_who_has_fewest_visits_that_day():
    made = await a_clinic(clinicians=3, duration=60, opens=9 * 60, closes=12 * 60)
    one, two, _ = made.clinicians
    await an_appointment(made, starts_at=made.at("11:00"), clinician=one)
    await an_appointment(made, starts_at=made.at("14:00"), clinician=one)
    await an_appointment(made, starts_at=made.at("13:00"), clinician=two)
    anyone = replace(made.choice(), clinician=ANYONE)

    today = await times_on(made, anyone, TODAY)
    tomorrow = await times_on(made, anyone, TOMORROW)

    assert [(tile.time, tile.who) for tile in today] == [
        ("9am", "Dr 3"),
        ("10am", "Dr 3"),
        ("11am", "Dr 3"),
    ]
    assert {tile.clinician for tile in tomorrow} == {"dr-1"}


async def test_the_tile_names_somebody_who_is_free_then():
    made = await a_clinic(clinicians=2, duration=60, opens=9 * 60, closes=11 * 60)
    await an_appointment(made, starts_at=made.at("09:00"), clinician=made.clinicians[0])
    await an_appointment(made, starts_at=made.at("10:00"), clinician=made.clinicians[1])
    await an_appointment(made, starts_at=made.at("14:00"), clinician=made.clinicians[1])

    tiles = await times_on(made, replace(made.choice(), clinician=""), TODAY)

    assert [(tile.time, tile.label) for tile in tiles] == [
        ("9am", "9am, Dr 2"),
        ("10am", "10am, Dr 1"),
    ]


async def test_with_anyone_the_own_held_time_names_who_holds_it():
    made = await a_clinic(clinicians=2, duration=60, opens=9 * 60, closes=11 * 60)
    anyone = replace(made.choice(), clinician=ANYONE)
    await booking.hold_slot(
        visitor=a_visitor(1),
        choice=anyone,
        chosen=made.chosen("09:00", clinician=made.clinicians[1]),
        now=NOW,
    )

    tiles = await times_on(made, anyone, TODAY, visitor=a_visitor(1))

    assert [(tile.time, tile.clinician, tile.state) for tile in tiles] == [
        ("9am", "dr-2", "mine"),
        ("10am", "dr-1", "free"),
    ]


async def test_busy_time_counts_at_every_place_and_a_start_is_listed_once():
    both = replace(OSEI, windows=(window(9, 10), window(9, 10, at="south")))
    clinic = await open_quay(types=(GP,), clinicians=(replace(both, types=("gp",)),))
    choice, day = Choice("quay", "gp", "amara-osei"), "2026-07-14"
    now = datetime(2026, 7, 13, tzinfo=UTC)
    nine = datetime(2026, 7, 14, 8, tzinfo=UTC)

    listed = await times_on(clinic, choice, day, now=now)
    in_south = await times_on(clinic, replace(choice, location="south"), day, now=now)
    offer = await offer_of(clinic, choice, "amara-osei", nine, now=now)
    southern = await offer_of(
        clinic, replace(choice, location="south"), "amara-osei", nine, now=now
    )
    await booking.hold_slot(
        visitor=a_visitor(1),
        choice=replace(choice, location="south"),
        chosen=ChosenTime("amara-osei", nine),
        now=now,
    )

    assert [(tile.time, tile.who) for tile in listed] == [
        ("9am", NORTH.name),
        ("9:20am", NORTH.name),
        ("9:40am", NORTH.name),
    ]
    assert (in_south[0].time, in_south[0].who) == ("9am", "")
    assert offer is not None
    assert southern is not None
    assert offer.location_id != southern.location_id
    assert await words_on(clinic, choice, day, now=now) == ["9:20am", "9:40am"]


async def test_a_start_at_two_places_is_listed_for_each():
    there = replace(
        OSEI, slug="ann-holt", short_name="Dr Holt", windows=(window(9, 10, at="south"),)
    )
    here = replace(OSEI, windows=(window(9, 10),))
    clinic = await open_quay(
        types=(GP,), clinicians=(replace(here, types=("gp",)), replace(there, types=("gp",)))
    )
    now = datetime(2026, 7, 13, tzinfo=UTC)

    tiles = await times_on(clinic, Choice("quay", "gp", ANYONE), "2026-07-14", now=now)

    assert [(tile.time, tile.who) for tile in tiles][:2] == [
        ("9am", f"Dr Osei, {NORTH.name}"),
        ("9am", f"Dr Holt, {SOUTH.name}"),
    ]


async def test_an_offer_carries_all_that_a_claim_writes():
    made = await a_clinic(
        duration=45, slot_step=15, buffer_before=5, buffer_after=10, modality="video"
    )

    offer = await offer_of(made, made.choice(), "dr-1", made.at("09:15"))

    assert offer == Offer(
        organization_id=made.organization_id,
        clinician_id=made.clinician.id,
        resource_id=made.clinician.resource_id,
        location_id=made.location_id,
        location_slug=made.location_slug,
        appointment_type_id=made.type_id,
        modality="video",
        starts_at=made.at("09:15"),
        ends_at=made.at("10:00"),
        zone="Europe/London",
        duration=45,
        default_duration=45,
        buffer_before=5,
        buffer_after=10,
    )


async def test_the_diaries_behind_a_choice_are_those_of_who_may_be_chosen():
    clinic = await open_quay()

    async def resources(*choice: str) -> list[int]:
        return await availability.resource_ids(clinic=clinic, choice=Choice("quay", *choice))

    assert len(await resources("gp", ANYONE)) == 2
    assert await resources("gp", "yusuf-demir") == (await resources("gp", ANYONE))[1:]
    assert len(await resources("gp", ANYONE, "south")) == 1
    assert await resources("blood-test") == await resources("blood-test", "beth-carrow")
