"""A program that books until it is killed, and keeps a journal of what patients were told.

Run with the database's URL and the journal's path. For each line on its input it forks a
child that books; the fork spares each life the time of all the imports.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from booking_app.db import session
from booking_app.domain.errors import BookingRefused
from booking_app.dto.booking import Choice, ChosenTime
from booking_app.services import booking, confirming
from tests.factories import NOW, a_visitor, some_details

PATIENTS_AT_ONCE = 4
CHOICE = Choice("harbour", "check-up", "dr-1", "main")


async def book_for_ever(url: str, journal: int, life: int) -> None:
    session.configure(url, pool_size=PATIENTS_AT_ONCE)
    await asyncio.gather(
        *(one_patient_after_the_other(journal, life, place) for place in range(PATIENTS_AT_ONCE))
    )


async def one_patient_after_the_other(journal: int, life: int, place: int) -> None:
    """Hold and confirm, one new patient and time after the other, until there are no more times."""
    midnight = NOW.replace(hour=0, minute=0)
    for round_ in range(96 // PATIENTS_AT_ONCE * 28):
        number = round_ * PATIENTS_AT_ONCE + place
        visitor = a_visitor(life * 100_000 + number)
        starts_at = midnight + timedelta(days=1 + life * 28) + number * timedelta(minutes=15)
        try:
            held = await booking.hold_slot(
                visitor=visitor,
                choice=CHOICE,
                chosen=ChosenTime(CHOICE.clinician, starts_at),
                now=NOW,
            )
            os.write(journal, f"held {held.appointment_uid}\n".encode())
            uid = await confirming.confirm_hold(
                visitor=visitor,
                clinic_slug=CHOICE.clinic,
                hold_uid=held.hold_uid,
                details=some_details(number),
                now=NOW,
            )
            os.write(journal, f"confirmed {uid}\n".encode())
        except BookingRefused as refused:
            os.write(journal, f"refused {refused.kind}\n".encode())


def main() -> None:
    """Give birth to one child for each line, and tell its process id."""
    url, path = sys.argv[1:]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for life, _ in enumerate(sys.stdin):
        child = os.fork()
        if not child:
            journal = os.open(Path(path), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            asyncio.run(book_for_ever(url, journal, life))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
