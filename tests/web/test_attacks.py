"""Every handler there is, called over a raw websocket by everybody who must not gain by it.

The handlers are taken from the live registry, so one that is added tomorrow is attacked tomorrow.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count, cycle
from typing import Any, get_origin, get_type_hints

import pytest
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from typing_extensions import is_typeddict

from booking_app import routes
from booking_app.booking_app import app
from booking_app.state.patient.hold import HoldState
from booking_app.web import visitor_cookie
from booking_app.web.arguments import arguments_of
from booking_app.web.gate import roles_of
from booking_app.web.live import MERGE_SECONDS
from tests.support.raw_socket import HYDRATE, RawSocket
from tests.support.server import LiveServer
from tests.web.intruders import OWN_MARKS, Scene, fingerprints

HANDLERS: dict[str, Callable[..., Any]] = {
    name: registered.handler.fn
    for name, registered in RegistrationContext.get().event_handlers.items()
    if registered.handler.fn.__module__.startswith(("booking_app.", "reflex."))
}
OURS = {name: fn for name, fn in HANDLERS.items() if fn.__module__.startswith("booking_app.")}
PAGES = sorted(f"/{route}" for route in app._unevaluated_pages if route not in {"404", "index"})

PAGES_WITH_MOST_TO_LOSE = (
    *(f"{page}?" for page in (routes.BOOK_TIME, routes.BOOK_DETAILS, routes.BOOK_CHECK)),
    *(f"{page}?" for page in (routes.MANAGE, routes.MANAGE_CANCEL)),
)

# As many events as one tab may send at once.
AT_ONCE = 70

FORM = "__reflex_form_data__"
# The values that no argument of any type may have.
NOWHERE_GOOD = (
    None,
    "a\0b",
    "\ud800",
    "x" * 4_001,
    10**400,
    float("nan"),
    {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
    {"unknown": "x"},
    [[["x"]]],
    ["x"] * 101,
    {FORM: "x"},
    {FORM: [["unknown", "x"]]},
    {FORM: [["a", 1]], "b": 2},
)
# Plausible, and meant badly.
STRINGS = (
    "",
    "any",
    "../../../etc/passwd",
    "'; DROP TABLE appointment; --",
    "<img src=x onerror=alert(1)>",
    "{{patient_first_name}} ${7*7} %s %n",
    "\u202egnp.exe",
    "9999-12-31",
    "x" * 4_000,
)


_addresses = count(1)


def tab(server: LiveServer, cookie: str, *, token: str | None = None) -> RawSocket:
    """Return a tab at a network address of its own, so that no quota stands in its way."""
    number = next(_addresses)
    return RawSocket(
        server.url,
        cookie=f"{visitor_cookie.cookie_name()}={cookie}" if cookie else "",
        token=token,
        source=f"127.7.{number // 250}.{number % 250 + 1}",
    )


def name_of(handler: Any) -> str:
    [event] = Event.from_event_type(handler)
    return event.name


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(function)
    return {name: hints.get(name) for name in list(inspect.signature(function).parameters)[1:]}


def hostile_payloads(function: Callable[..., Any]) -> list[Any]:
    """Return what no handler may be reached with: something missing, too much, or of another type."""
    hints = hints_of(function) if function in OURS.values() else {}
    good = {name: plausible(hint, "x") for name, hint in hints.items()}
    payloads: list[Any] = [None, "x", 7, [], [good]]
    payloads += [{**good, extra: 1} for extra in ("self", "state", "__class__", "unknown", "")]
    payloads += [{**good, name: value} for name in hints or ("value",) for value in NOWHERE_GOOD]
    payloads += [{"vars": {f"{name}.x": "x"}} for name in ("reflex___state____state", "a")]
    if hints:
        payloads.append({})
    return payloads


def plausible(hint: Any, text: str) -> Any:
    """Return a value of the right type that says ``text`` wherever it can."""
    if is_typeddict(hint):
        return {name: plausible(part, text) for name, part in get_type_hints(hint).items()}
    if get_origin(hint) is list:
        return [text]
    return {bool: True, int: -1, float: -0.5}.get(hint, text)


def every_page(scene: Scene) -> list[str]:
    """Return all addresses, each with the victim's visit in its query."""
    asked = {"a": scene.victim.appointment.uid, "clinic": scene.clinic.slug, "type": "check-up"}
    return [routes.with_query(page, clinician="dr-2", day="2026-03-02", **asked) for page in PAGES]


def leaked(scene: Scene, frames: list[str]) -> list[str]:
    return [secret for secret in scene.victim.secrets if any(secret in frame for frame in frames)]


def test_there_is_something_to_attack():
    assert len(OURS) > 20
    assert all(len(hostile_payloads(function)) >= 12 for function in HANDLERS.values())


@pytest.mark.parametrize("name", OURS)
def test_every_handler_of_ours_says_who_may_call_it_and_takes_only_plain_arguments(name: str):
    assert roles_of(OURS[name])
    arguments_of(OURS[name])


INTRUDERS = (
    "without cookie",
    "with a forged cookie",
    "new",
    "with own visit",
    "with grant that ran out",
    "with revoked link",
)


