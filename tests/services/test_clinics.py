import pytest
from sqlalchemy import insert, update

from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import PolicyVersion, Settings, SettingsText
from booking_app.domain.errors import NotFound
from booking_app.services import clinics
from tests.factories import NOW, a_clinic

pytestmark = pytest.mark.usefixtures("database")


async def write_text(organization_id: int, key: str, text: str, *, lang: str = "en") -> None:
    async with transaction() as tx:
        await tx.execute(
            insert(core(SettingsText)).values(
                organization_id=organization_id, key=key, lang=lang, text=text, updated_at=NOW
            )
        )


async def publish_policy(organization_id: int, version: int, text: str) -> None:
    async with transaction() as tx:
        await tx.execute(
            insert(core(PolicyVersion)).values(
                organization_id=organization_id,
                version=version,
                lang="en",
                text=text,
                published_at=NOW,
            )
        )


async def use_policy(organization_id: int, version: int) -> None:
    async with transaction() as tx:
        settings = core(Settings)
        await tx.execute(
            update(settings)
            .where(settings.c.organization_id == organization_id)
            .values(policy_version=version)
        )


async def test_a_clinic_is_found_with_its_settings_by_its_slug():
    made = await a_clinic(slug="harbour", zone="America/New_York", hold_minutes=5)
    await a_clinic(slug="other")

    clinic = await clinics.require_clinic(slug="harbour")

    assert clinic.organization_id == made.organization_id
    assert clinic.name == "Harbour Clinic"
    assert clinic.zone == "America/New_York"
    assert clinic.hold_minutes == 5
    assert clinic.online_booking_enabled


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize(
    "slug", ["nowhere", "", "Harbour", "har%", "harbour ", "a\x00b", "\ud800", "x" * 5000, "'--"]
)
async def test_an_unknown_slug_or_what_cannot_be_one_finds_no_clinic(slug):
    await a_clinic(slug="harbour")

    assert await clinics.find_clinic(slug=slug) is None
    with pytest.raises(NotFound):
        await clinics.require_clinic(slug=slug)


async def test_an_installation_with_one_clinic_needs_no_slug():
    assert await clinics.find_only_clinic() is None
    await a_clinic(slug="harbour")
    only = await clinics.find_only_clinic()
    assert only is not None
    assert only.slug == "harbour"

    await a_clinic(slug="other")

    assert await clinics.find_only_clinic() is None


@pytest.mark.requirement("S2-1")
async def test_the_card_of_a_closed_clinic_says_its_own_message():
    made = await a_clinic(online_booking_enabled=False)
    await write_text(made.organization_id, "booking_closed", "We are moving. Back on Monday.")

    card = clinics.clinic_card(await clinics.require_clinic(slug=made.slug))

    assert not card.is_open
    assert card.closed_message == "We are moving. Back on Monday."


@pytest.mark.requirement("S2-1")
async def test_a_closed_clinic_without_a_message_of_its_own_says_whom_to_call():
    made = await a_clinic(online_booking_enabled=False)

    card = clinics.clinic_card(await clinics.require_clinic(slug=made.slug))

    assert card.closed_message == "Online booking is closed for now. Please call 020 7946 0123."


async def test_the_card_has_what_the_frame_of_each_page_shows():
    made = await a_clinic()
    await write_text(made.organization_id, "emergency", "Call 999 for chest pain.")
    await write_text(made.organization_id, "emergency", "Ffoniwch 999.", lang="cy")
    await write_text(made.organization_id, "help_hours", "A person answers from 8am to 6pm.")

    card = clinics.clinic_card(await clinics.require_clinic(slug=made.slug))

    assert (card.slug, card.name, card.initial) == ("harbour", "Harbour Clinic", "H")
    assert card.phone == "020 7946 0123"
    assert card.emergency == "Call 999 for chest pain."
    assert card.help_hours == "A person answers from 8am to 6pm."
    assert card.is_open


async def test_texts_the_clinic_did_not_write_have_defaults():
    made = await a_clinic()

    card = clinics.clinic_card(await clinics.require_clinic(slug=made.slug))

    assert card.emergency == "Call your local emergency number."
    assert card.help_hours == ""


async def test_the_cancellation_policy_is_the_version_in_force():
    made = await a_clinic()
    await publish_policy(made.organization_id, 2, "Tell us two days before.")
    await publish_policy(made.organization_id, 3, "Not in force yet.")
    await use_policy(made.organization_id, 2)

    clinic = await clinics.require_clinic(slug=made.slug)

    assert clinic.policy_version == 2
    assert clinic.texts["policy.cancellation"] == "Tell us two days before."


@pytest.mark.parametrize(
    ("settings", "policy"),
    [
        (
            {},
            "You can cancel online at any time before your visit."
            " Less than 24 hours before counts as a late cancellation.",
        ),
        (
            {"cancel_cutoff": 60, "late_cancel_window": 0},
            "You can cancel online up to 1 hour before your visit.",
        ),
        (
            {"cancel_cutoff": None, "late_cancel_window": 2880},
            "To cancel, please call 020 7946 0123."
            " Less than 2 days before counts as a late cancellation.",
        ),
        (
            {"allow_self_cancel_manage": False, "late_cancel_window": 0},
            "To cancel, please call 020 7946 0123.",
        ),
    ],
)
async def test_without_a_published_policy_the_rules_in_force_are_said(settings, policy):
    made = await a_clinic(**settings)
    await use_policy(made.organization_id, 7)

    clinic = await clinics.require_clinic(slug=made.slug)

    assert clinic.texts["policy.cancellation"] == policy


@pytest.mark.parametrize(
    ("phone", "zone", "href"),
    [
        ("01632 960 100", "Europe/London", "tel:+441632960100"),
        ("(212) 555-0143", "America/New_York", "tel:+12125550143"),
        ("+44 1632 960100", "Asia/Tokyo", "tel:+441632960100"),
        ("01632 960 100", "UTC", "tel:01632960100"),
        ("call the desk", "Europe/London", "tel:"),
    ],
)
def test_a_telephone_link_works_from_abroad_where_the_country_is_known(phone, zone, href):
    assert clinics.phone_href(phone, zone) == href


async def test_an_address_without_a_clinic_means_the_only_one_there_is():
    assert await clinics.find_only_clinic() is None
    only = await a_clinic()
    found = await clinics.find_only_clinic()
    assert found is not None
    assert found.slug == only.slug


async def test_of_two_clinics_none_is_the_only_one_and_both_are_listed():
    two = [await a_clinic(slug="rose"), await a_clinic(slug="bell")]
    assert await clinics.find_only_clinic() is None
    assert {card.slug for card in await clinics.list_clinic_cards()} == {each.slug for each in two}
