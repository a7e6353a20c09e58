"""What a patient types about themselves: which of it can be used, and what is wrong if not.

Problems are codes, from which the page makes its sentence: ``first``, ``dob_real``;
after a colon stands what the sentence needs, ``dob_part:month``, ``too_long:300``.
Contact details come here already read by whoever knows their formats.
"""

from dataclasses import dataclass
from datetime import date

from booking_app.domain.clean_text import clean_line, clean_text

MAX_NAME = 100
MAX_HELP_WITH = 300
MAX_NEED = 100
MAX_NEEDS = 8
EARLIEST_BIRTH_YEAR = 1900

_PARTS = ("day", "month", "year")
_YEAR_DIGITS = 4
_LONGEST_BOX = 2


@dataclass(frozen=True, slots=True)
class CheckedDetails:
    """Details that can be booked with. ``phone`` is E.164 or empty, ``email_norm`` is for comparing."""

    first_name: str
    last_name: str
    date_of_birth: date
    email: str
    email_norm: str
    phone: str
    help_with: str
    needs: tuple[str, ...]
    reminders_wanted: bool


class Unusable(Exception):
    """One answer cannot be used. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_name(typed: str, *, missing: str) -> str:
    """Return a name on one line.

    Raises:
        Unusable: with the code ``missing`` where there is no letter in it; too long.
    """
    name = clean_line(typed, max_length=len(typed))
    if not any(char.isalpha() for char in name):
        raise Unusable(missing)
    if len(name) > MAX_NAME:
        raise Unusable(f"too_long:{MAX_NAME}")
    return name


def read_birth_date(day: str, month: str, year: str, *, today: date) -> date:
    """Return the date of birth from three boxes; ``1`` and ``01`` are the same.

    ``today`` is the clinic's date, which a birth may fall on. Digits of any script count.

    Raises:
        Unusable: nothing or not all of it was filled in, there is no such day, it lies
            before 1900 or in the future.
    """
    boxes = [box.strip() for box in (day, month, year)]
    if not any(boxes):
        raise Unusable("dob_empty")
    for part, box in zip(_PARTS, boxes, strict=True):
        if not box:
            raise Unusable(f"dob_part:{part}")
    born = _real_date(*boxes)
    if born is None or born.year < EARLIEST_BIRTH_YEAR:
        raise Unusable("dob_real")
    if born > today:
        raise Unusable("dob_future")
    return born


def read_help_with(typed: str) -> str:
    """Return the few words for the clinician; they may be empty and of several lines.

    Raises:
        Unusable: too long.
    """
    words = clean_text(typed, max_length=len(typed))
    if len(words) > MAX_HELP_WITH:
        raise Unusable(f"too_long:{MAX_HELP_WITH}")
    return words


def read_needs(ticked: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was ticked, once each and in order, at most eight short lines."""
    lines = (clean_line(need, max_length=MAX_NEED) for need in ticked)
    return tuple(dict.fromkeys(line for line in lines if line))[:MAX_NEEDS]


def _real_date(day: str, month: str, year: str) -> date | None:
    well_formed = (
        all(box.isdecimal() for box in (day, month, year))
        and len(day) <= _LONGEST_BOX
        and len(month) <= _LONGEST_BOX
        and len(year) == _YEAR_DIGITS
    )
    if not well_formed:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
