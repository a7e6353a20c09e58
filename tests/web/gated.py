"""A State with a handler of every kind, for tests of the gate."""

from typing import Any, NotRequired

import reflex as rx
from typing_extensions import TypedDict

from booking_app.web.gate import current_visitor, handler
from tests.state.tab import Tab


class VisitForm(TypedDict):
    first_name: str
    needs: NotRequired[list[str]]
    reminders: NotRequired[bool]


class GatedState(rx.State):
    shown: rx.Field[str] = rx.field("")
    _calls: list[Any] = []

    @handler("public")
    def look(self, day: str) -> None:
        self.shown = day
        self._calls = [*self._calls, day]

    @handler("visitor")
    def count(self, number: int, share: float = 0.5, is_sure: bool = False) -> None:
        self._calls = [*self._calls, (number, share, is_sure)]

    @handler("visitor")
    def save(self, form_data: VisitForm) -> None:
        self._calls = [*self._calls, dict(form_data)]

    @handler("visitor")
    def pick(self, keys: list[str]) -> None:
        self._calls = [*self._calls, keys]

    @handler("server")
    def look_again(self) -> None:
        self._calls = [*self._calls, "again"]

    @handler("public")
    def ask_to_look_again(self):
        return GatedState.look_again

    @rx.event
    def forgotten(self) -> None:
        self._calls = [*self._calls, "forgotten"]

    def undecorated(self) -> None:
        self._calls = [*self._calls, "undecorated"]

    @handler("public")
    def ask_to_pick(self):
        return GatedState.pick(["a"])

    @handler("public")
    async def who(self) -> None:
        visitor = await current_visitor(self)
        self._calls = [*self._calls, visitor]


STATE = GatedState.get_full_name()
REFLEX = "reflex___state____state"


async def calls(tab: Tab) -> list[Any]:
    return (await tab.state(GatedState))._calls
