from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from booking_app.dto.booking import ANYONE, Choice, ChosenTime, PickerCard
from booking_app.services import availability, booking, clinics
from tests.factories import NOW, a_clinic, a_visitor, an_appointment
from tests.services.quay import DEMIR, GP, NORTH, OSEI, VIDEO, add_closure, open_quay, window
from tests.services.quay import NOW as QUAY_NOW
from tests.services.times import NOBODY, tiles_of, utc

pytestmark = pytest.mark.usefixtures("database")


async def picker(clinic, choice: Choice, *, now: datetime = NOW, **asked: str) -> PickerCard:
    return await availability.picker(
        clinic=await clinics.require_clinic(slug=clinic.slug),
        choice=choice,
        visitor=NOBODY,
        now=now,
        **asked,
    )


async def test_it_opens_on_the_first_day_with_free_times():
    clinic = await open_quay()

    card = await picker(clinic, Choice("quay", "gp-video", ANYONE), now=QUAY_NOW)

    assert card.has_times
    assert card.soonest == "tomorrow, Tuesday 14 July, at 9am"
    assert (card.month.iso, card.month.heading) == ("2026-07", "July 2026")
    assert (card.times.iso, card.times.heading) == ("2026-07-14", "Tuesday 14 July")
    assert card.times.say == "9 free on Tuesday 14 July."
    assert [tile.time for tile in card.times.morning] == [
        *("9am", "9:20am", "9:40am", "10am", "10:20am", "10:40am"),
        *("11am", "11:20am", "11:40am"),
    ]


async def test_each_tile_tells_its_time_its_clinician_and_the_whole_choice():
    clinic = await open_quay()

    card = await picker(clinic, Choice("quay", "gp-video", ANYONE), now=QUAY_NOW)
    first, last = card.times.morning[0], card.times.morning[-1]

    assert (first.time, first.who, first.label) == ("9am", "Dr Osei", "9am, Dr Osei")
    assert (last.who, last.label) == ("Dr Demir", "11:40am, Dr Demir")
    assert first.sentence == "Tuesday 14 July, 9am"
    assert first.with_line == "GP video visit with Dr Amara Osei"
    assert first.starts_at == "2026-07-14T08:00:00+00:00"
    assert first.clinician == "amara-osei"
    keys = [tile.key for tile in card.times.morning]
    assert len(set(keys)) == len(keys)
    again = await picker(clinic, Choice("quay", "gp-video", "amara-osei"), now=QUAY_NOW)
    assert again.times.morning[0].key == first.key


async def test_with_a_chosen_clinician_tiles_need_no_name():
    clinic = await open_quay()

    card = await picker(clinic, Choice("quay", "gp-video", "amara-osei"), now=QUAY_NOW)

    assert {(tile.who, tile.label == tile.time) for tile in tiles_of(card.times)} == {("", True)}


async def test_every_label_contains_what_the_tile_shows():
    await open_quay()
    visitor = a_visitor(1)
    choice = Choice("quay", "gp-video", ANYONE)
    await booking.hold_slot(
        visitor=visitor,
        choice=choice,
        chosen=ChosenTime("amara-osei", utc("2026-07-14T08:20:00")),
        now=QUAY_NOW,
    )

    card = await availability.picker(
        clinic=await clinics.require_clinic(slug="quay"),
        choice=choice,
        visitor=visitor,
        now=QUAY_NOW,
    )

    for tile in tiles_of(card.times):
        assert tile.time in tile.label
        assert tile.who in tile.label
    mine = [tile for tile in tiles_of(card.times) if tile.state == "mine"]
    assert [tile.label for tile in mine] == ["9:20am, Dr Osei, Held for you"]
    for day in card.month.days:
        assert day.number in day.label or not day.is_free
        assert day.free_text in day.label


