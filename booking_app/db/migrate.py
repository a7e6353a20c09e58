"""Bring a database to the newest schema, with every guard in force."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_ROOT = Path(__file__).resolve().parents[2]


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for ``url``; the URL may hold any character."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def upgrade_to_head(url: str) -> None:
    """Apply every migration that is missing. Runs its own event loop: call it outside of one."""
    command.upgrade(alembic_config(url), "head")


def downgrade_to(url: str, revision: str) -> None:
    """Take migrations back to ``revision``; ``base`` empties the database."""
    command.downgrade(alembic_config(url), revision)


def check(url: str) -> None:
    """Raise unless the migrated schema is what the tables say."""
    command.check(alembic_config(url))


def head() -> str:
    """Return the newest revision."""
    return ScriptDirectory.from_config(alembic_config("")).get_current_head() or ""
