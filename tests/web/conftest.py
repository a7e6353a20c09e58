"""One running server for the tests of a module that speak to it over the wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import new_database
from tests.support.server import LiveServer, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Give a server with an empty database."""
    folder: Path = tmp_path_factory.mktemp("server")
    with serving(folder, database_url=new_database("sqlite", folder)) as live:
        yield live
