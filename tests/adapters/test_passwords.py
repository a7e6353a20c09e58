"""Staff passwords: argon2id, off the event loop, the same work for nobody."""

import asyncio
import statistics
import time

import pytest
from passlib.hash import argon2

from booking_app.adapters.passwords import hash_password, needs_rehash, verify_password

PASSWORD = "correct horse battery staple"


async def test_the_right_password_is_right_and_any_other_is_wrong():
    stored = await hash_password(PASSWORD)
    assert await verify_password(PASSWORD, stored)
    for wrong in ("", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]):
        assert not await verify_password(wrong, stored)


async def test_what_is_stored_is_salted_argon2id_with_the_recommended_parameters():
    stored = await hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored != await hash_password(PASSWORD)
    assert PASSWORD not in stored


async def test_nobody_cannot_sign_in_even_with_nobodys_password():
    assert not await verify_password(PASSWORD, None)
    assert not await verify_password("the password of nobody", None)


async def test_an_unknown_user_costs_as_much_work_as_a_wrong_password():
    stored = await hash_password(PASSWORD)
    await verify_password("guess", None)
    known, unknown = [], []
    for _ in range(15):
        for taken, password_hash in ((known, stored), (unknown, None)):
            began = time.process_time()
            await verify_password("guess", password_hash)
            taken.append(time.process_time() - began)
    assert statistics.median(unknown) == pytest.approx(statistics.median(known), rel=0.5)


async def test_the_event_loop_goes_on_while_a_password_is_hashed():
    turns = 0
    hashing = asyncio.create_task(hash_password(PASSWORD))
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10


async def test_a_hash_with_other_parameters_is_due_to_be_made_anew():
    weaker = argon2.using(type="ID", memory_cost=8192, time_cost=1, parallelism=1).hash(PASSWORD)
    assert needs_rehash(weaker)
    assert await verify_password(PASSWORD, weaker)
    assert not needs_rehash(await hash_password(PASSWORD))
