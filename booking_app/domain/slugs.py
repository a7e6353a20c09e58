"""The names that stand in addresses."""

import re

_SLUG = re.compile(r"[a-z0-9-]{1,50}")


def is_slug(text: str) -> bool:
    """Tell whether ``text`` can be a slug; anything may arrive in an address."""
    return _SLUG.fullmatch(text) is not None
