"""The secrets in links and cookies.

A link's token is not stored: it is computed from the link's public uid with a key that
only this installation has, so that a mail can be composed again from the database, and
a copy of the database opens nothing. What is stored is its SHA-256, by which it is found.
Each purpose has a key of its own: a token of one purpose is worth nothing for another.

No comparison here needs constant time. A token is looked up by its digest, so how long
that takes says nothing about the token; one that is close to a real one has another digest.
"""

import base64
import hashlib
import hmac
import secrets
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from booking_app.settings import Settings

TOKEN_BYTES = 32
_SALT = b"booking_app keys, version 1"


class Purpose(StrEnum):
    """What a secret opens. A value never changes: it is part of every key and digest."""

    MANAGE = "manage-link"
    BOOKING = "booking-link"
    MAGIC = "magic-link"
    VISITOR = "visitor-cookie"
    STAFF = "staff-cookie"
    AUDIT = "audit-seal"


def link_token(settings: Settings, purpose: Purpose, link_uid: UUID) -> str:
    """Return the token of the link ``link_uid``: 256 bits in 43 characters, always the same."""
    return _encoded(hmac.digest(subkey(settings, purpose), link_uid.bytes, "sha256"))


def subkey(settings: Settings, purpose: Purpose) -> bytes:
    """Return the key of one purpose; it is derived from the installation's secret key."""
    return _key_for(settings.secret_key.get_secret_value(), purpose)


def new_secret() -> str:
    """Return 256 random bits in 43 characters, for a cookie."""
    return _encoded(secrets.token_bytes(TOKEN_BYTES))


def token_sha256(purpose: Purpose, token: str) -> str:
    """Return the 64 hex digits under which a token or cookie of ``purpose`` is stored."""
    # What comes as a token from an address bar may be anything, half a surrogate pair too.
    return hashlib.sha256(f"{purpose.value}\0{token}".encode("utf-8", "replace")).hexdigest()


@lru_cache(maxsize=16)
def _key_for(secret_key: str, purpose: Purpose) -> bytes:
    return hkdf_sha256(secret_key.encode(), salt=_SALT, info=purpose.value.encode())


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes, length: int = TOKEN_BYTES) -> bytes:
    """Return a key of ``length`` bytes derived from ``secret`` for the use named in ``info``.

    Source: RFC 5869. The standard library has the parts but not the whole.
    """
    pseudorandom_key = hmac.digest(salt, secret, "sha256")
    output, block = b"", b""
    for counter in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.digest(pseudorandom_key, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def _encoded(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()
