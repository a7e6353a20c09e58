"""Whose request it is, and what is remembered of that."""

import pytest

from booking_app.web.client_address import address_hash, behind_proxies


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        ("", 0, "10.0.0.1"),
        ("6.6.6.6", 0, "10.0.0.1"),  # no proxy of ours: anybody may write this
        ("198.51.100.7", 1, "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7", 1, "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7, 10.0.0.9", 2, "198.51.100.7"),
        ("198.51.100.7", 2, "10.0.0.1"),  # it did not come through both
        ("", 1, "10.0.0.1"),
        ("<script>", 1, "10.0.0.1"),
        ("2001:db8::1", 1, "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded, hops, expected):
    assert behind_proxies("10.0.0.1", forwarded, hops) == expected


def test_an_address_is_remembered_as_a_keyed_hash():
    assert len(address_hash("192.0.2.1")) == 64
    assert address_hash("192.0.2.1") != address_hash("192.0.2.2")
    assert "192.0.2.1" not in address_hash("192.0.2.1")


def test_one_household_on_ipv6_is_one_subject():
    assert address_hash("2001:db8:1:2::1") == address_hash("2001:db8:1:2:ffff::9")
    assert address_hash("2001:db8:1:2::1") != address_hash("2001:db8:1:3::1")


def test_an_address_of_another_kind_is_a_subject_of_its_own():
    assert address_hash("unix:") != address_hash("")
