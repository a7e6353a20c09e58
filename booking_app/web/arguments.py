"""What an event handler may be given: strict, small and plain.

Reflex passes on whatever a websocket client sent, even where it does not fit the
handler's types. So the raw payload is checked here before Reflex converts it.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from typing_extensions import is_typeddict

MAX_TEXT = 4_000
"""Longest text in a payload; nothing a patient types may be longer."""
MAX_ITEMS = 100
"""Most entries of one list or mapping."""
MAX_NUMBER = 2**53
"""Whole numbers beyond this are not exact in a browser, and no database column holds them."""

# The wire key under which Reflex's browser code sends a submitted form, as [name, value] pairs.
_FORM_ENTRIES = "__reflex_form_data__"
_SCALARS = (str, int, bool, float)
_CHECKED = frozenset({"on", "true"})


class Refused(Exception):
    """The payload does not fit the handler. Carries nothing of what was sent."""


class Arguments:
    """The arguments one handler takes, read from its signature and type hints.

    Raises:
        TypeError: an argument has a type that must not come from a browser.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        hints = get_type_hints(function)
        fields: dict[str, Any] = {}
        self._hints: dict[str, Any] = {}
        for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
            hint = hints.get(name)
            if not _may_come_from_a_browser(hint):
                msg = f"{function.__qualname__}: {name} is {hint!r}, which no browser may send"
                raise TypeError(msg)
            is_needed = parameter.default is inspect.Parameter.empty
            self._hints[name] = hint
            fields[name] = (hint, ... if is_needed else parameter.default)
        self._model: type[BaseModel] = create_model(
            "Arguments", __config__=ConfigDict(strict=True, extra="forbid"), **fields
        )

    def read(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the payload with forms as plain mappings, every value of the type it should have.

        Raises:
            Refused: something is missing, too much, too long or of another type.
        """
        if not is_plain(payload):
            raise Refused
        given = {name: self._without_wrapping(name, value) for name, value in payload.items()}
        try:
            self._model.model_validate(given)
        except ValidationError:
            raise Refused from None
        return given

    def _without_wrapping(self, name: str, value: Any) -> Any:
        if isinstance(value, dict) and _FORM_ENTRIES in value:
            hint = self._hints.get(name)
            if len(value) != 1 or not is_typeddict(hint):
                raise Refused
            return _read_form(value[_FORM_ENTRIES], get_type_hints(hint))
        return value


@cache
def arguments_of(function: Callable[..., Any]) -> Arguments:
    """Return what ``function`` takes; worked out once."""
    return Arguments(function)


def is_plain(value: Any, depth: int = 5) -> bool:
    """Say whether ``value`` is short text, finite numbers and shallow collections of them.

    Text must be storable: no NUL, which PostgreSQL refuses, and no half of a surrogate pair,
    which cannot be encoded at all.
    """
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and is_storable(value)
    if isinstance(value, int):
        return abs(value) <= MAX_NUMBER
    if isinstance(value, float):
        return math.isfinite(value)
    if depth == 0 or not isinstance(value, list | dict) or len(value) > MAX_ITEMS:
        return False
    if isinstance(value, dict):
        return all(is_plain(part, depth - 1) for pair in value.items() for part in pair)
    return all(is_plain(part, depth - 1) for part in value)


def is_storable(text: str) -> bool:
    """Say whether both databases and every encoder take ``text``."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _may_come_from_a_browser(hint: Any) -> bool:
    if hint in _SCALARS:
        return True
    if get_origin(hint) in {Required, NotRequired}:
        return _may_come_from_a_browser(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:  # only "or None"
        given = [part for part in get_args(hint) if part is not type(None)]
        return len(given) == 1 and given[0] in _SCALARS
    if get_origin(hint) is list:
        return get_args(hint)[0] in _SCALARS
    if is_typeddict(hint):
        return all(_may_come_from_a_browser(part) for part in get_type_hints(hint).values())
    return False


def _read_form(entries: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a submitted form as the mapping its TypedDict describes.

    A list field takes every value of its name; a yes-or-no field says whether its box was
    ticked; any other name may come once.
    """
    form: dict[str, Any] = {}
    for name, hint in fields.items():
        if get_origin(hint) is list:
            form[name] = []
        elif hint is bool:
            form[name] = False
    if not isinstance(entries, list):
        raise Refused
    seen: set[str] = set()
    for entry in entries:
        match entry:
            case [str() as name, str() as value] if name in fields:
                pass
            case _:
                raise Refused
        if get_origin(fields[name]) is list:
            form[name].append(value)
            continue
        if name in seen:
            raise Refused
        seen.add(name)
        form[name] = value in _CHECKED if fields[name] is bool else value
    return form
