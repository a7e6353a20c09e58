"""What a page learns from its address and from the device."""

import pytest
import reflex as rx

from booking_app.state.session import device_zone, query_value
from booking_app.web.gate import handler
from tests.state.tab import Tab


class AskingState(rx.State):
    _value: str = ""
    _zone: str = ""

    @handler("public")
    def ask(self) -> None:
        self._value = query_value(self, "type")
        self._zone = device_zone(self)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("type=check-up", "check-up"),
        ("type=check%2Dup&type=other", "other"),
        ("", ""),
        ("type=", ""),
        ("other=1", ""),
        ("type=" + "x" * 101, ""),
        ("type=a%00b", ""),
        ("type=a%0Ab", ""),
        ("type=caf%C3%A9", "café"),
        ("type=%ff", "\ufffd"),
    ],
)
async def test_a_value_of_the_address_is_short_and_printable_or_nothing(query: str, value: str):
    async with Tab() as tab:
        await tab.send(AskingState.ask, path=f"/book?{query}")
        assert (await tab.state(AskingState))._value == value


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("Asia/Katmandu", "Asia/Katmandu"),  # the old name that some browsers still give
        ("", ""),
        ("Mars/Olympus", ""),
        ("../../etc/passwd", ""),
        ("europe/london\u0000", ""),
    ],
)
async def test_only_a_zone_that_exists_is_the_devices(said: str, zone: str):
    async with Tab(zone=said) as tab:
        await tab.send(AskingState.ask)
        assert (await tab.state(AskingState))._zone == zone
