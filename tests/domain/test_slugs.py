"""The names that stand in addresses."""

import pytest

from booking_app import routes
from booking_app.domain.slugs import is_clinic_slug, is_slug


@pytest.mark.parametrize("slug", ["marlow-street", "abc", "a" * 50, "24-hours"])
def test_a_clinic_may_be_called_by_letters_digits_and_hyphens(slug):
    assert is_clinic_slug(slug)


@pytest.mark.parametrize("slug", ["", "ab", "a" * 51, "Marlow", "marlow street", "märlow", "a/b"])
def test_a_clinic_may_not_be_called_anything_else(slug):
    assert not is_clinic_slug(slug)


def test_no_clinic_is_called_like_a_step_of_the_booking():
    paths = [value for name, value in vars(routes).items() if name.startswith("BOOK_")]
    steps = [path.removeprefix("/book/") for path in paths]
    assert steps
    assert [step for step in steps if is_clinic_slug(step)] == []
    assert all(is_slug(step) for step in steps)
