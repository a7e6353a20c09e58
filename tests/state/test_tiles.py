"""What the screen makes of times that come and go."""

from dataclasses import replace

from booking_app.dto.booking import TimesCard, TimeTile
from booking_app.state.patient import tiles


def tile(time: str, who: str = "Dr Osei", state: str = "free") -> TimeTile:
    hour, _, minute = time.removesuffix("am").partition(":")
    starts_at = f"2026-07-14T{int(hour):02}:{minute or '00'}:00+00:00"
    return TimeTile(f"{who}-{time}", who, starts_at, time, who, f"{time}, {who}", "", state)


def day(*morning: TimeTile, iso: str = "2026-07-14") -> TimesCard:
    return TimesCard(iso=iso, heading="Tuesday 14 July", morning=list(morning))


def seen(times: TimesCard) -> list[tuple[str, str]]:
    return [(each.time, each.state) for each in tiles.tiles_of(times)]


def test_a_time_that_somebody_took_stays_in_its_place():
    change = tiles.after(
        day(tile("9am"), tile("9:20am"), tile("9:40am")), day(tile("9am"), tile("9:40am"))
    )
    assert seen(change.times) == [("9am", "free"), ("9:20am", "taken"), ("9:40am", "free")]
    assert tiles.news(change) == "9:20am has just been taken."
    assert change.times.morning[1].label == "9:20am, Dr Osei, just taken"


def test_it_still_stands_there_at_the_next_look_and_is_said_only_once():
    once = tiles.after(day(tile("9am"), tile("9:20am")), day(tile("9am"))).times
    again = tiles.after(once, day(tile("9am")))
    assert seen(again.times) == [("9am", "free"), ("9:20am", "taken")]
    assert tiles.news(again) == ""


def test_a_time_that_is_given_back_is_free_again():
    taken = tiles.after(day(tile("9am"), tile("9:20am")), day(tile("9am"))).times
    change = tiles.after(taken, day(tile("9am"), tile("9:20am")))
    assert seen(change.times) == [("9am", "free"), ("9:20am", "free")]
    assert tiles.news(change) == "9:20am is free again."


def test_where_another_clinician_is_free_the_time_is_theirs_and_nothing_is_taken():
    change = tiles.after(day(tile("9am", "Dr Bevan")), day(tile("9am", "Dr Osei")))
    assert [(each.time, each.who, each.state) for each in tiles.tiles_of(change.times)] == [
        ("9am", "Dr Osei", "free")
    ]
    assert tiles.news(change) == "9am is now with Dr Osei."


def test_on_another_day_nothing_was_taken():
    change = tiles.after(day(tile("9am")), day(tile("10am"), iso="2026-07-15"))
    assert seen(change.times) == [("10am", "free")]
    assert tiles.news(change) == ""


def test_a_taken_time_cannot_be_found_to_be_chosen():
    times = tiles.after(day(tile("9am"), tile("9:20am")), day(tile("9am"))).times
    assert tiles.find_tile(times, "Dr Osei-9:20am") is None
    assert tiles.find_tile(times, "Dr Osei-9am") is not None


def test_the_nearest_time_is_named_with_its_clinician_only_where_the_time_is_the_same():
    times = day(tile("9am"), tile("9:40am"), tile("10am", state="taken"))
    assert tiles.nearest(times, tile("10am")) == "9:40am"
    assert tiles.nearest(times, tile("9am", "Dr Bevan")) == "9am with Dr Osei"
    assert tiles.nearest(day(), tile("9am")) == ""


def test_ones_own_held_time_is_found():
    own = replace(tile("9:20am"), state="mine")
    assert tiles.mine(day(tile("9am"), own)) == own
    assert tiles.mine(day(tile("9am"))) is None