async def test_days_tell_how_many_times_are_free_and_only_those_can_be_chosen():
    clinic = await open_quay()

    card = await picker(clinic, Choice("quay", "gp-video", ANYONE), now=QUAY_NOW)
    days = {day.iso: day for day in card.month.days}

    assert days["2026-07-14"].free_text == "9 free"
    assert days["2026-07-14"].label == "Tuesday 14 July, 9 free"
    assert days["2026-07-17"].free_text == "6 free"
    assert [day.is_free for day in card.month.days[:7]] == [
        *(False, True, True, True, True, False, False)
    ]
    saturday = days["2026-07-18"]
    assert (saturday.number, saturday.label, saturday.free_text) == ("18", "", "")
    assert [day.iso for day in card.month.days if day.is_today] == ["2026-07-13"]


async def test_the_month_of_today_begins_with_this_week_and_others_with_their_first():
    clinic = await open_quay()
    choice = Choice("quay", "gp-video", ANYONE)

    july = await picker(clinic, choice, now=utc("2026-07-16T09:00:00"))
    august = await picker(clinic, choice, now=utc("2026-07-16T09:00:00"), month="2026-08")
    first_week = await picker(clinic, choice, now=utc("2026-07-02T09:00:00"))

    assert (july.month.days[0].iso, july.month.blanks) == ("2026-07-13", [])
    assert (july.month.days[-1].iso, len(july.month.days)) == ("2026-07-31", 19)
    assert (august.month.days[0].iso, len(august.month.blanks)) == ("2026-08-01", 5)
    assert (first_week.month.days[0].iso, len(first_week.month.blanks)) == ("2026-07-01", 2)


async def test_months_turn_from_today_to_the_advance_limit_and_no_further():
    # The limit is 60 times 24 hours from now: 7:30am on 1 May, when clocks have changed.
    made = await a_clinic(max_advance_days=60, opens=7 * 60)

    march = (await picker(made, made.choice())).month
    april = (await picker(made, made.choice(), month="2026-04")).month
    may = (await picker(made, made.choice(), month="2026-05")).month

    assert (march.previous, march.previous_label) == ("", "Previous month, no earlier days")
    assert (march.next, march.next_label) == ("2026-04", "Next month, April 2026")
    assert (april.previous, april.previous_label) == ("2026-03", "Previous month, March 2026")
    assert april.next == "2026-05"
    assert (may.next, may.next_label) == ("", "Next month, no later days")
    assert may.until_text == "You can book up to 1 May."
    assert [day.iso for day in may.days if day.is_free] == ["2026-05-01"]


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "month", ["2026-02", "2026-06", "2026-13", "2026-3", "March", "\x00", "9999-12", "0000-00"]
)
async def test_a_month_that_cannot_be_shown_is_ignored(month):
    made = await a_clinic(max_advance_days=60)

    card = await picker(made, made.choice(), month=month)

    assert (card.month.iso, card.times.iso) == ("2026-03", "2026-03-02")


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("day", ["2026-03-01", "2026-05-02", "2026-02-30", "yesterday", "\ud800"])
async def test_a_day_that_cannot_be_booked_is_ignored(day):
    made = await a_clinic(max_advance_days=60)

    card = await picker(made, made.choice(), day=day)

    assert card.times.iso == "2026-03-02"


async def test_a_chosen_day_opens_with_its_month():
    made = await a_clinic(max_advance_days=60)

    card = await picker(made, made.choice(), day="2026-04-07")

    assert (card.month.iso, card.times.iso) == ("2026-04", "2026-04-07")


async def test_a_month_opens_on_its_first_free_day():
    made = await a_clinic(weekdays=(3,), max_advance_days=60)

    card = await picker(made, made.choice(), month="2026-04")

    assert (card.month.iso, card.times.iso) == ("2026-04", "2026-04-02")


async def test_a_month_without_times_shows_none_and_keeps_turning():
    made = await a_clinic(max_advance_days=60)
    await add_closure(made.organization_id, date(2026, 4, 1), date(2026, 4, 30))

    card = await picker(made, made.choice(), month="2026-04")

    assert card.has_times
    assert (card.month.iso, card.month.next) == ("2026-04", "2026-05")
    assert (card.times.iso, tiles_of(card.times)) == ("", [])
    assert card.times.say == "No free times in April 2026."


