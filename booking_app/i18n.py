"""Texts for people, in the language in force.

English is the source: what stands in the code is what an English reader sees. A context
(``book.time.h1``) names the place of a text, so that two equal words may be translated
apart. Pages are functions run when the front end is built, once for each language; what
handlers say is looked up when it is said.

Texts are collected with ``pybabel extract`` into ``locale/booking_app.pot``; a language is
``locale/<code>/LC_MESSAGES/booking_app.mo``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations

DOMAIN = "booking_app"
DEFAULT_LANGUAGE = "en"
_LOCALES = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def language() -> str:
    """Return the code of the language in force in this task, such as ``en`` or ``cy``."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Put the language ``code`` in force for a ``with`` block; unknown ones read English."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def pgettext(context: str, message: str) -> str:
    """Return ``message`` in the language in force, or as it stands where none is known.

    Placeholders stay as they are; fill them with ``str.format`` afterwards, never before.
    """
    return str(_catalogue(language()).pgettext(context, message))


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """Return the form of a text that goes with ``number`` in the language in force."""
    return _catalogue(language()).npgettext(context, singular, plural, number)


@lru_cache
def _catalogue(code: str) -> NullTranslations:
    return Translations.load(_LOCALES, [code], DOMAIN)
