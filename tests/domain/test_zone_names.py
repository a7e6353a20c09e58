"""Zones by the names people use for them."""

import zoneinfo
from zoneinfo import ZoneInfo

import pytest

from booking_app.domain.zone_names import zone_name, zone_words, zone_words_with_key


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("Europe/London", "UK"),
        ("Europe/Belfast", "UK"),
        ("America/New_York", "New York"),
        ("Europe/Dublin", "Dublin"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Asia/Ho_Chi_Minh", "Ho Chi Minh"),
        ("America/Port-au-Prince", "Port-au-Prince"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT", "UTC"),
        ("Etc/GMT+5", "UTC-5"),
        ("Etc/GMT-14", "UTC+14"),
    ],
)
def test_a_zone_has_the_name_people_use(key, name):
    assert zone_name(ZoneInfo(key)) == name


def test_a_time_is_marked_as_uk_time_new_york_time_or_utc():
    assert zone_words(ZoneInfo("Europe/London")) == "UK time"
    assert zone_words(ZoneInfo("America/New_York")) == "New York time"
    assert zone_words(ZoneInfo("UTC")) == "UTC"
    assert zone_words_with_key(ZoneInfo("Europe/London")) == "UK time (Europe/London)"
    assert zone_words_with_key(ZoneInfo("UTC")) == "UTC"


def test_every_zone_there_is_has_a_readable_name():
    for key in zoneinfo.available_timezones():
        name = zone_name(ZoneInfo(key))
        assert name
        assert "_" not in name
        assert "/" not in name
