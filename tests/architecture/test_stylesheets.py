"""What the stylesheets promise each other."""

import re
from pathlib import Path

CSS = Path(__file__).parents[2] / "assets" / "css"


def tokens() -> str:
    return (CSS / "tokens.css").read_text()


def block_after(opening: str) -> str:
    """Return the declarations between ``opening`` and the end of its block."""
    text = tokens()
    start = text.index(opening) + len(opening)
    return text[start : text.index("}", start)].strip()


def names_in(block: str) -> set[str]:
    return set(re.findall(r"(--[\w-]+):", block))


def test_dark_is_the_same_by_device_and_by_class():
    by_device = block_after("(prefers-color-scheme:dark){:root:not(.light){")
    by_class = block_after("@media screen{:root.dark{")
    assert by_device == by_class


def test_dark_gives_a_value_to_every_colour_of_light():
    light, dark = block_after(":root{"), block_after("@media screen{:root.dark{")
    colours = set(re.findall(r"(--[\w-]+):#", light))
    assert colours - names_in(dark) == set()


def test_colours_are_written_as_values_in_the_tokens_only():
    # The call is dark in both schemes, and so is the strip of the last two minutes bright in both.
    allowed = re.compile(r"\.(stage|self|vbtn|hold--low)|box-shadow|@media print")
    for line in (CSS / "ui.css").read_text().splitlines():
        if re.search(r"#[0-9a-f]{3,6}\b", line) and not allowed.search(line):
            raise AssertionError(line)


def test_every_token_that_is_used_exists():
    # Set on the element itself by the page that uses them.
    local = {
        "--edge-c",
        "--edge-w",
        "--edge-s",
        "--stub-bg",
        "--stub-fg",
        "--from",
        "--cols",
        "--rh",
    }
    known = names_in(tokens()) | local
    for sheet in ("ui.css", "staff.css"):
        used = set(re.findall(r"var\((--[\w-]+)", (CSS / sheet).read_text()))
        assert used - known == set(), sheet
