"""What people call a time zone."""

from zoneinfo import ZoneInfo

_UK = frozenset({"Europe/London", "Europe/Belfast", "GB", "GB-Eire"})
_UTC = frozenset({"UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"})


def zone_name(zone: ZoneInfo) -> str:
    """Return the short name: ``UK``, ``New York``, ``UTC``, ``UTC-5``.

    The IANA name ends in the largest city; ``Etc/GMT+5`` is five hours *behind* UTC,
    which is said the way people expect.
    """
    if zone.key in _UK:
        return "UK"
    area, _, place = zone.key.rpartition("/")
    if place in _UTC and area in {"", "Etc"}:
        return "UTC"
    if area == "Etc" and place.startswith("GMT"):
        sign = "-" if place[3] == "+" else "+"
        return f"UTC{sign}{place[4:]}"
    return place.replace("_", " ")


def zone_words(zone: ZoneInfo) -> str:
    """Return how a time is marked for patients: ``UK time``, ``New York time``, ``UTC``."""
    name = zone_name(zone)
    return name if name.startswith("UTC") else f"{name} time"


def zone_words_with_key(zone: ZoneInfo) -> str:
    """Return the words and the IANA name: ``UK time (Europe/London)``."""
    words = zone_words(zone)
    return words if words == zone.key else f"{words} ({zone.key})"
