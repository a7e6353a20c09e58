"""What holds for every test run; fixtures live in tests/support, where their subject is."""

import os
import time

import hypothesis
import pytest

# No clinic of the tests is in this zone, and its offset has 45 minutes: code that leans on the
# machine's zone shows itself.
os.environ["TZ"] = "Pacific/Chatham"
time.tzset()
# Settings come from here only: not from the developer's environment nor from a .env file.
for name in [name for name in os.environ if name.startswith("BOOKING_") and "_TEST_" not in name]:
    del os.environ[name]
os.environ["BOOKING_ENVIRONMENT"] = "test"

from booking_app.settings import Settings  # noqa: E402  the environment has to stand first
from tests.support import postgres, run_folder  # noqa: E402

Settings.model_config["env_file"] = None
# A busy machine is no failure: how long one example takes is not what any test is about.
hypothesis.settings.register_profile("booking", deadline=None, print_blob=True)
hypothesis.settings.load_profile("booking")

pytest_plugins = [
    "tests.support.chromium",
    "tests.support.databases",
    "tests.support.requirements_plugin",
]


def pytest_configure() -> None:
    run_folder.announce()
    os.environ["BOOKING_DATA_DIR"] = str(run_folder.path() / "data")


def pytest_unconfigure() -> None:
    if run_folder.is_mine():
        postgres.stop_cluster()
        run_folder.remove()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder what takes long, so that the quick tests can be run without it."""
    for item in items:
        for folder, mark in (("e2e", "e2e"), ("concurrency", "race")):
            if item.path.is_relative_to(item.config.rootpath / "tests" / folder):
                item.add_marker(mark)
