"""Write one sheet of pairs: each screen as the product draws it, beside the mockup of it.

    python -m scripts.screenshots [FOLDER]

Both sides are drawn by the same Chromium, at 390 and 1280 pixels, light and dark, into
build/screenshots (or FOLDER); open index.html there. Ends with exit code 1 when a screen that the
design draws cannot be reached.
"""

import html
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Route, sync_playwright

from tests.support import chromium, looks, run_folder
from tests.support.browser import DESK, PHONE, Scheme
from tests.support.screens import SCREENS, open_stage

ROOT = Path(__file__).resolve().parents[1]
MOCKUPS = ROOT / "design" / "mockups"
FONTS = ROOT / "assets" / "fonts"
LOOKS: tuple[tuple[int, Scheme], ...] = (
    (PHONE["width"], "light"),
    (PHONE["width"], "dark"),
    (DESK["width"], "light"),
    (DESK["width"], "dark"),
)
_MOCKUP_HOST = "http://mockups.invalid"


def main(folder: Path) -> int:
    """Draw everything into ``folder`` and return the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    run_folder.announce()
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
            browser = playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.launch_arguments()
            )
            missing = _draw_screens(browser, folder, Path(scratch))
            _draw_mockups(browser, folder)
            browser.close()
    finally:
        run_folder.remove()
    (folder / "index.html").write_text(_sheet(missing))
    for name, reason in missing.items():
        print(f"missing: {name}: {reason}", file=sys.stderr)
    print(f"{folder / 'index.html'}")
    return 1 if missing else 0


def _draw_screens(browser: Browser, folder: Path, scratch: Path) -> dict[str, str]:
    """Draw the product's side, and return why screens are missing, by name."""
    missing = {name: "no way to reach it is known" for name in _mockups() if name not in SCREENS}
    with open_stage(browser, scratch) as stage:
        for name, reach in SCREENS.items():
            try:
                _draw(reach(stage), folder, name, "product")
            except (AssertionError, Error, RuntimeError) as failure:
                missing[name] = str(failure).partition("\n")[0]
    return missing


def _draw_mockups(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.route(f"{_MOCKUP_HOST}/**", _answer_with_file)
    for name in _mockups():
        page.goto(f"{_MOCKUP_HOST}/{name}.html")
        _draw(page, folder, name, "mockup")
    page.close()


def _answer_with_file(route: Route) -> None:
    path = route.request.url.removeprefix(f"{_MOCKUP_HOST}/")
    file = FONTS / Path(path).name if path.startswith("fonts/") else MOCKUPS / path
    route.fulfill(path=file)


def _draw(page: Page, folder: Path, name: str, side: str) -> None:
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        looks.to_the_top(page)  # else bars that stick to an edge would stand mid-page
        looks.light(page, scheme)
        page.screenshot(path=folder / _file(name, side, width, scheme), full_page=True)


def _mockups() -> list[str]:
    return sorted(path.stem for path in MOCKUPS.glob("*.html"))


def _file(name: str, side: str, width: int, scheme: str) -> str:
    return f"{name}-{width}-{scheme}-{side}.png"


def _sheet(missing: dict[str, str]) -> str:
    return "\n".join(
        [
            "<!doctype html><html lang='en'><meta charset='utf-8'><title>Screens</title>",
            "<style>body{font:16px system-ui;margin:24px}figure{margin:0}img{border:1px solid #999;",
            "max-width:100%}.pair{display:flex;gap:24px;align-items:flex-start;margin:12px 0 48px}",
            "</style><h1>Screens of the product, beside their mockups</h1>",
            *_rows(missing),
        ]
    )


def _rows(missing: dict[str, str]) -> Iterator[str]:
    drawn = set(_mockups())
    for name in sorted(SCREENS.keys() | missing.keys()):
        yield f"<h2>{html.escape(name)}</h2>"
        if name in missing:
            yield f"<p><b>Missing:</b> {html.escape(missing[name])}</p>"
            continue
        for width, scheme in LOOKS:
            sides = ["product", "mockup"] if name in drawn else ["product"]
            pictures = (
                f"<figure><figcaption>{side}</figcaption>"
                f"<img loading=lazy src='{_file(name, side, width, scheme)}' alt=''></figure>"
                for side in sides
            )
            yield f"<h3>{width} px, {scheme}</h3><div class=pair>{''.join(pictures)}</div>"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "screenshots"
    sys.exit(main(target))
