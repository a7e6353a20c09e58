"""kill -9 in the middle of holding and confirming: nothing lost, nothing half done."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from booking_app.db import session
from booking_app.db.tables import Appointment
from booking_app.dto.booking import ChosenTime
from booking_app.services import booking, confirming, housekeeping
from tests.concurrency.agreement import torn_appointments
from tests.concurrency.mortal import CHOICE
from tests.factories import NOW, a_clinic, a_visitor, some_details
from tests.support.processes import ROOT
from tests.support.rows import overlapping_pairs, rows_of

KILLS = 12
MOST_ANSWERS = 16
A_TRANSACTION = 0.02
"""Seconds: long enough for a kill to fall anywhere between two answers."""
GIVE_UP_AFTER_SECONDS = 30


@contextmanager
def mortals(url: str, journal: Path) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.mortal", url, str(journal)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.communicate()


def live_and_be_killed(
    program: subprocess.Popen[str], journal: Path, *, answers: int, then_seconds: float
) -> None:
    """Let a child give so many answers, then kill it as a power cut would, wherever it is."""
    assert program.stdin is not None
    assert program.stdout is not None
    told_before = len(journal.read_text().splitlines())
    program.stdin.write("live\n")
    program.stdin.flush()
    child = int(program.stdout.readline())
    give_up_at = time.monotonic() + GIVE_UP_AFTER_SECONDS
    while len(journal.read_text().splitlines()) < told_before + answers:
        assert time.monotonic() < give_up_at, "the child does not book"
        time.sleep(0.002)
    time.sleep(then_seconds)
    os.kill(child, signal.SIGKILL)


@pytest.mark.requirement("K-3")
@pytest.mark.requirement("S2-3")
async def test_what_patients_were_told_is_still_there_after_every_kill(database, tmp_path):
    await a_clinic(duration=15, opens=0, closes=24 * 60, max_advance_days=700)
    journal = tmp_path / "journal"
    journal.touch()
    dice = random.Random(9)
    with mortals(database, journal) as program:
        for _ in range(KILLS):
            answers, then_seconds = dice.randint(1, MOST_ANSWERS), dice.uniform(0, A_TRANSACTION)
            live_and_be_killed(program, journal, answers=answers, then_seconds=then_seconds)
            await session.dispose()
            session.configure(database)  # the restart
            await _nothing_is_lost_or_torn(journal.read_text().splitlines())
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite+aiosqlite:///")) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        connection.close()
    await _life_goes_on()


async def _nothing_is_lost_or_torn(told: list[str]) -> None:
    status = {str(row["uid"]): row["status"] for row in await rows_of(Appointment)}
    for line in told:
        what, uid = line.split()
        allowed = {"held": {"held", "confirmed"}, "confirmed": {"confirmed"}}[what]
        assert status.get(uid) in allowed, line
    assert await torn_appointments() == []
    assert await overlapping_pairs() == 0


async def _life_goes_on() -> None:
    """The next start books as if nothing had been: locks are gone, leftover holds lapse."""
    later = NOW + timedelta(hours=1)
    left_held = await rows_of(Appointment, status="held")
    assert await housekeeping.expire_holds(now=later) == len(left_held)
    assert len(await rows_of(Appointment, status="confirmed")) >= KILLS
    starts_at = left_held[0]["starts_at"] if left_held else NOW + timedelta(days=1)
    held = await booking.hold_slot(
        visitor=a_visitor(0, address="127.0.0.9"),
        choice=CHOICE,
        chosen=ChosenTime(CHOICE.clinician, starts_at),
        now=later,
    )
    assert await confirming.confirm_hold(
        visitor=a_visitor(0, address="127.0.0.9"),
        clinic_slug=CHOICE.clinic,
        hold_uid=held.hold_uid,
        details=some_details(),
        now=later,
    )
    assert await torn_appointments() == []
