"""Secrets of links and cookies, and the keys they are made with.

A link's token is not stored: it is an HMAC of the link's public id under a key for that
one purpose, so the sender can make it again when a message goes out, and a copy of the
database opens nothing. What is stored is a SHA-256 over purpose and token, which finds
the row in one indexed look-up and needs no comparison that could leak by its timing.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from booking_app.settings import get_settings

KEY_BYTES = 32
TOKEN_CHARACTERS = 43
"""256 bits in base64url without padding."""


def subkey(purpose: str) -> bytes:
    """Return the key for one purpose, derived from the installation's secret key (HKDF)."""
    return _derive(get_settings().secret_key.get_secret_value(), purpose)


def link_token(purpose: str, uid: str) -> str:
    """Return the token of the link ``uid``: 256 bits, the same every time it is asked for."""
    digest = hmac.digest(subkey(f"link:{purpose}"), uid.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def token_sha256(purpose: str, token: str) -> str:
    """Return what is stored of a token. A token of another purpose never fits."""
    return hashlib.sha256(f"{purpose}\0{token}".encode("utf-8", "replace")).hexdigest()


def is_well_formed(token: str) -> bool:
    """Tell whether ``token`` can be one at all; looking it up is harmless either way."""
    return len(token) == TOKEN_CHARACTERS and token.isascii()


def new_secret() -> str:
    """Return a fresh random secret of 256 bits for a cookie."""
    return secrets.token_urlsafe(KEY_BYTES)


@lru_cache(maxsize=32)
def _derive(secret: str, purpose: str) -> bytes:
    """HKDF-SHA256 without salt for one block of output. Source: RFC 5869."""
    extracted = hmac.digest(bytes(KEY_BYTES), secret.encode(), "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
