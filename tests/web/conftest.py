"""Running servers for the tests that speak to the product over the wire."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from booking_app.db import session
from tests.factories import NOW
from tests.support.databases import KINDS, new_database
from tests.support.server import LiveServer, serving
from tests.web.intruders import Scene, set_scene

_scenes: dict[LiveServer, Scene] = {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Give a server with an empty database."""
    folder: Path = tmp_path_factory.mktemp("server")
    with serving(folder, database_url=new_database("sqlite", folder)) as live:
        yield live


@pytest.fixture(scope="module", params=KINDS)
def clinic_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """Give a server with a database of each kind, in which only visitors change anything."""
    folder = tmp_path_factory.mktemp("clinic")
    with serving(
        folder,
        database_url=new_database(request.param, folder),
        settings={"BOOKING_RUN_JOBS_IN_PROCESS": "false"},
        now=NOW,
    ) as live:
        yield live


@pytest.fixture
async def scene(clinic_server: LiveServer) -> AsyncIterator[Scene]:
    """Give a clinic with something to steal, written once for each server.

    The test is connected to the server's database, too.
    """
    session.configure(clinic_server.database_url)
    if clinic_server not in _scenes:
        _scenes[clinic_server] = await set_scene()
    yield _scenes[clinic_server]
    await session.dispose()
