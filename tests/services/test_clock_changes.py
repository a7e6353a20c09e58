"""The days on which clocks change, and zones that are far away, through the services."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import a_clinic
from tests.services.times import instant, offer_of, times_on, utc

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.requirement("S2-2")]


async def night_clinic(zone: str, *, opens: int, closes: int, now: datetime):
    return await a_clinic(
        zone=zone, opens=opens, closes=closes, duration=30, max_advance_days=10, now=now
    )


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes", "times"),
    [
        # Clocks go from 1am to 2am: two of the five times do not exist.
        ("Europe/London", "2026-03-29", 30, 180, ["12:30am", "2am", "2:30am"]),
        # They go from 2am back to 1am: the hour comes twice, and both passes are offered.
        (
            "Europe/London",
            "2026-10-25",
            30,
            180,
            [
                "12:30am",
                "1am (UTC+1)",
                "1:30am (UTC+1)",
                "1am (UTC+0)",
                "1:30am (UTC+0)",
                "2am",
                "2:30am",
            ],
        ),
        # Half an hour, from 2am back to 1:30am.
        (
            "Australia/Lord_Howe",
            "2026-04-05",
            60,
            180,
            ["1am", "1:30am (UTC+11)", "1:30am (UTC+10:30)", "2am", "2:30am"],
        ),
        # There is no midnight: the day begins at 1am.
        ("Asia/Beirut", "2026-03-29", 0, 120, ["1am", "1:30am"]),
        # An ordinary night up to its very end.
        ("Pacific/Chatham", "2026-06-10", 1380, 1440, ["11pm", "11:30pm"]),
    ],
)
async def test_times_are_those_that_the_wall_clock_shows_inside_the_window(
    zone, day, opens, closes, times
):
    now = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(days=3)
    made = await night_clinic(zone, opens=opens, closes=closes, now=now)

    tiles = await times_on(made, made.choice(), day, now=now)

    assert [tile.time for tile in tiles] == times
    assert len({tile.key for tile in tiles}) == len(tiles)
    for tile in tiles:
        assert await offer_of(made, made.choice(), "dr-1", instant(tile), now=now)


async def test_both_passes_of_a_repeated_hour_are_one_hour_apart_and_named_apart():
    now = utc("2026-10-22T00:00:00")
    made = await night_clinic("Europe/London", opens=60, closes=120, now=now)

    tiles = await times_on(made, made.choice(), "2026-10-25", now=now)

    assert [(tile.time, instant(tile)) for tile in tiles] == [
        ("1am (UTC+1)", datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        ("1:30am (UTC+1)", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("1am (UTC+0)", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
        ("1:30am (UTC+0)", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ]
    assert all(tile.time in tile.label for tile in tiles)


async def test_a_time_that_does_not_exist_is_refused():
    now = utc("2026-03-26T00:00:00")
    made = await night_clinic("Europe/London", opens=30, closes=180, now=now)
    skipped = made.at("01:30", date(2026, 3, 29))

    # As an instant it is 2:30am by then, which is a time of its own.
    assert skipped == utc("2026-03-29T01:30:00")
    assert await offer_of(made, made.choice(), "dr-1", skipped, now=now)
    listed = [instant(tile) for tile in await times_on(made, made.choice(), "2026-03-29", now=now)]
    assert len(listed) == len(set(listed)) == 3


async def test_a_day_shift_starts_at_the_wall_time_on_each_side_of_a_change():
    now = utc("2026-03-05T12:00:00")
    made = await night_clinic("America/New_York", opens=13 * 60, closes=18 * 60, now=now)

    firsts = [
        instant((await times_on(made, made.choice(), f"2026-03-0{day}", now=now))[0])
        for day in (7, 8, 9)
    ]

    assert firsts == [
        utc("2026-03-07T18:00:00"),
        utc("2026-03-08T17:00:00"),
        utc("2026-03-09T17:00:00"),
    ]


@pytest.mark.requirement("S2-25")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"])
async def test_a_time_belongs_to_the_date_of_its_place(zone):
    now = utc("2026-06-01T00:00:00")
    made = await night_clinic(zone, opens=0, closes=1440, now=now)

    tiles = await times_on(made, made.choice(), "2026-06-05", now=now)

    assert len(tiles) == 48
    assert instant(tiles[0]) == made.at("00:00", date(2026, 6, 5))
    assert instant(tiles[-1]) == made.at("23:30", date(2026, 6, 5))
    assert {tile.sentence.split(",")[0] for tile in tiles} == {"Friday 5 June"}
