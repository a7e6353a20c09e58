"""The start trusts the names of the migrations' files."""

import re

from alembic.script import ScriptDirectory

from booking_app.db import migrate
from tests.architecture.source import ROOT


def test_the_newest_file_is_alembics_only_head():
    scripts = ScriptDirectory.from_config(migrate.alembic_config(""))
    assert scripts.get_heads() == [migrate.head()]


def test_every_file_is_called_by_its_day_its_revision_and_words():
    scripts = ScriptDirectory.from_config(migrate.alembic_config(""))
    for script in scripts.walk_revisions():
        name = script.path.rpartition("/")[2]
        assert re.fullmatch(rf"\d{{8}}_{script.revision}_\w+\.py", name)
    assert len(list((ROOT / "alembic" / "versions").glob("*.py"))) == len(
        list(scripts.walk_revisions())
    )
