"""What every page's state asks of the tab: its address, and the device it runs on."""

from functools import cache
from http.cookies import CookieError, SimpleCookie
from zoneinfo import available_timezones

from reflex.state import BaseState

_MAX_VALUE = 100
_ZONE_COOKIE = "tz"


def query_value(state: BaseState, name: str) -> str:
    """Return a value from the query of the page's address, "" where there is none.

    Anybody can write an address: the value is short and printable, and nothing more is known
    about it.
    """
    value = state.router.url.query_parameters.get(name, "")
    return value if len(value) <= _MAX_VALUE and value.isprintable() else ""


def device_zone(state: BaseState) -> str:
    """Return the IANA zone that the device says it is in, "" where it says none that exists."""
    try:
        morsel = SimpleCookie(state.router.headers.cookie).get(_ZONE_COOKIE)
    except CookieError:
        return ""
    zone = morsel.value if morsel is not None else ""
    return zone if zone in _zones() else ""


@cache
def _zones() -> set[str]:
    return available_timezones()