async def test_a_day_stays_open_when_its_last_time_goes():
    made = await a_clinic(duration=60, opens=9 * 60, closes=10 * 60)
    before = await picker(made, made.choice(), month="2026-03", day="2026-03-03")
    await an_appointment(made, starts_at=made.at("09:00", date(2026, 3, 3)))

    after = await picker(made, made.choice(), month="2026-03", day="2026-03-03")

    assert before.times.say == "1 free on Tuesday 3 March."
    assert (after.times.iso, after.times.say) == ("2026-03-03", "No free times on Tuesday 3 March.")
    assert [day.is_free for day in after.month.days if day.iso == "2026-03-03"] == [False]
    assert after.soonest == "today, Monday 2 March, at 9am"


async def test_times_are_grouped_by_the_part_of_the_day():
    made = await a_clinic(duration=60, opens=11 * 60, closes=19 * 60)

    times = (await picker(made, made.choice())).times

    assert [tile.time for tile in times.morning] == ["11am"]
    assert [tile.time for tile in times.afternoon] == ["midday", "1pm", "2pm", "3pm", "4pm"]
    assert [tile.time for tile in times.evening] == ["5pm", "6pm"]


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        ("Europe/London", "Times are UK time. It is 3:42pm in the UK now."),
        ("America/New_York", "Times are New York time. It is 10:42am in New York now."),
        ("Etc/UTC", "Times are in UTC. It is 2:42pm in UTC now."),
    ],
)
async def test_the_zone_line_says_whose_time_it_is_and_what_time_it_is_there(zone, line):
    made = await a_clinic(zone=zone)

    assert (await picker(made, made.choice(), now=QUAY_NOW)).zone_line == line


async def test_where_places_are_in_different_zones_times_are_those_of_each_place():
    new_york = replace(NORTH, slug="south", name="East Side", timezone="America/New_York")
    there = replace(DEMIR, windows=(window(9, 10, at="south"),), types=("gp",))
    clinic = await open_quay(
        types=(GP,),
        locations=(NORTH, replace(new_york, is_primary=False)),
        clinicians=(replace(OSEI, types=("gp",), windows=(window(9, 10),)), there),
    )

    card = await picker(clinic, Choice("quay", "gp", ANYONE), now=QUAY_NOW)

    assert card.zone_line == "Times are those of each place."
    assert [(tile.time, tile.who) for tile in tiles_of(card.times)][2:4] == [
        ("9:40am", "Dr Osei, North Quay, UK time"),
        ("9am", "Dr Demir, East Side, New York time"),
    ]


async def test_a_video_visit_tells_the_time_on_the_visitor_s_own_clock_as_well():
    made = await a_clinic(modality="video")

    card = await picker(made, made.choice(), device_zone="Europe/Paris")

    assert card.device_zone_line == "Your device is on Paris time. 9am here is 10am for you."
    assert card.zone_line.startswith("Times are UK time.")
    first = tiles_of(card.times)[0]
    assert (first.time, first.device_time) == ("9am", "10am for you")


async def test_a_time_that_is_on_another_day_for_the_visitor_names_that_day():
    made = await a_clinic(modality="video", opens=8 * 60)

    card = await picker(made, made.choice(), device_zone="America/Los_Angeles")

    assert card.device_zone_line == (
        "Your device is on Los Angeles time. 8am here is midnight for you."
    )
    auckland = await picker(made, made.choice(), device_zone="Pacific/Honolulu")
    assert auckland.device_zone_line == (
        "Your device is on Honolulu time. 8am here is 10pm on Sunday for you."
    )


