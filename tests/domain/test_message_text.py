"""From template to message: one pass, nothing re-read, nothing silently empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.default_templates import DEFAULT_TEMPLATES
from booking_app.domain.merge_fields import MANAGE_LINK, check_template, fields_in, value_names
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.message_text import (
    Button,
    Line,
    LinkPart,
    MissingValue,
    Paragraph,
    lay_out,
    render,
    render_line,
    template_tips,
    wants_manage_link,
)

LINK = "https://book.marlow.example/m/abc"
VALUES: dict[str, str | None] = {
    "patient.first_name": "Priya",
    "clinician.name": "Dr Amara Osei",
    "appointment.type": "GP video visit",
    "appointment.date": "Tuesday 14 July",
    "appointment.time": "9:20am",
    "clinic.phone": "01632 960 100",
    "manage_link": LINK,
    "portal_link": None,
    "join_link": LINK + "/join",
    "location.directions": "Ring twice.\nThen come up.",
}


@pytest.mark.requirement("S0-9")
def test_a_template_with_the_manage_link_gives_a_message_with_the_link():
    assert render("To move or cancel: {{manage_link}}", VALUES) == f"To move or cancel: {LINK}"


@pytest.mark.requirement("S0-9")
def test_a_template_without_the_manage_link_gives_a_message_without_it():
    written = "Dear {{patient.first_name}}, see you on {{appointment.date}}."
    assert LINK not in render(written, VALUES)
    assert not any(isinstance(block, Button) for block in lay_out(written, VALUES))


@pytest.mark.requirement("S1-2")
def test_the_client_profile_link_renders_the_portals_address():
    values = VALUES | {"portal_link": "https://book.marlow.example/portal"}
    for written in ("{{Client Profile Link}}", "{{client_profile_link}}", "{{portal_link}}"):
        assert render(written, values) == "https://book.marlow.example/portal"


@pytest.mark.requirement("S3-8")
def test_in_plain_text_next_appointment_link_and_url_both_give_the_address():
    assert render("{{Next Appt. Link}}", VALUES) == LINK
    assert render("{{Next Appt. URL}}", VALUES) == LINK


@pytest.mark.requirement("S3-8")
def test_the_link_form_has_words_to_press_and_the_url_form_shows_the_address():
    as_link = lay_out("Change it here {{Next Appt. Link}} at any time.", VALUES)
    as_url = lay_out("{{Next Appt. URL}}", VALUES)
    words = LinkPart(LINK, "Manage Appointment")
    assert as_link == (Paragraph((Line("", ("Change it here ", words, " at any time.")),)),)
    assert as_url == (Paragraph((Line("", (LinkPart(LINK, LINK),)),)),)


def test_a_link_after_a_few_words_and_a_colon_is_a_button_with_these_words():
    assert lay_out("See, move or cancel: {{manage_link}}", VALUES) == (
        Button(LINK, "See, move or cancel"),
    )
    assert lay_out("{{manage_link}}", VALUES) == (Button(LINK, "See or cancel my appointment"),)
    long_words = "If anything at all should change between now and then, please use this"
    (paragraph,) = lay_out(f"{long_words}: {{{{manage_link}}}}", VALUES)
    assert isinstance(paragraph, Paragraph)


def test_blank_lines_part_paragraphs_and_a_button_stands_between_them():
    written = "Dear {{patient.first_name}},\nwelcome.\n\n\nUse your link:\n{{manage_link}}\nBye."
    assert lay_out(written, VALUES) == (
        Paragraph((Line("", ("Dear ", "Priya", ",")), Line("", ("welcome.",)))),
        Paragraph((Line("", ("Use your link:",)),)),
        Button(LINK, "See or cancel my appointment"),
        Paragraph((Line("", ("Bye.",)),)),
    )


def test_a_short_opening_with_a_colon_leads_the_line_only_where_staff_wrote_it():
    (paragraph,) = lay_out("To join: open the link.", VALUES)
    assert paragraph == Paragraph((Line("To join:", (" open the link.",)),))
    typed = VALUES | {"patient.first_name": "Urgent: pay now"}
    (paragraph,) = lay_out("{{patient.first_name}} welcome", typed)
    assert paragraph == Paragraph((Line("", ("Urgent: pay now", " welcome")),))


def test_a_line_whose_field_does_not_apply_is_left_out_with_its_blank_line():
    written = "Hello.\n\nAll visits: {{portal_link}}\n\nBye {{patient.first_name}}."
    assert render(written, VALUES) == "Hello.\n\nBye Priya."
    assert lay_out(written, VALUES) == (
        Paragraph((Line("", ("Hello.",)),)),
        Paragraph((Line("", ("Bye ", "Priya", ".")),)),
    )
    assert render("{{clinic.phone}}", VALUES | {"clinic.phone": "  "}) == ""


def test_a_value_nobody_gave_is_a_bug_and_not_an_empty_string():
    with pytest.raises(MissingValue, match=r"cancel\.reason"):
        render("Reason: {{cancel.reason}}", VALUES)
    with pytest.raises(MissingValue):
        lay_out("{{portal_link}} {{cancel.reason}}", VALUES)


def test_a_subject_is_one_clean_line_with_all_its_fields():
    assert render_line("Your appointment on {{Date}}", VALUES) == (
        "Your appointment on Tuesday 14 July"
    )
    hostile = VALUES | {"patient.first_name": "Priya\r\nBcc: all@clinic.example"}
    assert render_line("For {{First name}}", hostile) == "For Priya Bcc: all@clinic.example"
    with pytest.raises(MissingValue):
        render_line("See {{portal_link}}", VALUES)


@given(st.text(max_size=40))
def test_what_a_patient_typed_is_never_read_as_a_field(typed):
    values = VALUES | {"patient.first_name": typed + "{{clinic.phone}}{{manage_link}}"}
    written = render("Dear {{patient.first_name}}", values)
    assert written.endswith("{{clinic.phone}}{{manage_link}}")
    assert LINK not in written
    assert "960" not in written


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/m/abc", "a\nb"])
def test_a_link_value_is_a_web_address_or_a_bug(address):
    with pytest.raises(ValueError, match="no web address"):
        render("{{manage_link}}", VALUES | {"manage_link": address})


def test_a_value_of_several_lines_keeps_them():
    assert render("Find us: {{location.directions}}", VALUES) == (
        "Find us: Ring twice.\nThen come up."
    )


@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize("event", [MessageEvent.CONFIRMED, MessageEvent.REMINDER])
def test_the_shipped_confirmation_and_reminder_contain_the_manage_link(event):
    (template,) = [template for template in DEFAULT_TEMPLATES if template.event is event]
    assert MANAGE_LINK in fields_in(template.body)
    assert template_tips(event, template.body) == ()


@pytest.mark.requirement("S0-25")
@pytest.mark.requirement("S0-9")
def test_the_editor_advises_to_put_the_manage_link_into_messages_about_a_coming_visit():
    for event in (MessageEvent.CONFIRMED, MessageEvent.REMINDER, MessageEvent.DETAILS_CHANGED):
        assert wants_manage_link(event)
        (tip,) = template_tips(event, "Dear {{patient.first_name}}")
        assert "The manage link is not in this message" in tip
        assert template_tips(event, "{{Next Appt. URL}}") == ()
    assert template_tips(MessageEvent.CANCELLED_BY_PATIENT, "Goodbye") == ()


def test_the_editor_warns_where_the_manage_link_could_be_left_out_with_its_neighbour():
    (tip,) = template_tips(MessageEvent.CONFIRMED, "Use {{manage_link}} or {{join_link}}")
    assert "{{join_link}}" in tip
    assert "line of its own" in tip


@pytest.mark.parametrize("template", DEFAULT_TEMPLATES, ids=lambda template: template.event)
def test_every_shipped_template_passes_its_own_check_and_fills_in(template):
    check_template(template.subject, template.event)
    check_template(template.body, template.event)
    values = dict.fromkeys(value_names(template.event), "words") | {
        name: LINK
        for name in value_names(template.event)
        if name.endswith("link") or name == "clinic.booking_page"
    }
    assert "{{" not in render(template.body, values)
    assert render_line(template.subject, values)


@pytest.mark.parametrize("template", DEFAULT_TEMPLATES, ids=lambda template: template.event)
def test_a_shipped_subject_says_the_date_and_nothing_else_about_the_visit(template):
    assert fields_in(template.subject) == {"appointment.date"}


def test_there_is_one_shipped_template_for_each_message_sent_so_far():
    assert [template.event for template in DEFAULT_TEMPLATES] == [
        MessageEvent.CONFIRMED,
        MessageEvent.REMINDER,
        MessageEvent.CANCELLED_BY_PATIENT,
        MessageEvent.CANCELLED_BY_CLINIC,
    ]
