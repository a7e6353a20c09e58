"""The built front end: which pages it has, and which inline scripts they carry."""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from booking_app.setup_problem import SetupProblem

# What a browser runs in place: a script element without src, whatever its type.
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_NOT_PAGES = {"/404", "/__spa-fallback"}


class SiteNotBuilt(SetupProblem):
    """There is no built front end where it should be."""


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """``pages`` maps each page's address to its file; ``script_hashes`` are CSP sources."""

    pages: dict[str, str]
    script_hashes: tuple[str, ...]


def read_built_site(folder: Path) -> BuiltSite:
    """Look through the built front end in ``folder``.

    Raises:
        SiteNotBuilt: no inline script was found. Every page has some, so this would be the wrong
            folder, and a policy without their hashes would leave every page dead.
    """
    files = sorted(folder.rglob("*.html"))
    hashes = {digest for file in files for digest in _hashes(file.read_bytes())}
    if not hashes:
        msg = f"No built pages were found in {folder}: build the front end, then start again."
        raise SiteNotBuilt(msg)
    pages = {}
    for file in files:
        address = "/" + file.relative_to(folder).with_suffix("").as_posix()
        if file.name != "index.html" and address not in _NOT_PAGES:
            pages[address] = f"{address}.html"
    return BuiltSite(pages, tuple(sorted(hashes)))


def _hashes(page: bytes) -> set[str]:
    return {
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(page)
    }
