"""Text that people typed, made safe to stand in a mail header or a calendar file.

Nothing here knows a format: whoever writes one still escapes for it. What goes is
what no format can carry and no reader can see.
"""

_LINE_SEPARATORS = ("\r\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f")
_CONTROLS = frozenset(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)))
_INVISIBLE = frozenset("\ufeff\ufffe\uffff")
"""The byte order mark and two code points that are no characters."""
_REORDERING = frozenset(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Bidirectional embeddings, overrides and isolates: they turn ``gpj.exe`` into ``exe.jpg``.

The two plain marks (U+200E, U+200F) stay: names in Hebrew and Arabic script need them.
"""

MAX_LINE = 200
MAX_TEXT = 20_000


def clean_text(text: str, max_length: int = MAX_TEXT) -> str:
    r"""Return ``text`` with line breaks as ``\n``, tabs as spaces and no other control character.

    A lone surrogate, which cannot be encoded, becomes a question mark. Blank lines
    and spaces around the whole go; ``max_length`` is in characters.
    """
    for separator in _LINE_SEPARATORS:
        text = text.replace(separator, "\n")
    text = text.replace("\t", " ")
    text = "".join(
        char for char in text if char == "\n" or (char not in _CONTROLS and char not in _INVISIBLE)
    )
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.strip()[:max_length].rstrip()


def clean_line(text: str, max_length: int = MAX_LINE) -> str:
    """Return ``text`` on one line: breaks and runs of white space become one space.

    Characters that reorder what stands around them go as well, so that a name can
    not rewrite the rest of a subject line or of a list.
    """
    text = clean_text(text, max_length=len(text))
    text = "".join(char for char in text if char not in _REORDERING)
    return " ".join(text.split())[:max_length].rstrip()
