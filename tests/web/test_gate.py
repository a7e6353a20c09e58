"""Who may call what, and whose state they meet."""

import pytest
import reflex as rx

from booking_app.web import visitor_cookie
from booking_app.web.gate import TabSession, handler
from tests.state.tab import Tab
from tests.web.gated import REFLEX, STATE, GatedState, calls


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