@pytest.mark.parametrize(
    "device_zone",
    [
        *("", "Europe/London", "Europe/Guernsey", "Nowhere/Atall", "Europe", "../../etc/passwd"),
        *("\x00", "\ud800", "/etc/localtime", "x" * 100_000),
    ],
)
async def test_the_same_clock_or_no_known_zone_has_nothing_to_add(device_zone):
    made = await a_clinic(modality="video")

    card = await picker(made, made.choice(), device_zone=device_zone)

    assert card.device_zone_line == ""
    assert {tile.device_time for tile in tiles_of(card.times)} == {""}


async def test_zones_that_agree_today_but_not_all_the_way_ahead_are_told_apart():
    made = await a_clinic(modality="video", max_advance_days=60)

    # Iceland has London's time in winter; clocks in London change on 29 March.
    card = await picker(made, made.choice(), device_zone="Atlantic/Reykjavik")

    assert card.device_zone_line == "Your device is on Reykjavik time. 9am here is 9am for you."


async def test_a_visit_in_person_is_told_in_the_time_of_its_place_only():
    made = await a_clinic(modality="in_person")

    card = await picker(made, made.choice(), device_zone="Asia/Tokyo")

    assert card.device_zone_line == ""
    assert {tile.device_time for tile in tiles_of(card.times)} == {""}


async def test_no_free_time_at_all_says_so_and_leads_to_others_who_have_some():
    bevan = replace(OSEI, slug="carys-bevan", display_name="Dr Carys Bevan", short_name="Dr Bevan")
    never = replace(window(9, 10), valid_until=date(2026, 7, 1))
    clinic = await open_quay(
        types=(VIDEO, GP),
        clinicians=(OSEI, DEMIR, replace(bevan, windows=(never, window(9, 10, at="south")))),
    )

    card = await picker(clinic, Choice("quay", "gp-video", "carys-bevan"), now=QUAY_NOW)

    assert not card.has_times
    assert card.none_heading == "No free times with Dr Bevan"
    assert card.none_text == (
        "Dr Carys Bevan has no free video visits in the next 6 weeks. You can:"
    )
    assert [(way.kind, way.heading, way.text) for way in card.ways_on] == [
        ("clinician", "See another GP", "The soonest is tomorrow, Tuesday 14 July, at 9am"),
        (
            "type",
            "See Dr Bevan at the clinic instead",
            "The soonest is tomorrow, Tuesday 14 July, at 9am",
        ),
    ]
    others, instead = card.ways_on
    assert (others.appointment_type, others.clinician) == ("gp-video", ANYONE)
    assert (instead.appointment_type, instead.clinician) == ("gp", "carys-bevan")


async def test_where_one_place_has_no_times_the_others_are_named():
    clinic = await open_quay()
    choice = Choice("quay", "gp", "yusuf-demir", "south")
    everything_else = await open_quay(
        slug="busy",
        clinicians=(replace(DEMIR, windows=(window(9, 10), past_window("south"))),),
        types=(GP, VIDEO),
    )

    card = await picker(everything_else, replace(choice, clinic="busy"), now=QUAY_NOW)
    open_card = await picker(clinic, choice, now=QUAY_NOW)

    assert open_card.has_times
    assert not card.has_times
    assert [(way.kind, way.heading, way.location) for way in card.ways_on] == [
        ("location", "Go to another place", ""),
        ("type", "See Dr Demir by video instead", ""),
    ]


async def test_with_no_times_anywhere_the_page_still_says_so():
    made = await a_clinic(weekdays=(), max_advance_days=10)

    card = await picker(made, replace(made.choice(), clinician=ANYONE))

    assert not card.has_times
    assert card.none_heading == "No free times"
    assert card.none_text == (
        "There are no free times for “Check-up” in the next 10 days. You can:"
    )
    assert card.ways_on == []


def past_window(place: str):
    return replace(window(9, 10, at=place), valid_until=QUAY_NOW.astimezone(UTC).date())


async def test_a_search_is_bounded_whatever_a_type_says():
    made = await a_clinic(max_advance_days=100_000)

    card = await picker(made, made.choice())

    last = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=731)
    assert card.month.until_text == f"You can book up to {last.day} March."
    assert len(tiles_of(card.times)) > 0