@pytest.mark.parametrize("intruder", INTRUDERS)
async def test_a_payload_that_does_not_fit_does_nothing_and_says_nothing(
    clinic_server: LiveServer, scene: Scene, intruder: str
):
    before, log = await fingerprints(), clinic_server.output()
    page = routes.with_query(routes.MANAGE, a=scene.victim.appointment.uid)
    attempts = [
        (name, payload)
        for name, function in HANDLERS.items()
        for payload in hostile_payloads(function)
    ]
    while attempts:
        some, attempts = attempts[:AT_ONCE], attempts[AT_ONCE:]
        async with tab(clinic_server, scene.intruders[intruder]) as socket:
            await socket.connect(page)
            await socket.answers()
            for name, payload in some:
                await socket.call(name, payload, page)
            assert await socket.answers() == [], some
    assert await fingerprints() == before
    assert clinic_server.output() == log


@pytest.mark.parametrize("intruder", INTRUDERS)
async def test_a_payload_that_fits_gains_nothing_of_anybody_elses(
    clinic_server: LiveServer, scene: Scene, intruder: str
):
    before, log = await fingerprints(), clinic_server.output()
    pages = [page for page in every_page(scene) if page.startswith(PAGES_WITH_MOST_TO_LOSE)]
    texts = cycle((scene.victim.appointment.uid, *STRINGS))
    for page in pages:
        attempts = [
            (name, {argument: plausible(hint, next(texts)) for argument, hint in hints.items()})
            for name, hints in ((name, hints_of(function)) for name, function in OURS.items())
            for _ in range(3 if hints else 1)
        ]
        while attempts:
            some, attempts = attempts[:AT_ONCE], attempts[AT_ONCE:]
            async with tab(clinic_server, scene.intruders[intruder]) as socket:
                await socket.connect(page)
                for name, payload in some:
                    await socket.call(name, payload, page)
                await socket.answers()
                assert leaked(scene, socket.frames) == [], some
    after = await fingerprints()
    for table in before.keys() - OWN_MARKS - {"resource"}:
        assert before[table] <= after[table], table
    assert clinic_server.output() == log


async def test_every_page_shows_a_stranger_nothing(clinic_server: LiveServer, scene: Scene):
    before = await fingerprints()
    for intruder, cookie in scene.intruders.items():
        async with tab(clinic_server, cookie) as socket:
            await socket.connect()
            for page in every_page(scene):
                await socket.load(page)
                await socket.call(HYDRATE, {}, page)
            await socket.answers()
            assert leaked(scene, socket.frames) == [], intruder
    assert await fingerprints() == before


DETAILS = f"{routes.BOOK_DETAILS}?clinic=harbour"


@asynccontextmanager
async def details_page(clinic_server: LiveServer, scene: Scene) -> AsyncIterator[RawSocket]:
    """Give the victim's tab with what was typed on it."""
    async with tab(clinic_server, scene.victim.cookie) as socket:
        await socket.connect(DETAILS)
        await socket.wait_for("Ottoline")
        yield socket


async def test_the_owner_sees_what_a_stranger_must_not(clinic_server: LiveServer, scene: Scene):
    async with details_page(clinic_server, scene) as owner:
        seen = leaked(scene, owner.frames)
    assert set(seen) >= {"Ottoline", "ottoline@victim.example", "Wartwort"}


@pytest.mark.parametrize("intruder", INTRUDERS)
async def test_the_token_of_a_closed_tab_opens_nothing(
    clinic_server: LiveServer, scene: Scene, intruder: str
):
    async with details_page(clinic_server, scene) as owner:
        pass
    async with tab(clinic_server, scene.intruders[intruder], token=owner.token) as thief:
        await thief.connect(DETAILS)
        await thief.call(HYDRATE, {})
        await thief.call(name_of(HoldState.keep_holding), {}, DETAILS)
        await thief.answers()
        assert leaked(scene, thief.frames) == []


async def test_the_token_of_a_closed_tab_is_told_no_news_of_it(
    clinic_server: LiveServer, scene: Scene
):
    """A client that only connects has shown no cookie to the gate; what is on its way stays away."""
    async with details_page(clinic_server, scene) as owner:
        pass
    async with (
        tab(clinic_server, "", token=owner.token) as thief,
        details_page(clinic_server, scene) as beside,
        details_page(clinic_server, scene) as acting,
    ):
        await thief.connect(auth={})
        await beside.answers()
        await acting.call(name_of(HoldState.keep_holding), {}, DETAILS)
        await acting.answers()
        await asyncio.sleep(2 * MERGE_SECONDS)
        assert any("delta" in frame for frame in await beside.answers())
        assert not any("delta" in frame for frame in await thief.answers())
        assert leaked(scene, thief.frames) == []


async def test_the_token_of_an_open_tab_makes_a_new_tab(clinic_server: LiveServer, scene: Scene):
    async with (
        details_page(clinic_server, scene) as owner,
        tab(clinic_server, scene.intruders["new"], token=owner.token) as thief,
    ):
        await thief.connect(DETAILS)
        await thief.answers()
        assert any("new_token" in frame for frame in thief.frames)
        assert leaked(scene, thief.frames) == []
        await owner.load(DETAILS)
        assert any("Ottoline" in frame for frame in await owner.answers())
