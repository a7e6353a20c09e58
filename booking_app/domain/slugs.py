"""The names that stand in addresses."""

import re

_SLUG = re.compile(r"[a-z0-9-]{1,50}")
_CLINIC_SLUG = re.compile(r"[a-z0-9-]{3,50}")
_STEPS = frozenset({"who", "time", "details", "check", "ended", "done"})
"""Pages of the booking itself, at ``/book/<step>`` as a clinic is at ``/book/<slug>``."""


def is_slug(text: str) -> bool:
    """Tell whether ``text`` can be a slug; anything may arrive in an address."""
    return _SLUG.fullmatch(text) is not None


def is_clinic_slug(text: str) -> bool:
    """Tell whether a clinic may be called ``text`` in addresses: 3 to 50 of a-z, 0-9, hyphen."""
    return _CLINIC_SLUG.fullmatch(text) is not None and text not in _STEPS
