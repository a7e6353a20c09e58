"""Whatever a person types or pastes, a header and a calendar line stay one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.clean_text import clean_line, clean_text

ANY_TEXT = st.text(st.characters(), max_size=60)


@given(ANY_TEXT)
def test_a_cleaned_line_is_one_line_of_encodable_characters(text):
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in line)
    assert line.encode("utf-8").decode("utf-8") == line


@given(ANY_TEXT)
def test_a_cleaned_text_has_no_line_break_but_the_plain_one(text):
    cleaned = clean_text(text)
    assert cleaned.splitlines() == cleaned.split("\n") or cleaned == ""
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned.replace("\n", ""))


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    "separator", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
)
def test_every_kind_of_line_break_becomes_a_space_in_a_line_and_a_break_in_a_text(separator):
    assert clean_line(f"Clinic{separator}Bcc: x@y.example") == "Clinic Bcc: x@y.example"
    assert clean_text(f"one{separator}two") == "one\ntwo"


def test_ordinary_text_of_any_script_is_left_as_it_is():
    for text in ("Dr Amara Osei", "Zoë Ångström", "محمد", "ঢাকা ক্লিনিক", "👩‍⚕️ 李醫生", "a\u200fb"):
        assert clean_line(text) == text
    assert clean_text("Ring twice.\n\nThen come up.") == "Ring twice.\n\nThen come up."


def test_nul_escape_and_lone_surrogates_do_not_survive():
    assert clean_line("a\x00b\x1b[31mc\x7f") == "ab[31mc"
    assert clean_line("a\ud800b") == "a?b"


def test_direction_overrides_cannot_disguise_a_name():
    assert clean_line("report\u202egpj.exe") == "reportgpj.exe"


def test_lengths_are_kept():
    assert clean_line("x" * 500, 150) == "x" * 150
    assert clean_text("x" * 500, 150) == "x" * 150
    assert clean_line("ab cd", 3) == "ab"
