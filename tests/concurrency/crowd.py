"""Many browsers that reach for times of one clinic at the same instant."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime

from booking_app.db import session
from booking_app.domain.errors import BookingRefused
from booking_app.dto.booking import Choice, ChosenTime
from booking_app.services import booking
from tests.factories import AClinic, a_visitor
from tests.support.processes import ROOT

CROWD = 200
PROCESSES = 4
_LONGEST_DELAY = 40


@dataclass(frozen=True, slots=True)
class Client:
    """One browser with its own cookie and address, what it wants, and how late it reaches out.

    ``delay`` counts turns of the event loop.
    """

    number: int
    clinic: str
    appointment_type: str
    clinician: str
    location: str
    starts_at: str
    delay: int = 0

    async def reach(self, now: datetime) -> str:
        """Try to hold the time and return what the answer was."""
        for _ in range(self.delay):
            await asyncio.sleep(0)
        try:
            await booking.hold_slot(
                visitor=a_visitor(self.number),
                choice=Choice(self.clinic, self.appointment_type, self.clinician, self.location),
                chosen=ChosenTime(self.clinician, datetime.fromisoformat(self.starts_at)),
                now=now,
            )
        except BookingRefused as refused:
            return refused.kind
        except Exception as failed:  # noqa: BLE001  whatever it is, the test has to see its name
            return f"{type(failed).__name__}: {failed}"
        return "held"


@dataclass(slots=True)
class Crowds:
    """Makes one crowd after the other; no two clients of any of them are the same."""

    clinic: AClinic
    made: int = field(default=0)

    def reaching_for(self, starts: Sequence[datetime], *, seed: int) -> list[Client]:
        """Return 200 clients in chance order with chance delays, spread evenly over the times."""
        dice = random.Random(seed)
        choice = self.clinic.choice()
        clients = [
            Client(
                number=self.made + number,
                clinic=choice.clinic,
                appointment_type=choice.appointment_type,
                clinician=choice.clinician,
                location=choice.location,
                starts_at=starts[number % len(starts)].isoformat(),
                delay=dice.randrange(_LONGEST_DELAY) if seed % 4 else 0,
            )
            for number in range(CROWD)
        ]
        self.made += CROWD
        dice.shuffle(clients)
        return clients


async def rush(clients: Sequence[Client], *, now: datetime) -> Counter[str]:
    """Let all reach out at once in this process and count the answers."""
    start = asyncio.Event()

    async def one(client: Client) -> str:
        await start.wait()
        return await client.reach(now)

    tasks = [asyncio.create_task(one(client)) for client in clients]
    await asyncio.sleep(0)
    start.set()
    return Counter(await asyncio.gather(*tasks))


class Processes:
    """Several processes that share a crowd between them."""

    def __init__(self, programs: list[subprocess.Popen[str]]) -> None:
        self._programs = programs

    def rush(self, clients: Sequence[Client], *, now: datetime) -> Counter[str]:
        """Let all reach out at once, a part of them in each process, and count the answers."""
        for place, program in enumerate(self._programs):
            share = [asdict(client) for client in clients[place :: len(self._programs)]]
            _say(program, json.dumps({"clients": share, "now": now.isoformat()}))
        for program in self._programs:
            _hear(program, "ready")
        for program in self._programs:
            _say(program, "go")
        answers: Counter[str] = Counter()
        for program in self._programs:
            answers.update(json.loads(_hear(program)))
        return answers


@contextmanager
def processes(database_url: str) -> Iterator[Processes]:
    """Start four processes on one database, each ready for one crowd after the other."""
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.crowd", database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        yield Processes(programs)
    finally:
        for program in programs:
            program.communicate()  # closing its input ends it


def _say(program: subprocess.Popen[str], line: str) -> None:
    assert program.stdin is not None
    program.stdin.write(line + "\n")
    program.stdin.flush()


def _hear(program: subprocess.Popen[str], expected: str = "") -> str:
    assert program.stdout is not None
    line = program.stdout.readline().strip()
    assert line, "a process of the crowd ended"
    assert not expected or line == expected
    return line


async def _serve_crowds() -> None:
    """Be one of the processes: read a crowd, say ready, wait for go, tell the answers."""
    for line in sys.stdin:
        job = json.loads(line)
        clients = [Client(**client) for client in job["clients"]]
        _answer("ready")
        sys.stdin.readline()
        answers = await rush(clients, now=datetime.fromisoformat(job["now"]))
        _answer(json.dumps(answers))
    await session.dispose()


def _answer(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    session.configure(sys.argv[1], pool_size=8)
    asyncio.run(_serve_crowds())
