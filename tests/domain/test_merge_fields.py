"""Merge fields: one list, many spellings, and a refusal that says what is wrong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.errors import BookingRefused
from booking_app.domain.merge_fields import (
    FIELDS,
    UnknownMergeField,
    check_template,
    fields_in,
    find_field,
    value_names,
)
from booking_app.domain.message_events import MessageEvent

CATALOGUE = [
    *(
        "patient.first_name",
        "patient.full_name",
    ),
    *(
        "clinic.name",
        "clinic.phone",
        "clinic.email",
    ),
    *(
        "location.name",
        "location.address",
        "location.directions",
    ),
    *("clinician.name",),
    *(
        "appointment.type",
        "appointment.date",
        "appointment.time",
        "appointment.timezone",
        "appointment.duration",
        "appointment.modality",
        "appointment.reference",
        "appointment.previous_date",
        "appointment.previous_time",
    ),
    *(
        "cancel.reason",
        "cancel.by",
    ),
    *("policy.cancellation",),
    *("payment.amount_paid",),
    *("otp.code",),
    *(
        "staff.name",
        "staff.link",
    ),
    *("manage_link", "join_link", "device_check_link", "questionnaires_link"),
    *("portal_link", "appointment_link", "waitlist_link"),
]


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_field_of_the_catalogue_can_be_written(name):
    field = find_field(name)
    assert field is not None
    assert field.name == name


@pytest.mark.requirement("S0-9")
@pytest.mark.parametrize(
    "written",
    [
        "manage_link",
        "Manage link",
        "MANAGE LINK",
        " manage.link ",
        "ManageLink",
        "manage\u00a0link",
    ],
)
def test_case_space_dot_and_underscore_make_no_difference(written):
    field = find_field(written)
    assert field is not None
    assert field.name == "manage_link"
    check_template(f"Your link: {{{{{written}}}}}")


@pytest.mark.requirement("S1-2")
@pytest.mark.parametrize(
    "written", ["Client Profile Link", "client_profile_link", "portal_link", "Portal Link"]
)
def test_the_client_profile_link_is_the_portal_link(written):
    assert fields_in(f"{{{{{written}}}}}") == {"portal_link"}


@pytest.mark.requirement("S3-8")
@pytest.mark.parametrize("written", ["Next Appt. Link", "Next Appt. URL", "next_appt_link"])
def test_next_appointment_link_and_url_are_the_manage_link_of_the_message(written):
    check_template(f"{{{{{written}}}}}", MessageEvent.REMINDER)
    assert fields_in(f"{{{{{written}}}}}") == {"manage_link"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("First name", "patient.first_name"),
        ("Appointment type", "appointment.type"),
        ("Clinician", "clinician.name"),
        ("Date", "appointment.date"),
        ("Time", "appointment.time"),
        ("Where", "location.name"),
        ("Clinic phone", "clinic.phone"),
        ("Appointment Link", "appointment_link"),
    ],
)
def test_the_names_on_the_editors_buttons_work(written, name):
    assert fields_in(f"{{{{{written}}}}}") == {name}


def test_no_two_fields_can_be_written_alike():
    keys = [
        re.sub(r"[\s._]+", "", name).casefold()
        for field in FIELDS
        for name in (field.name, *field.aliases)
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.requirement("S0-9")
def test_an_unknown_field_is_refused_and_named_with_what_was_probably_meant():
    with pytest.raises(UnknownMergeField) as refused:
        check_template("Dear {{Frist name}}, on {{appointment.date}} at {{Moon phase}}.")
    assert refused.value.names == ("{{Frist name}}", "{{Moon phase}}")
    assert str(refused.value) == (
        "We do not know {{Frist name}}. Did you mean {{patient.first_name}}?"
        " We do not know {{Moon phase}}."
    )
    assert isinstance(refused.value, BookingRefused)


def test_an_unknown_field_is_named_once_however_often_it_stands():
    with pytest.raises(UnknownMergeField) as refused:
        check_template("{{x}} {{ x }} {{x}}")
    assert refused.value.names == ("{{x}}",)


@pytest.mark.requirement("S0-9")
@pytest.mark.parametrize(
    "line",
    [
        "Your link: {{manage_link}",
        "Your link: {manage_link}}",
        "Your link: {manage_link}",
        "Your link: {{{manage_link}}}",
        "Your link: {{manage_link",
        "Your link: manage_link}}",
        "{% if video %}join{% endif %}",
        "{# a note #}",
        "{{ {manage_link} }}",
    ],
)
def test_braces_that_make_no_field_are_refused_and_the_line_is_shown(line):
    with pytest.raises(UnknownMergeField) as refused:
        check_template(f"Dear {{{{patient.first_name}}}},\n{line}\nGoodbye")
    assert refused.value.names == (line,)
    assert line in str(refused.value)


def test_a_field_does_not_reach_over_a_line_break():
    with pytest.raises(UnknownMergeField):
        check_template("{{manage\nlink}}")


def test_single_braces_around_other_words_are_just_braces():
    check_template("Bring your card {blue or green} with you.")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (MessageEvent.CONFIRMED, "otp.code"),
        (MessageEvent.CONFIRMED, "cancel.reason"),
        (MessageEvent.REMINDER, "appointment.previous_date"),
        (MessageEvent.CANCELLED_BY_PATIENT, "join_link"),
        (MessageEvent.REMINDER, "waitlist_link"),
    ],
)
def test_a_field_this_message_has_no_value_for_is_refused(event, field):
    check_template(f"{{{{{field}}}}}")
    with pytest.raises(UnknownMergeField, match="cannot be used in this message"):
        check_template(f"{{{{{field}}}}}", event)


@pytest.mark.parametrize("event", MessageEvent)
def test_a_template_that_passes_names_only_values_the_message_will_have(event):
    passing = []
    for field in FIELDS:
        try:
            check_template(f"{{{{{field.name}}}}}", event)
        except UnknownMergeField:
            continue
        passing.append(field.name)
        assert fields_in(f"{{{{{field.name}}}}}") <= value_names(event)
    assert "patient.first_name" in passing


@given(st.text(st.sampled_from("{}% #ab_.\n manage_link"), max_size=40))
def test_any_text_is_either_refused_or_left_without_a_brace_pair(text):
    rest = re.sub(r"\{\{[^{}\n]*\}\}", "", text)
    try:
        check_template(text)
    except UnknownMergeField as refusal:
        said = (refusal.names, str(refusal))
    else:
        said = None
    assert said is None or all(said)
    assert said is not None or ("{{" not in rest and "}}" not in rest)
