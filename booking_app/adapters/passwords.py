"""Passwords of staff: argon2id, computed beside the event loop.

One hash takes some 30 ms of processor time on purpose, which on the loop would hold up
every open page.
"""

import asyncio
from functools import lru_cache

from passlib.context import CryptContext

_CONTEXT = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19_456,  # KiB
    argon2__time_cost=2,
    argon2__parallelism=1,
)
"""argon2id only. Source: OWASP Password Storage Cheat Sheet, smallest recommended setting."""


async def hash_password(password: str) -> str:
    """Return the hash to store, with its salt and parameters in it."""
    return await asyncio.to_thread(_CONTEXT.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Tell whether ``password`` belongs to ``password_hash``.

    Give None where there is no such user, or one without a password: the answer is then
    False after the same work, so that how long it takes does not tell who has an account.
    """
    return await asyncio.to_thread(_verify, password, password_hash)


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters and is due to be made anew."""
    return _CONTEXT.needs_update(password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    is_right = _CONTEXT.verify(password, password_hash or _nobodys_hash())
    return is_right and password_hash is not None


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _CONTEXT.hash("the password of nobody")
