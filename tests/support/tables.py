"""The rows of a running server's SQLite file, looked at and changed from outside.

Staff's pages for some settings do not exist yet, and a test must be able to say that nothing at
all has changed.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Tables:
    """The tables in a database file that a server may have open."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def rows(self, query: str, *values: object) -> list[Row]:
        with contextlib.closing(sqlite3.connect(self._file)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def change(self, statement: str, *values: object) -> None:
        """Change something, which has to match at least one row."""
        with contextlib.closing(sqlite3.connect(self._file)) as connection, connection:
            changed = connection.execute(statement, values).rowcount
        assert changed, f"nothing was changed by: {statement}"

    def everything(self, *, but: frozenset[str] = frozenset()) -> dict[str, list[Row]]:
        """Return all rows of all tables; ``but`` names tables and ``table.column`` to leave out."""
        names = [
            row["name"] for row in self.rows("select name from sqlite_master where type='table'")
        ]
        return {
            name: [
                {key: value for key, value in row.items() if f"{name}.{key}" not in but}
                for row in self.rows(f"select * from {name} order by rowid")  # noqa: S608  our own table's name
            ]
            for name in names
            if name not in but
        }
