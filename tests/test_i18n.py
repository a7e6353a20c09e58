"""Texts in the language in force."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from booking_app import i18n
from booking_app.i18n import language, npgettext, pgettext, speaking

PACKAGE = Path(i18n.__file__).parent


@pytest.fixture
def welsh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a Welsh catalogue in place of the product's own for one test."""
    catalogue = Catalog(locale="cy")
    catalogue.add("Continue", "Parhau", context="common.continue")
    catalogue.add(
        ("{n} free", "{n} free"),
        ("{n} ar gael", "{n} un", "{n} dau", "{n} tri", "{n} chwech", "{n} mwy"),
        context="book.free",
    )
    folder = tmp_path / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "booking_app.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(i18n, "_LOCALES", tmp_path)
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


def test_english_is_what_stands_in_the_code():
    assert language() == "en"
    assert pgettext("common.continue", "Continue") == "Continue"
    assert npgettext("book.free", "{n} time", "{n} times", 1) == "{n} time"
    assert npgettext("book.free", "{n} time", "{n} times", 2) == "{n} times"


def test_another_language_is_spoken_for_as_long_as_it_is_asked_for(welsh):
    with speaking("cy"):
        assert language() == "cy"
        assert pgettext("common.continue", "Continue") == "Parhau"
        assert npgettext("book.free", "{n} free", "{n} free", 2) == "{n} dau"
    assert pgettext("common.continue", "Continue") == "Continue"


def test_a_text_nobody_has_translated_reads_english(welsh):
    with speaking("cy"):
        assert pgettext("common.back", "Back") == "Back"
    with speaking("xx"):
        assert pgettext("common.continue", "Continue") == "Continue"


def test_the_context_tells_equal_words_apart(welsh):
    with speaking("cy"):
        assert pgettext("video.continue", "Continue") == "Continue"


def test_the_template_for_translators_has_exactly_the_texts_of_the_code():
    in_code = {
        (context, message)
        for _, _, message, _, context in extract_from_dir(
            PACKAGE, method_map=[("**.py", "python")], comment_tags=()
        )
    }
    with (PACKAGE / "locale" / "booking_app.pot").open("rb") as file:
        template = read_po(file)
    in_template = {(entry.context, entry.id) for entry in template if entry.id}
    assert in_template == in_code, "run: pybabel extract (see CONTRIBUTING.md)"
