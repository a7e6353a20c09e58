"""What a patient types about themselves, read strictly and told plainly."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.details import (
    MAX_NEEDS,
    Unusable,
    read_birth_date,
    read_help_with,
    read_name,
    read_needs,
)

TODAY = date(2026, 7, 13)


def problem(*boxes: str) -> str:
    with pytest.raises(Unusable) as refused:
        read_birth_date(*boxes, today=TODAY)
    return refused.value.code


@pytest.mark.parametrize(
    "boxes",
    [("4", "1", "1991"), ("04", "01", "1991"), (" 4 ", "01", "1991 "), ("٤", "١", "١٩٩١")],
)
def test_a_date_of_birth_reads_with_or_without_leading_noughts(boxes):
    assert read_birth_date(*boxes, today=TODAY) == date(1991, 1, 4)


def test_nothing_filled_in_asks_for_the_date_of_birth():
    assert problem("", " ", "") == "dob_empty"


@pytest.mark.parametrize(
    ("boxes", "part"),
    [
        (("", "11", "1991"), "day"),
        (("4", "", "1991"), "month"),
        (("4", "11", ""), "year"),
        (("", "", "1991"), "day"),
    ],
)
def test_a_missing_part_is_named(boxes, part):
    assert problem(*boxes) == f"dob_part:{part}"


@pytest.mark.parametrize(
    "boxes",
    [
        ("31", "2", "1991"),
        ("29", "2", "1991"),
        ("0", "1", "1991"),
        ("1", "13", "1991"),
        ("1", "1", "91"),
        ("1", "1", "01991"),
        ("1", "1", "1899"),
        ("1", "1", "0000"),
        ("1", "Jan", "1991"),
        ("1.", "1", "1991"),
        ("-1", "1", "1991"),
        ("²", "1", "1991"),
        ("001", "1", "1991"),
        ("1/01", "01", "1991"),
    ],
)
def test_what_is_no_day_of_a_life_is_not_a_real_date(boxes):
    assert problem(*boxes) == "dob_real"


def test_the_first_day_of_1900_and_a_leap_day_are_real():
    assert read_birth_date("1", "1", "1900", today=TODAY) == date(1900, 1, 1)
    assert read_birth_date("29", "2", "1992", today=TODAY) == date(1992, 2, 29)


def test_a_birth_may_be_today_but_not_tomorrow():
    assert read_birth_date("13", "7", "2026", today=TODAY) == TODAY
    assert problem("14", "7", "2026") == "dob_future"


@given(st.dates(date(1900, 1, 1), TODAY), st.booleans())
def test_every_day_since_1900_is_read_back_as_it_was(born, padded):
    day, month = (
        (f"{born.day:02}", f"{born.month:02}") if padded else (str(born.day), str(born.month))
    )
    assert read_birth_date(day, month, str(born.year), today=TODAY) == born


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_text_whatever_is_more_than_a_refusal(day, month, year):
    code = ""
    try:
        born = read_birth_date(day, month, year, today=TODAY)
    except Unusable as refused:
        born, code = None, refused.code.partition(":")[0]
    if born is None:
        assert code in {"dob_empty", "dob_part", "dob_real", "dob_future"}
    else:
        assert date(1900, 1, 1) <= born <= TODAY


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Priya", "Priya"),
        ("  Abdul   Karim ", "Abdul Karim"),
        ("O'Neil-Świątek", "O'Neil-Świątek"),
        ("李", "李"),
        ("Al\r\nBcc: x", "Al Bcc: x"),
    ],
)
def test_a_name_is_one_line_of_whatever_script(typed, name):
    assert read_name(typed, missing="first") == name


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "--", "12"])
def test_a_name_without_a_letter_is_missing(typed):
    with pytest.raises(Unusable) as refused:
        read_name(typed, missing="last")
    assert refused.value.code == "last"


def test_a_name_has_room_for_exactly_100_characters():
    assert read_name("a" * 100, missing="first") == "a" * 100
    with pytest.raises(Unusable) as refused:
        read_name("a" * 101, missing="first")
    assert refused.value.code == "too_long:100"


def test_the_words_for_the_clinician_keep_their_lines_up_to_300_characters():
    assert read_help_with(" one\r\ntwo ") == "one\ntwo"
    assert read_help_with("") == ""
    assert read_help_with("é" * 300) == "é" * 300
    with pytest.raises(Unusable) as refused:
        read_help_with("a" * 301)
    assert refused.value.code == "too_long:300"


def test_needs_are_kept_once_each_and_in_order():
    assert read_needs(("An interpreter", "", "chat", "An interpreter")) == (
        "An interpreter",
        "chat",
    )
    assert len(read_needs(tuple(str(number) for number in range(50)))) == MAX_NEEDS
    assert read_needs(("x" * 500,)) == ("x" * 100,)
