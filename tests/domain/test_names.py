"""Which spellings of a name are taken for the same person's."""

import pytest

from booking_app.domain.names import name_key


@pytest.mark.parametrize(
    "spelling", ["O'Brien", "O’BRIEN", "o brien", " OBrien ", "Ó Brien", "O-Brien", "O\u0301Brien"]
)
def test_case_accents_and_separators_do_not_tell_names_apart(spelling):
    assert name_key(spelling) == "obrien"


def test_full_width_and_ligature_letters_are_their_plain_letters():
    assert name_key("Ｓｍｉｔｈ") == name_key("Smith")
    assert name_key("Griﬃth") == name_key("Griffith")
    assert name_key("Strauß") == name_key("STRAUSS")


@pytest.mark.parametrize(
    ("one", "other"), [("Smith", "Smyth"), ("राम", "रमा"), ("Øst", "Ost"), ("Lee", "Leé2")]
)
def test_different_letters_are_different_names(one, other):
    assert name_key(one) != name_key(other)


def test_comparing_twice_changes_nothing():
    assert name_key(name_key("Núñez-Smith")) == name_key("Núñez-Smith") == "nunezsmith"
