"""What a tab may say on its websocket, frame by frame.

The libraries underneath write a traceback into the log for every frame they cannot read, and
take a frame that is named like one of their own steps for that step: with "connect" a client
could make up where it connects from. So only what Reflex's own client sends is let through.
"""

import json
from enum import Enum, auto

_NAMESPACE = "/_event,"
_PONG, _CLOSE = "3", "1"
_JOIN, _LEAVE, _SAY = f"40{_NAMESPACE}", f"41{_NAMESPACE}", f"42{_NAMESPACE}"
_SAYINGS = frozenset({"event", "client_error"})


class _Stage(Enum):
    OPENED = auto()
    JOINED = auto()
    LEFT = auto()


class Conversation:
    """One websocket's frames, in the order in which they come."""

    def __init__(self) -> None:
        self._stage = _Stage.OPENED

    def takes(self, frame: str) -> bool:
        """Say whether ``frame`` is one that Reflex's client sends at this point."""
        if frame in {_PONG, _CLOSE}:
            return True
        if frame.startswith(_SAY):
            return self._stage is _Stage.JOINED and _is_saying(frame.removeprefix(_SAY))
        if frame.startswith(_JOIN):
            may_join = self._stage is _Stage.OPENED
            self._stage = _Stage.JOINED
            return may_join and isinstance(_parsed(frame.removeprefix(_JOIN)), dict)
        if frame == _LEAVE:
            may_leave = self._stage is _Stage.JOINED
            self._stage = _Stage.LEFT
            return may_leave
        return False


def _is_saying(text: str) -> bool:
    match _parsed(text):
        case [str() as name, _]:
            return name in _SAYINGS
        case _:
            return False


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
