"""What a form says when something typed in it cannot be used."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One line of an error summary. ``href`` leads to the field, ``field`` is its name."""

    field: str
    text: str
    href: str


@dataclass(frozen=True)
class DetailsProblems:
    """What stands beside each field of the details, "" where nothing is wrong.

    ``dob_day``, ``dob_month`` and ``dob_year`` say which boxes of the date are to be corrected.
    """

    first_name: str = ""
    last_name: str = ""
    date_of_birth: str = ""
    email: str = ""
    phone: str = ""
    help_with: str = ""
    dob_day: bool = False
    dob_month: bool = False
    dob_year: bool = False
