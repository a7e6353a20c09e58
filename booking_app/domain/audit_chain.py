"""The seal of the audit record: each line's seal depends on all lines before it."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENESIS = "0" * 64
"""What stands before the first line."""


@dataclass(frozen=True, slots=True)
class SealedLine:
    """One line as it stands in the record: its place, its content, and the two seals on it."""

    position: int
    content: Mapping[str, object]
    prev_hash: str
    hash: str


def seal(key: bytes, prev_hash: str, content: Mapping[str, object]) -> str:
    """Return the seal of a line that follows the one sealed with ``prev_hash``.

    Whoever can write to the database but does not know ``key`` cannot change, add or take
    out a line without breaking every seal after it. ``content`` holds plain JSON values.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, f"{prev_hash}\n{text}".encode(), hashlib.sha256).hexdigest()


def first_broken(key: bytes, lines: Iterable[SealedLine], *, after: tuple[int, str]) -> int | None:
    """Return the position at which the record was tampered with, or None if it holds.

    ``lines`` come in the order of their positions; ``after`` is the position and the seal
    that they go on from: ``(0, GENESIS)`` for the whole record.
    """
    position, prev_hash = after
    for line in lines:
        expected = seal(key, prev_hash, line.content)
        is_next = line.position == position + 1 and line.prev_hash == prev_hash
        if not is_next or not hmac.compare_digest(line.hash, expected):
            return position + 1
        position, prev_hash = line.position, line.hash
    return None
