"""Whose request it is: the address behind this installation's own proxies."""

import hmac
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from booking_app.settings import get_settings

_IPV6_NETWORK_BITS = 64


class ClientAddress:
    """Puts the visitor's real address into the scope, for everything further in.

    ``X-Forwarded-For`` is what anybody may write, except for the entries that our own proxies
    appended; so the one that many places from the right is taken, and none when there is no proxy.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._hops = get_settings().proxy_hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            address, port = scope.get("client") or ("", 0)
            forwarded = b",".join(
                value for name, value in scope["headers"] if name == b"x-forwarded-for"
            )
            address = behind_proxies(address, forwarded.decode("latin-1"), self._hops)
            scope = {**scope, "client": (address, port)}
        await self._app(scope, receive, send)


def behind_proxies(peer: str, forwarded_for: str, hops: int) -> str:
    """Return the address ``hops`` places from the right, or the peer's where there is none such."""
    addresses = [part.strip() for part in forwarded_for.split(",")]
    if hops == 0 or len(addresses) < hops:
        return peer
    try:
        return str(ip_address(addresses[-hops]))
    except ValueError:
        return peer


def subject(address: str) -> str:
    """Return what counts as one visitor's place in the network.

    A household on IPv6 has a /64 to itself, so that much of the address is one subject.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> _IPV6_NETWORK_BITS:x}/64"
    return str(parsed)


def address_hash(address: str) -> str:
    """Return a keyed hash of a network address, by which quotas count without storing it."""
    key = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"network address\0{subject(address)}".encode(), "sha256").hexdigest()
