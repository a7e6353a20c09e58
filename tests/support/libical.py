"""libical through ctypes: the C library behind Evolution, KOrganizer and Thunderbird's check.

``icalrestriction_check`` knows which properties RFC 5546 requires and forbids per METHOD.
"""

import ctypes
from dataclasses import dataclass
from functools import cache

MISSING = (
    "libical is missing: install the Debian package libical3 (libical3t64 on Ubuntu 24.04),"
    " with which the calendar files are checked."
)


@dataclass(frozen=True)
class Verdict:
    """What libical makes of a file: allowed for its METHOD, and the errors it marked."""

    is_allowed: bool
    errors: tuple[str, ...]
    properties: tuple[str, ...]


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError as error:
        raise AssertionError(MISSING) from error
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    library.icalcomponent_free.argtypes = [ctypes.c_void_p]
    return library


def check(file: bytes) -> Verdict:
    """Parse ``file`` and check it against the rules of its METHOD.

    ``properties`` are the names libical sees, of the calendar, event and alarm, in order.
    """
    library = _library()
    calendar = library.icalparser_parse_string(file)
    assert calendar, "libical cannot parse the file at all"
    try:
        is_allowed = bool(library.icalrestriction_check(calendar))
        written = library.icalcomponent_as_ical_string(calendar).decode()
    finally:
        library.icalcomponent_free(calendar)
    lines = written.replace("\r\n ", "").replace("\r\n\t", "").splitlines()
    errors = tuple(line for line in lines if line.startswith("X-LIC-ERROR"))
    names = tuple(line.split(":")[0].split(";")[0] for line in lines if line not in errors)
    return Verdict(is_allowed, errors, names)
