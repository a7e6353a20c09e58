"""What people are told when something is refused."""

import pytest

from booking_app.domain import errors
from booking_app.domain.errors import (
    AlreadyCancelled,
    BookingClosed,
    BookingRefused,
    ChangeRefused,
    DetailsInvalid,
    HoldLimitReached,
    SlotTaken,
    TemplateInvalid,
    TooManyHolds,
    TooManyTries,
)
from booking_app.state.notices import sentence


def every_refusal() -> list[type[BookingRefused]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, BookingRefused)]


def example(kind: type[BookingRefused]) -> BookingRefused:
    if kind is DetailsInvalid:
        return DetailsInvalid({"email": "email_empty"})
    if kind is ChangeRefused:
        return ChangeRefused("after_start")
    return TemplateInvalid(("naem",)) if kind is TemplateInvalid else kind()


@pytest.mark.parametrize("kind", every_refusal())
def test_every_refusal_has_a_sentence_without_gaps_even_when_nothing_is_known(kind):
    said = sentence(example(kind))
    assert said.endswith((".", "problem"))
    assert "{" not in said


@pytest.mark.parametrize("kind", every_refusal())
def test_every_refusal_has_a_sentence_without_gaps_when_all_is_known(kind):
    known = {"clinic_phone": "020 7946 0123", "time": "9:20am", "other": "9:40am"}
    said = sentence(example(kind), until="9:25am", n="3", **known)
    assert "{" not in said


def test_of_a_taken_time_as_much_is_said_as_is_known():
    assert sentence(SlotTaken(time="9:20am", other="9:40am")) == (
        "Someone has just taken 9:20am. Please choose another time. The nearest is 9:40am."
    )
    assert sentence(SlotTaken(time="9:20am", other="")) == (
        "Someone has just taken 9:20am. Please choose another time."
    )
    assert sentence(SlotTaken()) == "Someone has just taken that time. Please choose another time."


def test_the_clinics_number_is_named_where_it_helps():
    phone = "020 7946 0123"
    for refusal in (BookingClosed(), TooManyTries(n="3"), ChangeRefused("cut_off")):
        assert phone in sentence(refusal, clinic_phone=phone)


def test_a_clinic_that_is_closed_says_so_in_its_own_words():
    own = "We are moving house. Back on Monday."
    assert sentence(BookingClosed(), clinic_phone="1", closed_message=own) == own


@pytest.mark.requirement("S2-3")
def test_of_too_many_holds_only_that_is_said_which_is_true_of_the_reader():
    phone = "020 7946 0123"
    assert sentence(TooManyHolds(scope="person"), clinic_phone=phone) == (
        "You have tried to book several times today without finishing."
        " Please call 020 7946 0123 and we will book for you."
    )
    of_address = sentence(TooManyHolds(scope="address"), clinic_phone=phone)
    assert of_address == (
        "Too many times are being held from this connection at the moment."
        " Please try again in 15 minutes, or call 020 7946 0123."
    )
    assert "you" not in of_address.lower()
    neither = sentence(TooManyHolds(), clinic_phone=phone)
    assert neither == (
        "We cannot hold another time online at the moment. Please call 020 7946 0123."
    )


def test_what_the_refusal_says_itself_wins_over_what_the_page_knows():
    assert "9:20am" in sentence(SlotTaken(time="9:20am"), time="1pm")


def test_a_patients_own_words_are_words():
    assert "{clinic_phone}" in sentence(SlotTaken(time="{clinic_phone}"), clinic_phone="1")


def test_an_end_is_named():
    assert sentence(HoldLimitReached(until="9:25am")).endswith("Please finish by 9:25am.")
    assert sentence(AlreadyCancelled()) == "This appointment is already cancelled."
