"""Bring a database to the newest schema, with every guard in force.

Alembic is imported where it is used: a start that finds the newest schema does without it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

_ROOT = Path(__file__).resolve().parents[2]


def alembic_config(url: str) -> "Config":
    """Return Alembic's configuration for ``url``; the URL may hold any character."""
    from alembic.config import Config

    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def upgrade_to_head(url: str) -> None:
    """Apply every migration that is missing. Runs its own event loop: call it outside of one."""
    from alembic import command

    command.upgrade(alembic_config(url), "head")


def downgrade_to(url: str, revision: str) -> None:
    """Take migrations back to ``revision``; ``base`` empties the database."""
    from alembic import command

    command.downgrade(alembic_config(url), revision)


def check(url: str) -> None:
    """Raise unless the migrated schema is what the tables say."""
    from alembic import command

    command.check(alembic_config(url))


def head() -> str:
    """Return the newest revision, which the name of its file tells (``<day>_<revision>_<words>``)."""
    newest = max((_ROOT / "alembic" / "versions").glob("[0-9]*_*.py"))
    return newest.name.split("_")[1]
