"""Typed details, checked whole: everything that is wrong is told at once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.errors import DetailsInvalid
from booking_app.dto.booking import Details
from booking_app.dto.clinic import Clinic
from booking_app.services.details import check_details
from tests.factories import some_details

TODAY = date(2026, 7, 13)
CLINIC = Clinic(
    organization_id=1,
    slug="harbour",
    name="Harbour Clinic",
    phone="020 7946 0123",
    contact_email="hello@harbour.example",
    zone="Europe/London",
    language="en",
    online_booking_enabled=True,
    manage_links_enabled=True,
    hold_minutes=15,
    join_opens_before=10,
    join_closes_after=60,
    allow_self_reschedule=True,
    allow_self_cancel=True,
    edit_cutoff=0,
    cancel_cutoff=0,
    late_cancel_window=1440,
    late_flag_for="both",
    post_booking_grace=15,
    verify_manage="none",
    patient_reason="optional",
    reference_prefix="HBR",
    policy_version=1,
)


def check(clinic: Clinic = CLINIC, *, is_phone_reachable: bool = False, **changes: object):
    return check_details(
        some_details(**changes),
        clinic=clinic,
        today=TODAY,
        is_phone_reachable=is_phone_reachable,
    )


def problems(clinic: Clinic = CLINIC, *, is_phone_reachable: bool = False, **changes: object):
    with pytest.raises(DetailsInvalid) as refused:
        check(clinic, is_phone_reachable=is_phone_reachable, **changes)
    return refused.value.problems


def test_good_details_come_back_in_the_form_they_are_stored_in():
    checked = check(
        first_name="  Priya ",
        last_name="Raman",
        day="4",
        month="11",
        year="1991",
        email=" Priya.Raman@Example.ORG ",
        phone="07700 900 982",
        help_with="A cough.\r\nSince May.",
        needs=("An interpreter", "An interpreter"),
        reminders_wanted=False,
    )
    assert checked.first_name == "Priya"
    assert checked.date_of_birth == date(1991, 11, 4)
    assert checked.email == "Priya.Raman@example.org"
    assert checked.email_norm == "priya.raman@example.org"
    assert checked.phone == "+447700900982"
    assert checked.help_with == "A cough.\nSince May."
    assert checked.needs == ("An interpreter",)
    assert checked.reminders_wanted is False


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_page():
    with pytest.raises(DetailsInvalid) as refused:
        check_details(
            Details(phone="x", help_with="y" * 301, email=" "), clinic=CLINIC, today=TODAY
        )
    assert list(refused.value.problems.items()) == [
        ("first_name", "first"),
        ("last_name", "last"),
        ("date_of_birth", "dob_empty"),
        ("email", "email_empty"),
        ("phone", "phone_format"),
        ("help_with", "too_long:300"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "priya.raman@example",
        "priya.raman",
        "@example.org",
        "a b@example.org",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a@localhost",
        "ü@example.org",
        "a@" + "x" * 250 + ".org",
        "Priya <a@example.org>",
    ],
)
def test_what_is_no_mailbox_is_refused(address):
    assert problems(email=address) == {"email": "email_format"}


def test_a_domain_in_another_script_is_kept_as_mail_headers_need_it():
    assert check(email="a@bücher.example.org").email == "a@xn--bcher-kva.example.org"


def test_without_a_gateway_for_texts_an_address_is_needed_whatever_the_phone():
    assert problems(email="", phone="07700 900 982") == {"email": "email_empty"}


def test_with_a_gateway_for_texts_either_will_do():
    assert check(email="", phone="07700 900 982", is_phone_reachable=True).email == ""
    assert check(email="a@example.org", phone="", is_phone_reachable=True).phone == ""
    assert problems(email="", phone="", is_phone_reachable=True) == {"email": "email_or_phone"}


@pytest.mark.parametrize(
    "number",
    ["07700 900 982", "+44 7700 900 982", "(07700) 900-982", "00447700900982", "7700900982"],
)
def test_a_number_is_read_however_it_is_written(number):
    assert check(phone=number).phone == "+447700900982"


@pytest.mark.parametrize(
    "number",
    [
        "12345",
        "07700 900 98200",
        "ring me",
        "07700 900 982 ext 5",
        "0800 REFLEX",
        "+999 123",
        "9" * 60,
    ],
)
def test_what_is_no_number_is_refused(number):
    assert problems(phone=number) == {"phone": "phone_format"}


def test_a_number_without_a_country_is_one_of_the_clinics():
    assert check(replace(CLINIC, zone="Europe/Warsaw"), phone="512 345 678").phone == "+48512345678"
    assert check(replace(CLINIC, zone="UTC"), phone="07700 900 982").phone == "+447700900982"


@given(
    st.builds(
        Details,
        *[st.text(max_size=30)] * 8,
        st.lists(st.text(max_size=10), max_size=3).map(tuple),
        st.booleans(),
    )
)
def test_no_text_whatever_is_more_than_a_refusal(details):
    try:
        checked = check_details(details, clinic=CLINIC, today=TODAY)
    except DetailsInvalid as refused:
        found = refused.problems
    else:
        found = {}
        assert checked.email.isascii()
    assert set(found) <= {
        "first_name",
        "last_name",
        "date_of_birth",
        "email",
        "phone",
        "help_with",
    }
