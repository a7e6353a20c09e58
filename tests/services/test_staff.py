"""Adding members of staff from the command line."""

import pytest
from sqlalchemy import select

from booking_app.adapters import passwords
from booking_app.db.base import core
from booking_app.db.session import reading
from booking_app.db.tables import User
from booking_app.services import staff
from booking_app.services.staff import UserRefused
from tests.factories import NOW, a_clinic

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "correct horse battery"


async def add(**changes: str) -> int:
    given = {
        "clinic": "",
        "email": "Ana.Silva@example.org",
        "name": "Ana Silva",
        "role": "front_desk",
        "password": PASSWORD,
    }
    return await staff.create_user(**(given | changes), now=NOW)


async def test_a_user_is_stored_with_an_argon2id_hash_of_the_password():
    await a_clinic()
    await add()
    async with reading() as rx:
        row = (await rx.execute(select(core(User)))).one()
    assert (row.email_norm, row.role, row.display_name) == (
        "ana.silva@example.org",
        "front_desk",
        "Ana Silva",
    )
    assert row.password_hash.startswith("$argon2id$")
    assert await passwords.verify_password(PASSWORD, row.password_hash)


async def test_an_address_is_used_once_in_a_clinic_whatever_its_case():
    await a_clinic()
    await add()
    with pytest.raises(UserRefused, match="already"):
        await add(email="ana.silva@EXAMPLE.org")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role": "owner"}, "must be one of"),
        ({"password": "short"}, "12 to 128"),
        ({"password": "x" * 129}, "12 to 128"),
        ({"email": "not an address"}, "no email address"),
        ({"name": "  "}, "name is needed"),
        ({"clinic": "elsewhere"}, "no clinic called"),
    ],
)
async def test_what_cannot_be_a_user_is_refused_in_words(changes, words):
    await a_clinic()
    with pytest.raises(UserRefused, match=words):
        await add(**changes)


async def test_with_several_clinics_one_has_to_be_named():
    await a_clinic(slug="harbour")
    await a_clinic(slug="hill")
    with pytest.raises(UserRefused, match="harbour, hill"):
        await add()
    assert await add(clinic="hill") > 0
