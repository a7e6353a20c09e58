"""The mail a patient sees: the slip, what staff wrote, and nothing anybody else wrote as HTML."""

import dataclasses
import random
from collections import Counter
from html.parser import HTMLParser

import pytest

from booking_app.adapters.mail_html import MailFrame, Slip, html_part
from booking_app.adapters.mail_text import text_part
from booking_app.domain.default_templates import DEFAULT_TEMPLATES, HEADINGS, PREVIEWS
from booking_app.domain.merge_fields import check_template, value_names
from booking_app.domain.message_events import MessageEvent
from booking_app.domain.message_text import lay_out, render, render_line

LINK = "https://book.marlow.example/m/h0wdy?a=1&b=2"
VALUES: dict[str, str | None] = dict.fromkeys(value_names(MessageEvent.CONFIRMED)) | {
    "patient.first_name": "Priya",
    "appointment.type": "GP video visit",
    "appointment.date": "Tuesday 14 July",
    "clinician.name": "Dr Amara Osei",
    "appointment.join_from": "9:10am on Tuesday",
    "location.name": "Marlow Street",
    "manage_link": LINK,
    "policy.cancellation": "please tell us before 9:20am on Monday 13 July.",
}
SLIP = Slip(
    day="14",
    weekday="Tuesday",
    month="July 2026",
    time="9:20am to 9:35am",
    how="UK time, by video",
    reference="MSC 4H7 2KD",
)
FRAME = MailFrame(
    clinic_name="Marlow Street Clinic",
    heading="Your appointment is confirmed",
    slip=SLIP,
    preview="9:20am with Dr Amara Osei, by video.",
    clinic_phone="01632 960 100",
    clinic_address="12 Marlow Street, Exampleton EX1 2AB",
)
CONFIRMATION = next(
    template.body for template in DEFAULT_TEMPLATES if template.event is MessageEvent.CONFIRMED
)


