"""The one door that every event of every tab goes through.

Reflex lets any websocket client call every public method of every State, with anything as
arguments. Here a call passes only when its handler says who may call it, the caller is one
of them, and every argument is of the type it should have. A tab's state belongs to the
browser whose cookie it first came with: whoever else turns up under the tab's token finds
it empty. What concerns one appointment is authorised again in the services.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, TypedDict

import reflex as rx
from reflex.state import (
    BaseState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex_base.event import Event, EventCallback
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler
from typing_extensions import TypeVar, TypeVarTuple, Unpack

from booking_app.domain.actors import Visitor
from booking_app.web import live, visitor_cookie, visitors
from booking_app.web.arguments import Refused, arguments_of

Role = Literal["public", "visitor", "server"]
"""Who may call a handler.

``public``: anyone. ``visitor``: a browser with the visitor cookie. ``server``: only the
product itself, as a live refresh or as the follow-up of another handler.
"""

_ROLES = "__booking_roles__"
_MAX_ERROR_TEXT = 20_000
_MAX_STATE_HASHES = 1_000

StateT = TypeVar("StateT", bound=BaseState)
ArgumentsT = TypeVarTuple("ArgumentsT")


class EventOptions(TypedDict, total=False):
    """What ``rx.event`` can be told about a handler."""

    background: bool
    supersedes: bool
    stop_propagation: bool
    prevent_default: bool
    throttle: int
    debounce: int
    temporal: bool


def handler(
    *roles: Role, **options: Unpack[EventOptions]
) -> Callable[[Callable[[StateT, Unpack[ArgumentsT]], Any]], EventCallback[*ArgumentsT]]:
    """Make a State's method an event handler that ``roles`` may call.

    Every argument needs a type hint that a browser may send: ``str``, ``int``, ``bool``,
    ``float``, a ``list`` of these, or a ``typing_extensions.TypedDict`` for a form.
    """
    if not roles:
        msg = "an event handler says who may call it"
        raise TypeError(msg)

    def declare(
        function: Callable[[StateT, Unpack[ArgumentsT]], Any],
    ) -> EventCallback[*ArgumentsT]:
        setattr(function, _ROLES, frozenset(roles))
        return rx.event(function, **options)

    return declare


def roles_of(function: Callable[..., Any]) -> frozenset[Role]:
    """Return who may call an event handler; nobody, where that was never said."""
    return getattr(function, _ROLES, frozenset())


class TabSession(rx.State):
    """What the server knows of the browser behind a tab.

    ``problem_id`` is set when a handler failed; a person can quote it to the clinic.
    """

    problem_id: rx.Field[str] = rx.field("")

    _session_key: str = ""
    _is_bound: bool = False

    @handler("server")
    def show_problem(self, problem_id: str) -> None:
        """Tell the person that something went wrong, and under which number it is in the log."""
        self.problem_id = problem_id

    @handler("public")
    def dismiss_problem(self) -> None:
        """Take the message away again."""
        self.problem_id = ""


async def current_visitor(state: BaseState) -> Visitor:
    """Return who is behind the tab that ``state`` belongs to."""
    tab = await state.get_state(TabSession)
    router = state.router
    return visitors.visitor(
        session_key=tab._session_key,
        address=router.session.client_ip,
        user_agent=router.headers.user_agent,
    )


class Gate(rx.Middleware):
    """Lets an event through to its handler, or stops it without a word."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Return None to let the event pass, an empty update to stop it."""
        root = state._get_root_state()
        tab = await root.get_state(TabSession)
        cookie = visitor_cookie.read(root.router.headers.cookie)
        key = visitor_cookie.session_key(cookie)
        is_from_browser = bool(event.router_data)
        if tab._session_key != key:
            if tab._is_bound:
                live.forget(root.router.session.client_token)
                root.reset()
            tab._session_key = key
        tab._is_bound = True
        if is_from_browser:
            live.admit(root.router.session.session_id)
        if not _may_pass(event, is_from_browser=is_from_browser, has_cookie=bool(key)):
            return StateUpdate()
        if event.name in _PAGE_LOADS:
            live.forget(root.router.session.client_token)
        return None


def _may_pass(event: Event, *, is_from_browser: bool, has_cookie: bool) -> bool:
    registered = RegistrationContext.get().event_handlers.get(event.name)
    if registered is None:
        return False
    if event.name in _REFLEX_OWN:
        return not is_from_browser or _REFLEX_OWN[event.name](event.payload)
    function = registered.handler.fn
    roles = roles_of(function)
    if not is_from_browser and (event.name in _REFLEX_FOLLOW_UPS or "server" in roles):
        return True
    if "public" not in roles and not ("visitor" in roles and has_cookie):
        return False
    if not is_from_browser:
        return True
    try:
        given = arguments_of(function).read(event.payload)
    except Refused:
        return False
    event.payload.clear()
    event.payload.update(given)
    return True


def _takes_nothing(payload: dict[str, Any]) -> bool:
    return not payload


def _takes_no_client_storage(payload: dict[str, Any]) -> bool:
    """No var of ours lives in the browser, so nothing it says about vars can be true."""
    hashes = payload.get("hashes") or []
    return (
        payload.keys() <= {"vars", "hashes"}
        and not payload.get("vars")
        and isinstance(hashes, list)
        and len(hashes) <= _MAX_STATE_HASHES
        and all(isinstance(part, str) and part.isalnum() for part in hashes)
    )


def _is_an_error_report(payload: dict[str, Any]) -> bool:
    return payload.keys() == {"info", "component_stack"} and all(
        isinstance(text, str) and len(text) <= _MAX_ERROR_TEXT for text in payload.values()
    )


def _name(owner: type[BaseState], method: str) -> str:
    return format_event_handler(owner.event_handlers[method])


_HYDRATE_AND_LOAD: Final = _name(State, "hydrate_and_load")
_ON_LOAD: Final = _name(OnLoadInternalState, "on_load_internal")
_PAGE_LOADS: Final = frozenset({_HYDRATE_AND_LOAD, _ON_LOAD})

# Of Reflex's own handlers exactly these may be called from a browser.
_REFLEX_OWN: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    _name(State, "hydrate"): _takes_nothing,
    _HYDRATE_AND_LOAD: _takes_no_client_storage,
    _ON_LOAD: _takes_nothing,
    _name(UpdateVarsInternalState, "update_vars_internal"): _takes_no_client_storage,
    _name(FrontendEventExceptionState, "handle_frontend_exception"): _is_an_error_report,
}
# Reflex itself queues these after a page has loaded.
_REFLEX_FOLLOW_UPS: Final = frozenset(
    {_name(State, "set_is_hydrated"), _name(OnLoadInternalState, "set_is_hydrated")}
)
