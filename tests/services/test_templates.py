"""The words of automatic messages: what may be saved, and what is advised."""

import pytest
from sqlalchemy import select

from booking_app.db.base import core
from booking_app.db.session import reading
from booking_app.db.tables import TemplateVersion
from booking_app.domain.errors import DetailsInvalid, NotFound, TemplateInvalid
from booking_app.domain.message_events import MessageEvent
from booking_app.services import templates
from tests.factories import NOW, AClinic, a_clinic

pytestmark = pytest.mark.usefixtures("database")
GOOD = "Dear {{patient.first_name}}, see {{manage_link}}."


async def save(clinic: AClinic, *, subject: str = "Your visit", body: str = GOOD):
    return await templates.save_template(
        organization_id=clinic.organization_id,
        event=MessageEvent.CONFIRMED,
        subject=subject,
        body=body,
        now=NOW,
    )


async def stored(clinic: AClinic) -> templates.TemplateRow:
    rows = await templates.list_templates(organization_id=clinic.organization_id)
    return next(row for row in rows if row.event == MessageEvent.CONFIRMED)


async def test_a_new_clinic_has_words_for_each_message_it_sends():
    clinic = await a_clinic()
    rows = await templates.list_templates(organization_id=clinic.organization_id)
    assert {row.event for row in rows} >= {
        MessageEvent.CONFIRMED,
        MessageEvent.REMINDER,
        MessageEvent.CANCELLED_BY_PATIENT,
    }
    assert all(row.tips == () for row in rows)


@pytest.mark.requirement("S0-9")
async def test_words_with_an_unknown_field_are_refused_by_name_and_nothing_is_saved():
    clinic = await a_clinic()
    before = await stored(clinic)
    with pytest.raises(TemplateInvalid) as refusal:
        await save(clinic, body=GOOD + " {{patient.shoe_size}}")
    assert refusal.value.names == ("{{patient.shoe_size}}",)
    assert await stored(clinic) == before


@pytest.mark.requirement("S0-9")
async def test_an_unknown_field_in_the_subject_is_refused_too():
    clinic = await a_clinic()
    with pytest.raises(TemplateInvalid) as refusal:
        await save(clinic, subject="Hello {{frist name}}")
    assert "{{frist name}}" in refusal.value.names


async def test_saved_words_replace_the_old_ones_which_are_kept_as_a_version():
    clinic = await a_clinic()
    before = await stored(clinic)
    await save(clinic)
    after = await stored(clinic)
    assert (after.subject, after.body, after.version) == ("Your visit", GOOD, before.version + 1)
    version = core(TemplateVersion)
    async with reading() as rx:
        kept = (await rx.execute(select(version.c.version, version.c.body))).one()
    assert tuple(kept) == (before.version, before.body)


async def test_words_without_the_manage_link_may_be_saved_but_the_editor_says_so():
    clinic = await a_clinic()
    tips = await save(clinic, body="Dear {{patient.first_name}}, see you soon.")
    assert any("manage link" in tip for tip in tips)
    assert (await stored(clinic)).tips == tips


@pytest.mark.parametrize(
    ("subject", "body", "problems"),
    [
        ("", GOOD, {"subject": "empty"}),
        ("Hello", "  \n ", {"body": "empty"}),
        ("x" * 301, GOOD, {"subject": "too_long"}),
        ("Hello", "x" * 20_001, {"body": "too_long"}),
    ],
)
async def test_words_that_are_missing_or_too_long_are_refused(subject, body, problems):
    clinic = await a_clinic()
    with pytest.raises(DetailsInvalid) as refusal:
        await save(clinic, subject=subject, body=body)
    assert refusal.value.problems == problems


async def test_another_clinics_template_is_not_found():
    clinic = await a_clinic()
    with pytest.raises(NotFound):
        await templates.save_template(
            organization_id=clinic.organization_id + 1,
            event=MessageEvent.CONFIRMED,
            subject="Hello",
            body=GOOD,
            now=NOW,
        )
