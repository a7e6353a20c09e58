"""A browser tab without a browser: events go in, what would be sent to the browser comes out.

Events run through Reflex's real processor with the product's own gate in front, so a handler
is called with the arguments, the cookie and the page address that a websocket would bring.
"""

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.utils.format import format_event_handler, json_dumps

from booking_app.booking_app import app
from booking_app.web import live, problems, visitor_cookie

S = TypeVar("S", bound=rx.State)

ORIGIN = "http://localhost:3000"
_CONNECT = format_event_handler(rx.State.event_handlers["hydrate_and_load"])


class Tab:
    """One tab: ``async with Tab() as tab: await tab.open("/book?clinic=marlow")``.

    ``cookie`` is the visitor cookie's value; without one the tab has a fresh one, with "" none.
    A failure in a handler is raised where the test acted, or with ``survives_failures`` handled
    as the product does.
    """

    def __init__(
        self,
        *,
        cookie: str | None = None,
        address: str = "127.0.0.1",
        zone: str = "",
        survives_failures: bool = False,
    ) -> None:
        self.cookie = visitor_cookie.new_value() if cookie is None else cookie
        self.address = address
        self.zone = zone
        self.path = "/"
        self.token = str(uuid4())
        self.socket = uuid4().hex
        self.deltas: list[dict[str, dict[str, Any]]] = []
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        self._states = StateManagerMemory()
        on_failure = problems.on_handler_failure if survives_failures else self._remember_failure
        self._processor = BaseStateEventProcessor(
            middleware=app, backend_exception_handler=on_failure
        )
        self._survives_failures = survives_failures

    async def __aenter__(self) -> Self:
        self._processor.configure(state_manager=self._states)
        root = self._processor._root_context
        assert root is not None
        self._processor._root_context = self._root = dataclasses.replace(
            root, emit_delta_impl=self._keep_delta, emit_event_impl=self._keep_events
        )
        await self._processor.start()
        async with self._states.modify_state(
            rx.BaseStateToken(ident=self.token, cls=rx.State)
        ) as root:
            # As if a page had loaded: else Reflex loads one before the first event.
            root.router_data = {"pathname": self.path}
        self.hub = live.Hub(
            self._enqueue, lambda token: self.socket if token == self.token else None
        )
        live.install(self.hub)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        live.install(None)
        await self.hub.close()
        await self._processor.stop()

    @property
    def session_key(self) -> str:
        """What the server knows the tab's browser by."""
        return visitor_cookie.session_key(self.cookie)

    async def open(self, path: str) -> None:
        """Load a page as a browser does: connect, then whatever the page does when it opens."""
        await self.send_raw(_CONNECT, {}, path=path)

    async def send(self, handler: Any, *arguments: Any, path: str | None = None) -> None:
        """Do what the browser does when the person acts, and wait until all of it is done.

        ``handler`` is a State's handler; ``path`` with its query is the page from then on. A
        failure inside the handler is raised here.
        """
        [event] = Event.from_event_type(handler(*arguments) if arguments else handler)
        await self.send_raw(event.name, event.payload, path=path)

    async def send_raw(
        self, name: str, payload: Mapping[str, Any], *, path: str | None = None
    ) -> None:
        """Send an event by its wire name with any payload, as a hostile client may."""
        self.path = path or self.path
        event = Event(name=name, payload=dict(payload), router_data=self._router_data())
        await self._run(await self._processor.enqueue(self.token, event))

    async def refresh(self, topic: str) -> None:
        """Publish a live topic and wait until the tab has looked again."""
        await self.hub.deliver(topic)
        await self.hub.settled()
        self._raise_failure()

    async def state(self, cls: type[S]) -> S:
        """Return the tab's state as it is on the server now."""
        root = await self._states.get_state(rx.BaseStateToken(ident=self.token, cls=cls))
        return await root.get_state(cls)

    def went_to(self) -> str | None:
        """Return where the browser was last sent, or None."""
        paths = [event.payload["path"] for event in self.events if event.name == "_redirect"]
        return paths[-1] if paths else None

    def was_sent(self, text: str) -> bool:
        """Say whether ``text`` stands anywhere in what went to the browser."""
        return text in json_dumps([self.deltas, [event.payload for event in self.events]])

    def _router_data(self) -> dict[str, Any]:
        crumbs = {visitor_cookie.cookie_name(): self.cookie, "tz": self.zone}
        cookie = "; ".join(f"{name}={value}" for name, value in crumbs.items() if value)
        return {
            "pathname": self.path.partition("?")[0],
            "asPath": self.path,
            "headers": {"cookie": cookie, "origin": ORIGIN, "user-agent": "Test/1.0"},
            "ip": self.address,
            "token": self.token,
            "sid": self.socket,
        }

    async def _enqueue(self, token: str, event: Event) -> Any:
        return await self._processor.enqueue(token, event, ev_ctx=self._root.fork(token=token))

    async def _run(self, future: Any) -> None:
        try:
            await future.wait_all()
        except Exception:
            if not self._survives_failures:
                raise
            await self._finish_tasks()  # that handle the failure, and ask for a follow-up
            await self._processor.join()
            await self._finish_tasks()
        finally:
            self._raise_failure()

    async def _finish_tasks(self) -> None:
        while tasks := tuple(self._processor._tasks.values()):
            await asyncio.wait(tasks)

    def _raise_failure(self) -> None:
        failures, self.failures = self.failures, []
        if failures:
            raise failures[0]

    def _remember_failure(self, error: Exception) -> None:
        self.failures.append(error)

    async def _keep_delta(self, token: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        assert token == self.token
        self.deltas.append(json.loads(json_dumps(delta)))

    async def _keep_events(self, token: str, *events: Event) -> None:
        assert token == self.token
        self.events.extend(events)