class Page(HTMLParser):
    """What a mail program sees: elements in order, link targets and texts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.still_open: list[str] = []
        self.links: dict[str, str] = {}
        self.texts: list[str] = []
        self._target = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        if tag not in {"meta", "br"}:
            self.still_open.append(tag)
        if tag == "a":
            self._target = dict(attrs)["href"]

    def handle_endtag(self, tag):
        assert self.still_open.pop() == tag

    def handle_data(self, data):
        if data.strip() and self.still_open[-1] != "style":
            self.texts.append(" ".join(data.split()))
            if self.still_open[-1] == "a":
                self.links[self.texts[-1]] = self._target


def page_of(body: str, values: dict[str, str | None] = VALUES, frame: MailFrame = FRAME) -> Page:
    return Page(html_part(frame, lay_out(body, values)))


def test_the_confirmation_reads_from_the_clinics_name_to_the_small_print():
    page = page_of(CONFIRMATION)
    assert page.still_open == []
    assert page.texts == [
        "Your appointment is confirmed",
        "9:20am with Dr Amara Osei, by video.",
        "Marlow Street Clinic",
        "Your appointment is confirmed",
        "Dear Priya, this is your GP video visit with Dr Amara Osei.",
        "14",
        "Tuesday",
        "July 2026",
        "9:20am to 9:35am",
        "UK time, by video",
        "Reference",
        "MSC 4H7 2KD",
        "See or cancel my appointment",
        "To join:",
        "open the same link from 9:10am on Tuesday. You do not need an account or an app.",
        "If your plans change:",
        "please tell us before 9:20am on Monday 13 July.",
        "The file with this email adds the visit to your calendar.",
        "Keep this email private: the link opens your appointment."
        " Not for you? Call 01632 960 100.",
        "Marlow Street Clinic, 12 Marlow Street, Exampleton EX1 2AB",
    ]
    assert page.elements.count("h1") == 1


@pytest.mark.requirement("S0-9")
def test_the_button_is_there_iff_the_template_has_the_manage_link():
    assert page_of(CONFIRMATION).links == {"See or cancel my appointment": LINK}
    without = CONFIRMATION.replace("{{manage_link}}", "ask us")
    assert page_of(without).links == {}
    assert LINK not in html_part(FRAME, lay_out(without, VALUES))
    assert LINK not in text_part(FRAME, render(without, VALUES))
    assert LINK in text_part(FRAME, render(CONFIRMATION, VALUES))


@pytest.mark.requirement("S3-8")
def test_the_link_form_has_its_words_in_html_and_both_forms_are_the_address_in_text():
    assert page_of("{{Next Appt. Link}}").links == {"Manage Appointment": LINK}
    assert page_of("{{Next Appt. URL}}").links == {LINK: LINK}
    for written in ("{{Next Appt. Link}}", "{{Next Appt. URL}}"):
        assert LINK in text_part(FRAME, render(written, VALUES))


@pytest.mark.requirement("S1-2")
def test_the_client_profile_link_has_words_to_press():
    values = VALUES | {"portal_link": "https://book.marlow.example/portal"}
    page = page_of("{{Client Profile Link}}", values)
    assert page.links == {"See all my appointments": "https://book.marlow.example/portal"}


def test_a_first_paragraph_with_a_link_stands_below_the_slip():
    texts = page_of("Use {{manage_link}} today.").texts
    assert texts.index("9:20am to 9:35am") < texts.index("Use")


def test_a_cancelled_visit_is_struck_and_says_so_in_a_word():
    frame = dataclasses.replace(FRAME, slip=dataclasses.replace(SLIP, is_cancelled=True))
    source = html_part(frame, ())
    assert "Cancelled" in Page(source).texts
    assert source.count("text-decoration:line-through") == 3
    assert "line-through" not in html_part(FRAME, ())
    assert "Cancelled: Tuesday 14 July 2026" in text_part(frame, "")
    assert "Cancelled" not in text_part(FRAME, "")


def test_a_mail_that_opens_nothing_does_not_ask_to_be_kept_private():
    frame = dataclasses.replace(FRAME, holds_link=False, clinic_phone="")
    assert not any("private" in text for text in Page(html_part(frame, ())).texts)
    assert "private" not in text_part(frame, "")


def test_the_text_part_says_all_that_the_html_part_says():
    text = text_part(FRAME, render(CONFIRMATION, VALUES))
    for words in ("9:20am to 9:35am", "UK time, by video", "MSC 4H7 2KD", "Tuesday 14 July 2026"):
        assert words in text
    assert f"See or cancel my appointment: {LINK}" in text
    assert "Keep this email private" in text
    assert "{{" not in text


def test_a_value_of_several_lines_keeps_its_lines():
    values = VALUES | {"location.directions": "Ring twice.\nThen come up."}
    source = html_part(FRAME, lay_out("{{location.directions}}", values))
    assert "Ring twice.<br>Then come up." in source


SNIPPETS = (
    "<script>alert(1)</script>",
    "</td></tr></table>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "-->",
    "]]>",
    "&lt;b&gt;",
    "&",
    "javascript:alert(1)",
    "{{manage_link}}",
    "\u202e",
    "Priya",
    "漢字",
)


def test_400_hostile_texts_in_every_place_add_no_element_and_no_link():
    chance = random.Random(20260714)
    fields = [field.name for field in dataclasses.fields(MailFrame)]
    texts = [name for name in fields if name not in {"slip", "holds_link", "language"}]
    slip_texts = [field.name for field in dataclasses.fields(Slip) if field.name != "is_cancelled"]
    expected = Counter(page_of(CONFIRMATION).elements)
    for _ in range(400):
        text = "".join(chance.choices(SNIPPETS, k=chance.randint(1, 5)))
        slip = dataclasses.replace(SLIP, **dict.fromkeys(slip_texts, text))
        frame = dataclasses.replace(FRAME, slip=slip, **dict.fromkeys(texts, text))
        values = {
            name: value if value is None or name == "manage_link" else text
            for name, value in VALUES.items()
        }
        page = page_of(CONFIRMATION, values, frame)
        assert Counter(page.elements) == expected, text
        assert set(page.links.values()) == {LINK}, text


def test_what_staff_wrote_is_text_too():
    source = html_part(FRAME, lay_out("<b>Hello</b> & welcome", VALUES))
    assert "&lt;b&gt;Hello&lt;/b&gt; &amp; welcome" in source


@pytest.mark.parametrize("template", DEFAULT_TEMPLATES, ids=lambda template: template.event)
def test_every_shipped_mail_has_a_heading_and_a_preview_that_fill_in(template):
    values = dict.fromkeys(value_names(template.event), "words")
    for words in (HEADINGS[template.event], PREVIEWS[template.event]):
        check_template(words, template.event)
        assert "{{" not in render_line(words, values)
