"""Draw the README's pictures anew, from the product itself.

    python -m scripts.pictures

Writes docs/images/*.png; each has to stay small, as every clone carries it.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from tests.support import chromium, looks, run_folder
from tests.support.screens import SCREENS, open_stage

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PICTURES: dict[str, tuple[str, ViewportSize]] = {
    "booking-time": ("p03-time", {"width": 1280, "height": 900}),
    "manage": ("m03-manage", {"width": 1280, "height": 900}),
}
MAX_BYTES = 150_000


def main() -> int:
    """Draw them, and return the exit code."""
    run_folder.announce()
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
            browser = playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.launch_arguments()
            )
            with open_stage(browser, Path(scratch)) as stage:
                for name, (screen, size) in PICTURES.items():
                    page = SCREENS[screen](stage)
                    page.set_viewport_size(size)
                    looks.to_the_top(page)
                    looks.light(page, "light")
                    page.screenshot(path=IMAGES / f"{name}.png")
            browser.close()
    finally:
        run_folder.remove()
    too_large = [path.name for path in IMAGES.glob("*.png") if path.stat().st_size > MAX_BYTES]
    for name in too_large:
        print(f"{name} is larger than {MAX_BYTES} bytes", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
