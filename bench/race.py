"""Two hundred tabs press Continue on the same time at once, against an echo over the same sockets.

The floor is the smallest answer that the product gives over a websocket: the same two hundred
tabs touch a time, and the page repeats it in words. Both are timed from the first press until
every tab has its answer. One tab holds the time; 199 are told that it was taken.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from reflex_base.event import Event

from bench.databases import empty_database
from bench.report import Report, ResultsDiffer
from booking_app import routes
from booking_app.db import session
from booking_app.domain.actors import Visitor
from booking_app.dto.booking import TimeTile
from booking_app.services import availability, clinics
from booking_app.state.patient.book_time import BookTimeState
from booking_app.state.patient.tiles import tiles_of
from booking_app.web import visitor_cookie
from tests.factories import NOW, AClinic, a_clinic
from tests.support.raw_socket import RawSocket
from tests.support.server import LiveServer, serving

TABS = 200
ROUNDS = 7
GATES = {"sqlite": 4.0, "postgresql": 2.5}
DAY = "2026-03-03"
HELD, TAKEN = "/book/details", "Someone has just taken"
PATIENCE_SECONDS = 60.0
QUIET_SECONDS = 0.5


@dataclass
class Tab:
    """A browser's tab on the time step, at a network address of its own."""

    socket: RawSocket
    page: str
    mark: int = 0

    async def press(self, handler: str, payload: object) -> None:
        self.mark = len(self.socket.frames)
        await self.socket.call(handler, payload, self.page)

    async def answer(self, *texts: str) -> str:
        """Return which of the texts came first in answer to the last press."""
        while True:
            for frame in self.socket.frames[self.mark :]:
                for text in texts:
                    if text in frame:
                        return text
            if self.socket.closed_with is not None:
                raise ConnectionError(self.socket.closed_with)
            await self.socket.arrival()


def main() -> None:
    report = Report()
    for kind, gate in GATES.items():
        with empty_database(kind) as url, tempfile.TemporaryDirectory() as folder:
            with asyncio.Runner() as loop:
                session.configure(url)
                clinic = loop.run(a_clinic(duration=15))
                tiles = loop.run(_tiles(clinic))
                loop.run(session.dispose())
            with serving(Path(folder), database_url=url, now=NOW) as server:
                ratios = asyncio.run(_race(server, clinic, tiles))
            report.figure(f"race_of_{TABS}_{kind}", ratios, at_most=gate)
    report.finish()


async def _tiles(clinic: AClinic) -> list[TimeTile]:
    its_clinic = await clinics.require_clinic(slug=clinic.slug)
    card = await availability.day_times(
        clinic=its_clinic, choice=clinic.choice(), day=DAY, visitor=Visitor(""), now=NOW
    )
    return tiles_of(card)


async def _race(server: LiveServer, clinic: AClinic, tiles: Sequence[TimeTile]) -> list[float]:
    touch, go_on = _name(BookTimeState.choose_time), _name(BookTimeState.go_on)
    ratios: list[float] = []
    async with AsyncExitStack() as stack:
        tabs = [await _open(stack, server, clinic, number) for number in range(TABS)]
        for wanted, other in zip(tiles[::2][:ROUNDS], tiles[1::2], strict=False):
            await _all_press(tabs, touch, {"key": other.key}, other.key)
            await _quiet(tabs)
            echo, _ = await _all_press(tabs, touch, {"key": wanted.key}, wanted.key)
            await _quiet(tabs)
            form = {"form": {"day": DAY, "slot": wanted.key}}
            race, answers = await _all_press(tabs, go_on, form, HELD, TAKEN)
            await _quiet(tabs)
            if answers.count(HELD) != 1 or answers.count(TAKEN) != TABS - 1:
                raise ResultsDiffer(f"{answers.count(HELD)} tabs hold one time")
            ratios.append(race / echo)
    return ratios


async def _open(stack: AsyncExitStack, server: LiveServer, clinic: AClinic, number: int) -> Tab:
    choice = clinic.choice()
    page = routes.with_query(
        routes.BOOK_TIME,
        clinic=clinic.slug,
        type=choice.appointment_type,
        clinician=choice.clinician,
        day=DAY,
    )
    socket = RawSocket(
        server.url,
        cookie=f"{visitor_cookie.cookie_name()}={visitor_cookie.new_value()}",
        source=f"127.9.{number // 250}.{number % 250 + 1}",
    )
    tab = Tab(await stack.enter_async_context(socket), page)
    await socket.connect(page)
    return tab


async def _all_press(
    tabs: Sequence[Tab], handler: str, payload: object, *answers: str
) -> tuple[float, list[str]]:
    """Let all tabs press at once; return the seconds until all are answered, and the answers."""
    began = perf_counter()
    await asyncio.gather(*(tab.press(handler, payload) for tab in tabs))
    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await asyncio.gather(*(tab.answer(*answers) for tab in tabs))
    return perf_counter() - began, found


async def _quiet(tabs: Sequence[Tab]) -> None:
    """Wait until nothing more arrives: whoever watches has looked again."""
    before = -1
    while (now := sum(len(tab.socket.frames) for tab in tabs)) != before:
        before = now
        await asyncio.sleep(QUIET_SECONDS)


def _name(handler: object) -> str:
    [event] = Event.from_event_type(handler)
    return event.name


if __name__ == "__main__":
    main()
