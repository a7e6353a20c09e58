"""Who may call what, with what, and whose state they meet."""

from typing import Any, NotRequired

import pytest
import reflex as rx
from typing_extensions import TypedDict

from booking_app.web import visitor_cookie
from booking_app.web.gate import TabSession, current_visitor, handler
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


async def test_a_declared_handler_is_called():
    async with Tab() as tab:
        await tab.send(GatedState.look, "2026-03-02")
        assert await calls(tab) == ["2026-03-02"]
        assert tab.was_sent("2026-03-02")


@pytest.mark.parametrize("name", ["forgotten", "undecorated", "setvar", "set_shown", "nothing"])
async def test_what_nobody_declared_is_refused(name):
    async with Tab() as tab:
        if f"{STATE}.{name}" in rx.state.RegistrationContext.get().event_handlers:
            payloads = ({}, {"var_name": "shown", "value": "x"})
            for payload in payloads:
                await tab.send_raw(f"{STATE}.{name}", payload)
        assert await calls(tab) == []
        assert not tab.was_sent("forgotten")


async def test_a_visitors_handler_needs_the_cookie():
    async with Tab(cookie="") as anonymous:
        await anonymous.send(GatedState.pick, ["a"])
        assert await calls(anonymous) == []
    async with Tab() as visitor:
        await visitor.send(GatedState.pick, ["a"])
        assert await calls(visitor) == [["a"]]


async def test_a_follow_up_may_do_no_more_than_who_caused_it():
    async with Tab(cookie="") as anonymous:
        await anonymous.send(GatedState.ask_to_pick)
        assert await calls(anonymous) == []
    async with Tab() as visitor:
        await visitor.send(GatedState.ask_to_pick)
        assert await calls(visitor) == [["a"]]


async def test_what_only_the_server_may_call_is_refused_to_a_browser_but_follows_a_handler():
    async with Tab() as tab:
        await tab.send(GatedState.look_again)
        assert await calls(tab) == []
        await tab.send(GatedState.ask_to_look_again)
        assert await calls(tab) == ["again"]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"number": "7"},
        {"number": 7.0},
        {"number": True},
        {"number": None},
        {"number": {"a": 1}},
        {"number": [7]},
        {"number": 7, "share": "0.5"},
        {"number": 7, "share": float("nan")},
        {"number": 7, "share": float("inf")},
        {"number": 7, "is_sure": 1},
        {"number": 7, "is_sure": "true"},
        {"number": 7, "more": 1},
        {"number": 7, "self": {}},
        {"self": 7},
        {"number": 10**400},
        {"number": -(2**63)},
    ],
)
async def test_arguments_of_another_shape_are_refused(payload):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.count", payload)
        assert await calls(tab) == []


async def test_arguments_of_the_right_shape_arrive_as_they_were_sent():
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.count", {"number": 7, "share": 1, "is_sure": True})
        await tab.send_raw(f"{STATE}.count", {"number": 8})
        assert await calls(tab) == [(7, 1, True), (8, 0.5, False)]


@pytest.mark.parametrize(
    "day",
    [
        "a\0b",
        "\ud800",
        "x" * 4001,
        ["2026-03-02"],
        {"2026": 1},
        3,
        None,
        {"__reflex_form_data__": []},
    ],
)
async def test_text_that_cannot_be_stored_or_is_no_text_is_refused(day):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.look", {"day": day})
        assert await calls(tab) == []


@pytest.mark.parametrize(
    "keys", ["abc", [1], [["a"]], [None], ["x"] * 101, {"0": "a"}, ["a" * 4001]]
)
async def test_a_list_of_texts_is_just_that(keys):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.pick", {"keys": keys})
        assert await calls(tab) == []


FORM = "__reflex_form_data__"


@pytest.mark.parametrize(
    "form",
    [
        None,
        "first_name=Ada",
        [],
        {},
        {"first_name": 1},
        {"first_name": "Ada", "is_staff": "on"},
        {"first_name": "Ada", "needs": "step-free"},
        {"first_name": "Ada", "needs": [1]},
        {FORM: [["first_name", "Ada"], ["first_name", "Bea"]]},
        {FORM: [["first_name", "Ada"], ["is_staff", "on"]]},
        {FORM: [["first_name", {"a": 1}]]},
        {FORM: [["first_name"]]},
        {FORM: "first_name"},
        {FORM: {"first_name": "Ada"}},
        {FORM: [["first_name", "Ada"]], "first_name": "Ada"},
        {FORM: [["needs", "step-free"]]},
    ],
)
async def test_a_form_with_other_fields_than_it_has_is_refused(form):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.save", {"form_data": form})
        assert await calls(tab) == []


