"""When two spellings of a name are the same name."""

import unicodedata

_IGNORED = frozenset("PZSC")  # punctuation, spaces, symbols, control characters


def name_key(name: str) -> str:
    """Return what spellings of one name have in common, for comparing and nothing else.

    Case, accents, hyphens, apostrophes and spaces are left out: ``O’Brien`` is
    ``OBRIEN``, ``Núñez-Smith`` is ``nunez smith``. Vowel signs of scripts that write
    them as marks stay, since there they tell names apart.
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(
        letter
        for letter in letters
        if not unicodedata.combining(letter) and unicodedata.category(letter)[0] not in _IGNORED
    )
