"""Who acts. Services take an actor and authorise the object again for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser known only by its HttpOnly visitor cookie.

    ``session_key`` is the SHA-256 of the cookie, ``address_hash`` a keyed hash of
    the network address; neither is ever shown. A visitor may see what their
    grants say, and nothing else.
    """

    session_key: str
    address_hash: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """The product itself: a job or a lapsed clock."""

    name: str = "system"


Actor = Visitor | System