async def test_a_form_arrives_as_its_fields():
    entries = [
        ["first_name", "Ada"],
        ["needs", "step-free"],
        ["needs", "sign"],
        ["reminders", "on"],
    ]
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.save", {"form_data": {FORM: entries}})
        await tab.send_raw(f"{STATE}.save", {"form_data": {FORM: entries[:1]}})
        await tab.send_raw(f"{STATE}.save", {"form_data": {"first_name": "Ada"}})
        assert await calls(tab) == [
            {"first_name": "Ada", "needs": ["step-free", "sign"], "reminders": True},
            {"first_name": "Ada", "needs": [], "reminders": False},
            {"first_name": "Ada"},
        ]


@pytest.mark.usefixtures("database")
async def test_the_state_of_a_tab_is_empty_for_another_browser():
    async with Tab() as tab:
        await tab.send(GatedState.look, "secret-day")
        owner = tab.cookie
        tab.cookie = visitor_cookie.new_value()
        tab.deltas.clear()
        await tab.send_raw(f"{REFLEX}.hydrate_and_load", {})
        assert not tab.was_sent("secret-day")
        assert await calls(tab) == []
        tab.cookie = owner
        await tab.send_raw(f"{REFLEX}.hydrate", {})
        assert not tab.was_sent("secret-day")


@pytest.mark.usefixtures("database")
async def test_the_state_of_a_tab_stays_with_its_browser():
    async with Tab() as tab:
        await tab.send(GatedState.look, "my-day")
        tab.socket = "another"
        tab.deltas.clear()
        await tab.send_raw(f"{REFLEX}.hydrate_and_load", {})
        assert tab.was_sent("my-day")


@pytest.mark.parametrize("cookie", ["", "forged", "x" * 43 + "!", "a" * 10_000])
async def test_a_cookie_of_another_shape_is_no_cookie(cookie):
    async with Tab(cookie=cookie) as tab:
        await tab.send(GatedState.who)
        [visitor] = await calls(tab)
        assert visitor.session_key == ""


async def test_a_visitor_is_known_by_hashes_only():
    async with Tab(address="192.0.2.7") as tab:
        await tab.send(GatedState.who)
        [visitor] = await calls(tab)
        assert visitor.session_key == visitor_cookie.session_key(tab.cookie)
        assert len(visitor.session_key) == 64
        assert "192.0.2.7" not in repr(visitor)
        assert tab.cookie not in repr(visitor)
        assert not tab.was_sent(tab.cookie)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("hydrate", {"vars": {}}),
        ("hydrate_and_load", {"vars": {f"{STATE}.shown": "x"}}),
        ("hydrate_and_load", {"hashes": "abc"}),
        ("hydrate_and_load", {"hashes": ["<script>"]}),
        ("hydrate_and_load", {"extra": 1}),
        ("set_is_hydrated", {"value": True}),
        ("setvar", {"var_name": "is_hydrated", "value": True}),
        (
            "reflex___state____update_vars_internal_state.update_vars_internal",
            {"vars": {f"{STATE}.shown": "x"}},
        ),
        ("reflex___state____on_load_internal_state.on_load_internal", {"self": 1}),
        ("reflex___state____on_load_internal_state.set_is_hydrated", {"value": True}),
        (
            "reflex___state____frontend_event_exception_state.handle_frontend_exception",
            {"info": 1, "component_stack": ""},
        ),
        (
            "reflex___state____frontend_event_exception_state.handle_frontend_exception",
            {"info": "x" * 30_000, "component_stack": ""},
        ),
    ],
)
async def test_reflexs_own_handlers_take_only_what_its_own_client_sends(name, payload):
    async with Tab() as tab:
        await tab.send_raw(f"{STATE}.look", {"day": "before"})
        tab.deltas.clear()
        await tab.send_raw(f"{REFLEX}.{name}", payload)
        assert tab.deltas == []
        assert (await tab.state(GatedState)).shown == "before"


async def test_nobody_shows_a_problem_but_the_server():
    async with Tab() as tab:
        await tab.send(TabSession.show_problem, "ab12")
        assert (await tab.state(TabSession)).problem_id == ""


def test_a_handler_says_who_may_call_it():
    with pytest.raises(TypeError):
        handler()
