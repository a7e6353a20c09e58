"""Link tokens and cookies: nobody guesses one, and the database does not know one."""

import base64
import hashlib
import re
from uuid import UUID, uuid4

import pytest

from booking_app.adapters.tokens import (
    Purpose,
    hkdf_sha256,
    link_token,
    new_secret,
    token_sha256,
)
from booking_app.settings import Settings

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LINK = UUID("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")
OURS = Settings.model_validate({"secret_key": "k" * 32})
THEIRS = Settings.model_validate({"secret_key": "K" * 32})


@pytest.mark.parametrize(
    ("secret", "salt", "info", "length", "key"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "".join(f"{byte:02x}" for byte in range(0x50)),
            "".join(f"{byte:02x}" for byte in range(0x60, 0xB0)),
            "".join(f"{byte:02x}" for byte in range(0xB0, 0x100)),
            82,
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            "cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "0b" * 22,
            "",
            "",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
    ids=["case 1", "case 2, longer", "case 3, no salt and no info"],
)
def test_keys_are_derived_as_in_the_test_vectors_of_rfc_5869(secret, salt, info, length, key):
    derived = hkdf_sha256(
        bytes.fromhex(secret), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=length
    )
    assert derived.hex() == key


@pytest.mark.requirement("S0-1")
def test_a_link_token_has_256_bits_and_can_be_computed_again():
    token = link_token(OURS, Purpose.MANAGE, LINK)
    assert token == link_token(OURS, Purpose.MANAGE, LINK)
    assert TOKEN.fullmatch(token)
    assert len(base64.urlsafe_b64decode(token + "=")) == 32


@pytest.mark.requirement("S0-1")
def test_every_link_purpose_and_installation_has_its_own_token():
    tokens = {
        link_token(settings, purpose, uid)
        for settings in (OURS, THEIRS)
        for purpose in Purpose
        for uid in (LINK, UUID(int=LINK.int + 1), *(uuid4() for _ in range(20)))
    }
    assert len(tokens) == 2 * len(Purpose) * 22


@pytest.mark.requirement("S0-1")
def test_what_is_stored_is_the_sha256_of_purpose_and_token():
    token = link_token(OURS, Purpose.MANAGE, LINK)
    stored = token_sha256(Purpose.MANAGE, token)
    assert stored == hashlib.sha256(b"manage-link\0" + token.encode()).hexdigest()
    assert token not in stored
    assert stored != token_sha256(Purpose.BOOKING, token)


def test_a_cookie_is_256_random_bits():
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(TOKEN.fullmatch(secret) for secret in secrets)


def test_whatever_stands_in_an_address_bar_has_a_digest_that_opens_nothing():
    real = token_sha256(Purpose.MANAGE, link_token(OURS, Purpose.MANAGE, LINK))
    for text in ("", "a" * 43, "é" * 43, "\ud800", "\x00", "a" * 100_000):
        digest = token_sha256(Purpose.MANAGE, text)
        assert len(digest) == 64
        assert digest != real
