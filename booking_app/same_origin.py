"""Makes one front-end build work on whatever address it is served from."""

import re
from pathlib import Path
from typing import Any

import reflex as rx


class SameOriginPlugin(rx.plugins.Plugin):
    """Replaces the server's address in the built scripts by the origin of the page.

    Reflex writes the address that is configured at build time into the scripts. Behind a proxy, on
    another port or on https the page would never reach its server.
    """

    def post_build(self, **context: Any) -> None:
        """Rewrite the scripts, before they are compressed.

        Raises:
            RuntimeError: no script holds the address; then this version of Reflex writes it
                elsewhere, and the build would only work on one address.
        """
        built_for = rx.config.get_config().api_url.rstrip("/")
        replaced = 0
        for script in (Path(context["static_dir"]) / "assets").rglob("*.js"):
            before = script.read_text(encoding="utf-8")
            after = with_page_origin(before, built_for)
            if after != before:
                script.write_text(after, encoding="utf-8")
                replaced += 1
        if not replaced:
            msg = f"no built script mentions {built_for}"
            raise RuntimeError(msg)


def with_page_origin(script: str, built_for: str) -> str:
    """Return a script whose addresses of ``built_for`` follow the page's own origin.

    Scripts run without a page too, when pages are prerendered; there any address will do.
    """
    for address, origin, fallback in (
        (built_for, "location.origin", "http://localhost"),
        (
            re.sub("^http", "ws", built_for),
            'location.origin.replace(/^http/,"ws")',
            "ws://localhost",
        ),
    ):
        literal = rf"""[`"']{re.escape(address)}(?P<path>/[\w./-]*)?[`"']"""
        script = re.sub(
            literal,
            lambda found, origin=origin, fallback=fallback: (
                f'(typeof location>"u"?"{fallback}{found["path"] or ""}"'
                f':{origin}+"{found["path"] or ""}")'
            ),
            script,
        )
    return script
